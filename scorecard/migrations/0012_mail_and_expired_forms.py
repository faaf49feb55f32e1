from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scorecard", "0011_logins"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="reply_to",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="回覆位址"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="retry_at",
            field=models.DateTimeField(null=True, verbose_name="延後到"),
        ),
    ]
