from django.db import migrations, models


class Migration(migrations.Migration):
    """Which rows of the edition before an uploaded form's rows are."""

    dependencies = [("scorecard", "0020_revisions")]

    operations = [
        migrations.AddField(
            model_name="formupload",
            name="matches",
            field=models.JSONField(default=dict, verbose_name="沿用"),
        ),
    ]
