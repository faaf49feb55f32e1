import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from scorecard.migrations._editions_backup import keep_a_copy
from scorecard.migrations._editions_reverse import refuse_to_go_back
from scorecard.migrations._editions_round import InOneRound
from scorecard.migrations._editions_years import can_read, check, has_plans, read_plans


def check_again(apps, schema_editor):
    """For databases so old that look_first() could not read them."""
    check(apps, read_plans(apps, "first_year"))


class Migration(migrations.Migration):
    dependencies = [("scorecard", "0014_words_of_review")]

    def look_first(self, apps, connection, is_backwards):
        """Before anything is changed (models/migration_checks.py): stop, or keep a copy. Nothing without plans."""
        if is_backwards or not has_plans(apps):
            return None
        if can_read(apps):
            check(apps, read_plans(apps, "first_year"))
        return keep_a_copy(connection)

    operations = [
        migrations.RunPython(check_again, refuse_to_go_back),
        migrations.RemoveConstraint(
            model_name="plan",
            name="plan_years_in_order",
        ),
        # The first year's edition keeps the plan's row; 0016 makes rows for the others.
        InOneRound(
            [
                migrations.AlterModelOptions(
                    name="plan",
                    options={"ordering": ["agency", "-year"], "verbose_name": "年版", "verbose_name_plural": "年版"},
                ),
                migrations.RenameField(
                    model_name="plan",
                    old_name="first_year",
                    new_name="year",
                ),
                migrations.RenameField(
                    model_name="plan",
                    old_name="slug",
                    new_name="former_slug",
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AlterField(
                    model_name="plan",
                    name="year",
                    field=models.PositiveSmallIntegerField(verbose_name="年度（西元）"),
                ),
                migrations.AlterField(
                    model_name="plan",
                    name="former_slug",
                    field=models.CharField(blank=True, editable=False, max_length=50, verbose_name="原網址代稱"),
                ),
            ]
        ),
        # Null until 0017, so that SQLite need not rebuild the tables. ObjectiveSupport is without its related names, which the
        # field that it replaces still has.
        InOneRound(
            [
                migrations.AddField(
                    model_name="actionplan",
                    name="lineage",
                    field=models.UUIDField(editable=False, null=True, verbose_name="沿革"),
                ),
                migrations.AddField(
                    model_name="kpi",
                    name="lineage",
                    field=models.UUIDField(editable=False, null=True, verbose_name="沿革"),
                ),
                migrations.AddField(
                    model_name="measure",
                    name="lineage",
                    field=models.UUIDField(editable=False, null=True, verbose_name="沿革"),
                ),
                migrations.AddField(
                    model_name="objective",
                    name="lineage",
                    field=models.UUIDField(editable=False, null=True, verbose_name="沿革"),
                ),
                migrations.AddField(
                    model_name="perspective",
                    name="lineage",
                    field=models.UUIDField(editable=False, null=True, verbose_name="沿革"),
                ),
                migrations.AddField(
                    model_name="theme",
                    name="lineage",
                    field=models.UUIDField(editable=False, null=True, verbose_name="沿革"),
                ),
                migrations.AddField(
                    model_name="division",
                    name="successor",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="succeeded",
                        to="scorecard.division",
                        verbose_name="承接科室",
                    ),
                ),
                migrations.AddField(
                    model_name="plan",
                    name="baseline_from",
                    field=models.PositiveSmallIntegerField(null=True, verbose_name="最早的實際值年度（西元）"),
                ),
                migrations.AddField(
                    model_name="plan",
                    name="changed_by",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="最後變更者",
                    ),
                ),
                migrations.AddField(
                    model_name="plan",
                    name="due_date",
                    field=models.DateField(blank=True, null=True, verbose_name="填報截止日"),
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="form",
                    field=models.BinaryField(null=True, verbose_name="機關表單"),
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="map",
                    field=models.BinaryField(null=True, verbose_name="策略地圖"),
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="opendocument",
                    field=models.BinaryField(null=True, verbose_name="計分卡（ODS）"),
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="plan",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="auditevent",
                    name="action",
                    field=models.CharField(
                        choices=[
                            ("created", "新增"),
                            ("carried", "沿用"),
                            ("adopted", "核定年版"),
                            ("changed", "修改"),
                            ("deleted", "刪除"),
                            ("saved", "儲存填報"),
                            ("restored", "還原"),
                            ("submitted", "送出"),
                            ("approved", "審核通過"),
                            ("returned", "退回"),
                            ("commented", "留言"),
                            ("opened", "開放填報"),
                            ("closed", "關閉年度"),
                            ("reopened", "重新開放"),
                            ("corrected", "更正說明"),
                            ("demo_removed", "移除示範資料"),
                            ("reminded", "提醒"),
                            ("invited", "邀請"),
                        ],
                        max_length=20,
                        verbose_name="動作",
                    ),
                ),
                migrations.CreateModel(
                    name="Correction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.TextField(verbose_name="說明")),
                        ("dated", models.DateField(verbose_name="日期")),
                        ("document_number", models.CharField(max_length=100, verbose_name="文號")),
                        ("by_name", models.CharField(max_length=150, verbose_name="登錄者姓名")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登錄時間")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登錄者",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="corrections",
                                to="scorecard.plan",
                                verbose_name="年版",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "更正說明",
                        "verbose_name_plural": "更正說明",
                        "ordering": ["plan", "id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("text", ""), _negated=True),
                                    models.Q(("document_number", ""), _negated=True),
                                ),
                                name="correction_says_something",
                                violation_error_message="請填更正的說明與文號。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeadApproval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("closing", models.PositiveSmallIntegerField(default=0, verbose_name="第幾次關閉")),
                        ("approved_on", models.DateField(verbose_name="核定日期")),
                        ("title", models.CharField(max_length=60, verbose_name="核定人職稱")),
                        ("document_number", models.CharField(blank=True, max_length=100, verbose_name="文號")),
                        ("no_number_reason", models.CharField(blank=True, max_length=200, verbose_name="免文號的理由")),
                        ("recorded_by_name", models.CharField(max_length=150, verbose_name="登錄者姓名")),
                        ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="登錄時間")),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="head_approvals",
                                to="scorecard.plan",
                                verbose_name="年版",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登錄者",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "核定紀錄",
                        "verbose_name_plural": "核定紀錄",
                        "ordering": ["plan", "id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        models.Q(("document_number", ""), _negated=True), ("no_number_reason", "")
                                    ),
                                    models.Q(
                                        ("document_number", ""), models.Q(("no_number_reason", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="head_approval_has_a_number_or_says_why_not",
                                violation_error_message="請填文號；沒有文號時，請勾選免文號並說明理由。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="head_approval_names_the_title",
                                violation_error_message="請填核定人職稱。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ObjectiveSupport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(editable=False, max_length=30, verbose_name="上級目標編號")),
                        ("name", models.CharField(editable=False, max_length=200, verbose_name="上級目標名稱")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        (
                            "objective",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="scorecard.objective",
                                verbose_name="策略目標",
                            ),
                        ),
                        (
                            "supported",
                            models.ForeignKey(
                                help_text="上級機關年版中，這個目標所支持的府級目標（填表說明 1）。",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="scorecard.objective",
                                verbose_name="支持之上級目標",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "支持之上級目標",
                        "verbose_name_plural": "支持之上級目標",
                        "ordering": ["objective", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("objective", "supported"),
                                name="support_once_per_pair",
                                violation_error_message="已支持這個上級目標。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlanVersion",
                    fields=[
                        (
                            "plan",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="version",
                                serialize=False,
                                to="scorecard.plan",
                                verbose_name="年版",
                            ),
                        ),
                        ("data_version", models.PositiveBigIntegerField(default=1, verbose_name="資料版本")),
                    ],
                    options={
                        "verbose_name": "資料版本",
                        "verbose_name_plural": "資料版本",
                    },
                ),
                migrations.CreateModel(
                    name="UnsavedEntries",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rows", models.JSONField(default=dict, verbose_name="輸入的內容")),
                        ("saved_at", models.DateTimeField(auto_now=True, verbose_name="保存時間")),
                        (
                            "division",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="scorecard.division",
                                verbose_name="科室",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="scorecard.plan",
                                verbose_name="年版",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填報人員",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "填報草稿",
                        "verbose_name_plural": "填報草稿",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "plan", "division"),
                                name="one_unsaved_entries_per_person_and_division",
                                violation_error_message="這個人在這個年度與科室已有草稿。",
                            )
                        ],
                    },
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AddField(
                    model_name="auditevent",
                    name="actor_name",
                    field=models.CharField(
                        blank=True, default="", editable=False, max_length=150, verbose_name="何人（姓名）"
                    ),
                ),
                migrations.AddField(
                    model_name="comment",
                    name="author_name",
                    field=models.CharField(default="", editable=False, max_length=150, verbose_name="留言者姓名"),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="evidence",
                    name="uploaded_by_name",
                    field=models.CharField(default="", editable=False, max_length=150, verbose_name="上傳者姓名"),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="plan",
                    name="agency_name",
                    field=models.CharField(
                        blank=True, default="", editable=False, max_length=100, verbose_name="機關名稱"
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="yearlyreport",
                    name="reviewed_by_name",
                    field=models.CharField(
                        blank=True, default="", editable=False, max_length=150, verbose_name="審核者姓名"
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="closed_by_name",
                    field=models.CharField(default="", max_length=150, verbose_name="關閉者姓名"),
                    preserve_default=False,
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AlterField(
                    model_name="auditevent",
                    name="plan",
                    field=models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AddField(
                    model_name="plan",
                    name="contact",
                    field=models.CharField(
                        blank=True,
                        default="",
                        help_text="姓名與分機，顯示在填報頁上方。",
                        max_length=100,
                        verbose_name="聯絡窗口",
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="yearlyreport",
                    name="submitted_by_name",
                    field=models.CharField(
                        blank=True, default="", editable=False, max_length=150, verbose_name="送出者姓名"
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="form_sha256",
                    field=models.CharField(blank=True, default="", max_length=64, verbose_name="機關表單雜湊值"),
                    preserve_default=False,
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AddField(
                    model_name="plan",
                    name="closings",
                    field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="關閉次數"),
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="map_sha256",
                    field=models.CharField(blank=True, default="", max_length=64, verbose_name="策略地圖雜湊值"),
                    preserve_default=False,
                ),
                migrations.AddIndex(
                    model_name="auditevent",
                    index=models.Index(fields=["agency", "year", "id"], name="audit_of_agency_and_year"),
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AddField(
                    model_name="plan",
                    name="state",
                    field=models.CharField(
                        choices=[("draft", "草案"), ("adopted", "已核定"), ("open", "開放填報"), ("closed", "已關閉")],
                        default="draft",
                        max_length=10,
                        verbose_name="版本狀態",
                    ),
                ),
                migrations.AddField(
                    model_name="yearsnapshot",
                    name="opendocument_sha256",
                    field=models.CharField(blank=True, default="", max_length=64, verbose_name="計分卡（ODS）雜湊值"),
                    preserve_default=False,
                ),
            ]
        ),
    ]
