import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from scorecard.migrations._editions_figures import NAME_LENGTH
from scorecard.migrations._editions_reverse import refuse_to_go_back


def keep_names(apps, schema_editor):
    """Of everybody who acts in an event without its actor's name, as pages show it now: no former one is on record."""
    nameless = apps.get_model("scorecard", "AuditEvent").objects.filter(actor__isnull=False, actor_name="")
    actors = apps.get_model("scorecard", "User").objects.filter(pk__in=nameless.order_by().values("actor"))
    names = actors.order_by("pk").values_list("pk", "name", "username")
    kept = apps.get_model("scorecard", "KeptName").objects
    kept.bulk_create([kept.model(user_id=pk, name=(name or username)[:NAME_LENGTH]) for pk, name, username in names])


class Migration(migrations.Migration):
    dependencies = [("scorecard", "0017_editions_end")]

    def look_first(self, apps, connection, is_backwards):
        """Before anything is changed (models/migration_checks.py)."""
        if is_backwards:
            refuse_to_go_back()

    operations = [
        migrations.CreateModel(
            name="KeptName",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="kept_name",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="何人",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="姓名")),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="留存時間")),
            ],
            options={
                "verbose_name": "稽核紀錄留存的姓名",
                "verbose_name_plural": "稽核紀錄留存的姓名",
            },
        ),
        migrations.RunPython(keep_names, refuse_to_go_back),
    ]
