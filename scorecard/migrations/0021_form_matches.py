from django.db import migrations, models


class Migration(migrations.Migration):
    """Which rows of the edition before an uploaded form's rows are."""

    dependencies = [("scorecard", "0019_target_reasons")]

    operations = [
        migrations.AddField(
            model_name="formupload",
            name="matches",
            field=models.JSONField(default=dict, verbose_name="沿用"),
        ),
    ]
