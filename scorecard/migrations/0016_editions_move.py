from django.db import migrations

from scorecard.migrations._editions_reverse import refuse_to_go_back


def move(apps, schema_editor):
    """Nothing to do in a database without plans."""


class Migration(migrations.Migration):
    dependencies = [("scorecard", "0015_editions_begin")]

    operations = [migrations.RunPython(move, refuse_to_go_back)]
