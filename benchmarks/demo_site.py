"""The site with the Secretariat's plan and the demo data, for benchmarks of pages and reports."""

import os


def set_up(folder):
    """Django with a new database in the folder and production settings, but without HTTPS."""
    os.environ |= {
        "DEBUG": "off",
        "HTTPS": "off",
        "SECRET_KEY": "benchmark" * 8,
        "ALLOWED_HOSTS": "testserver,localhost",
        "LOG_LEVEL": "ERROR",
        # The site does not start without a mail server; nobody here has an address.
        "EMAIL_HOST": "localhost",
        "DEFAULT_FROM_EMAIL": "bsc@localhost",
        "SITE_URL": "http://localhost",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "STATIC_ROOT": f"{folder}/static",
        "PDF_FOLDER": f"{folder}/pdf",
        "DJANGO_SETTINGS_MODULE": "bsc_site.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from scorecard.models import Plan
    from scorecard.services import demo
    from scorecard.services.year_closing import close_year

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("load_plan", "taipei-secretariat-105", verbosity=0)
    demo.load(plan=Plan.objects.get(), password=None, today=timezone.localdate(), close_year=close_year)
