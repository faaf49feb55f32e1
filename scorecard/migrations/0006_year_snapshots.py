import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def freeze_closed_years(apps, schema_editor):
    """Years closed before there were snapshots have none, but are as closed as any other."""
    years = apps.get_model("scorecard", "PlanYear").objects.filter(state="closed")
    own = years.filter(year__gte=F("plan__first_year")).values_list("pk", flat=True)
    years.filter(pk__in=list(own)).update(closings=1)


class Migration(migrations.Migration):
    dependencies = [("scorecard", "0005_figures_confirmed")]

    operations = [
        migrations.AddField(
            model_name="planyear",
            name="closings",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="關閉次數"),
        ),
        migrations.CreateModel(
            name="YearSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第幾次關閉")),
                ("closed_at", models.DateTimeField(verbose_name="關閉時間")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("data_version", models.PositiveBigIntegerField(verbose_name="資料版本")),
                ("audit_number", models.PositiveBigIntegerField(verbose_name="稽核紀錄編號")),
                ("audit_digest", models.CharField(blank=True, max_length=64, verbose_name="稽核紀錄指紋")),
                ("document", models.BinaryField(verbose_name="資料檔")),
                ("document_sha256", models.CharField(max_length=64, verbose_name="資料檔雜湊值")),
                ("report", models.BinaryField(verbose_name="年度報告")),
                ("report_sha256", models.CharField(max_length=64, verbose_name="年度報告雜湊值")),
                ("workbook", models.BinaryField(verbose_name="計分卡")),
                ("workbook_sha256", models.CharField(max_length=64, verbose_name="計分卡雜湊值")),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="關閉者",
                    ),
                ),
                (
                    "plan_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="scorecard.planyear",
                        verbose_name="計畫年度",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度凍結檔",
                "verbose_name_plural": "年度凍結檔",
                "ordering": ["plan_year", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["plan_year", "number"],
                        name="one_snapshot_per_closing",
                        violation_error_message="這個年度的這次關閉已有凍結檔。",
                    )
                ],
            },
        ),
        migrations.RunPython(freeze_closed_years, migrations.RunPython.noop),
    ]
