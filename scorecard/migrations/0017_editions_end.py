import django.db.models.deletion
import uuid
from django.db import migrations, models

from scorecard.migrations._editions_reverse import refuse_to_go_back
from scorecard.migrations._editions_round import InOneRound
from scorecard.migrations._editions_years import RESERVED_SLUGS


class Migration(migrations.Migration):
    dependencies = [("scorecard", "0016_editions_move")]

    def look_first(self, apps, connection, is_backwards):
        """Before anything is changed (models/migration_checks.py)."""
        if is_backwards:
            refuse_to_go_back()

    operations = [
        # Nothing of the tables.
        InOneRound(
            [
                migrations.AlterModelOptions(
                    name="submission",
                    options={
                        "ordering": ["plan", "serial"],
                        "verbose_name": "填報收執",
                        "verbose_name_plural": "填報收執",
                    },
                ),
                migrations.AlterModelOptions(
                    name="yearlyreport",
                    options={"ordering": ["kpi"], "verbose_name": "年度填報", "verbose_name_plural": "年度填報"},
                ),
                migrations.AlterModelOptions(
                    name="yearsnapshot",
                    options={
                        "ordering": ["plan", "number"],
                        "verbose_name": "年度定稿檔",
                        "verbose_name_plural": "年度定稿檔",
                    },
                ),
                migrations.AlterField(
                    model_name="actionplan",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="action_plans",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="formupload",
                    name="plan",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="kpi",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kpis",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="objective",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="objectives",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="objectivelink",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="perspective",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="perspectives",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="plan",
                    name="last_year",
                    field=models.PositiveSmallIntegerField(verbose_name="目標訂至（西元）"),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="theme",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="themes",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="actionplan",
                    name="action_plan_code_unique_in_plan",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="action_plan_code_unique_in_plan",
                        violation_error_message="這份年版已有相同編號的行動方案。",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="formupload",
                    name="form_taken_in_names_person_and_plan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applied_at__isnull", True), ("applied_by__isnull", True)),
                            models.Q(
                                ("applied_at__isnull", False), ("applied_by__isnull", False), ("plan__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="form_taken_in_names_person_and_plan",
                        violation_error_message="匯入表單須記錄匯入者、時間與年版。",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="kpi",
                    name="kpi_code_unique_in_plan",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="kpi_code_unique_in_plan",
                        violation_error_message="這份年版已有相同編號的 KPI。",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="objective",
                    name="objective_code_unique_in_plan",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="objective_code_unique_in_plan",
                        violation_error_message="這份年版已有相同編號的策略目標。",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="perspective",
                    name="perspective_code_unique_in_plan",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="perspective_code_unique_in_plan",
                        violation_error_message="這份年版已有相同編號的構面。",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="theme",
                    name="theme_code_unique_in_plan",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="theme_code_unique_in_plan",
                        violation_error_message="這份年版已有相同編號的策略主題。",
                    ),
                ),
            ]
        ),
        InOneRound(
            [
                migrations.RemoveConstraint(
                    model_name="submission",
                    name="receipt_number_given_once",
                ),
                migrations.RemoveConstraint(
                    model_name="yearlyreport",
                    name="one_report_per_kpi_and_year",
                ),
                migrations.RemoveConstraint(
                    model_name="yearsnapshot",
                    name="one_snapshot_per_closing",
                ),
            ]
        ),
        InOneRound(
            [
                migrations.RemoveField(
                    model_name="yearsnapshot",
                    name="plan_year",
                ),
                migrations.RemoveField(
                    model_name="objective",
                    name="supports",
                ),
                migrations.RemoveField(
                    model_name="plan",
                    name="data_version",
                ),
                migrations.RemoveField(
                    model_name="submission",
                    name="year",
                ),
                migrations.RemoveField(
                    model_name="yearlyreport",
                    name="year",
                ),
                migrations.DeleteModel(
                    name="EntryDraft",
                ),
                migrations.DeleteModel(
                    name="PlanYear",
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AlterField(
                    model_name="actionplan",
                    name="lineage",
                    field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="沿革"),
                ),
                migrations.AlterField(
                    model_name="kpi",
                    name="lineage",
                    field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="沿革"),
                ),
                migrations.AlterField(
                    model_name="measure",
                    name="lineage",
                    field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="沿革"),
                ),
                migrations.AlterField(
                    model_name="objective",
                    name="lineage",
                    field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="沿革"),
                ),
                migrations.AlterField(
                    model_name="perspective",
                    name="lineage",
                    field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="沿革"),
                ),
                migrations.AlterField(
                    model_name="plan",
                    name="baseline_from",
                    field=models.PositiveSmallIntegerField(verbose_name="最早的實際值年度（西元）"),
                ),
                migrations.AlterField(
                    model_name="theme",
                    name="lineage",
                    field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="沿革"),
                ),
                migrations.AlterField(
                    model_name="yearsnapshot",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="scorecard.plan",
                        verbose_name="年版",
                    ),
                ),
                migrations.AlterField(
                    model_name="objectivesupport",
                    name="objective",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supports",
                        to="scorecard.objective",
                        verbose_name="策略目標",
                    ),
                ),
                migrations.AlterField(
                    model_name="objectivesupport",
                    name="supported",
                    field=models.ForeignKey(
                        help_text="上級機關年版中，這個目標所支持的府級目標（填表說明 1）。",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="supported_by",
                        to="scorecard.objective",
                        verbose_name="支持之上級目標",
                    ),
                ),
            ]
        ),
        InOneRound(
            [
                migrations.AddConstraint(
                    model_name="actionplan",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "lineage"),
                        name="action_plan_lineage_once_in_plan",
                        violation_error_message="這份年版已有同一沿革的行動方案。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="agency",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("slug__in", RESERVED_SLUGS),
                            _negated=True,
                        ),
                        name="agency_slug_not_reserved",
                        violation_error_message="這個網址代稱是系統自己的網址，不能給機關使用；請改用別的代稱，例如 taipei-secretariat。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="division",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("successor__isnull", True),
                            models.Q(("successor", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="division_not_its_own_successor",
                        violation_error_message="科室不能承接自己。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="kpi",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "lineage"),
                        name="kpi_lineage_once_in_plan",
                        violation_error_message="這份年版已有同一沿革的 KPI。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="measure",
                    constraint=models.UniqueConstraint(
                        fields=("kpi", "lineage"),
                        name="measure_lineage_once_in_kpi",
                        violation_error_message="這項 KPI 已有同一沿革的衡量項。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="objective",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "lineage"),
                        name="objective_lineage_once_in_plan",
                        violation_error_message="這份年版已有同一沿革的策略目標。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="perspective",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "lineage"),
                        name="perspective_lineage_once_in_plan",
                        violation_error_message="這份年版已有同一沿革的構面。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="plan",
                    constraint=models.UniqueConstraint(
                        fields=("agency", "year"),
                        name="one_edition_per_agency_and_year",
                        violation_error_message="這個機關已有這個年度的年版。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="plan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("baseline_from__gte", 1912),
                            ("last_year__gte", models.F("year")),
                            ("last_year__lte", 2200),
                            ("year__gte", models.F("baseline_from")),
                        ),
                        name="plan_years_in_order",
                        violation_error_message="年度須在西元 1912 至 2200 年間；最早的實際值年度不晚於年版的年度，目標訂至的年度不早於年版的年度。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="plan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "adopted", "open", "closed"])),
                        name="plan_state_known",
                        violation_error_message="版本狀態必須是草案、已核定、開放填報或已關閉。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="plan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), _negated=True), ("due_date__isnull", False), _connector="OR"
                        ),
                        name="open_plan_has_due_date",
                        violation_error_message="開放填報的年度必須有截止日。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="submission",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "serial"),
                        name="receipt_number_given_once",
                        violation_error_message="這個收執編號已經用過。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="theme",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "lineage"),
                        name="theme_lineage_once_in_plan",
                        violation_error_message="這份年版已有同一沿革的策略主題。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="yearlyreport",
                    constraint=models.UniqueConstraint(
                        fields=("kpi",), name="one_report_per_kpi", violation_error_message="這項 KPI 已有填報。"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="yearsnapshot",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "number"),
                        name="one_snapshot_per_closing",
                        violation_error_message="這個年度的這次關閉已有定稿檔。",
                    ),
                ),
            ]
        ),
    ]
