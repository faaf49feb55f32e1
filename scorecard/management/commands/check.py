"""manage.py check: Django's own, which with --deploy looks at the database too."""

from django.core.management.commands import check
from django.db import DEFAULT_DB_ALIAS


class Command(check.Command):
    def handle(self, *app_labels, **options):
        # Roles and triggers are part of a deployment; whoever forgot --database would read that all is well.
        if options["deploy"] and not options["databases"]:
            options["databases"] = [DEFAULT_DB_ALIAS]
        super().handle(*app_labels, **options)
