"""資料檢查: what is missing or inconsistent in an edition, each with the place where it can be mended.

A finding blocks nothing: the rules are in policies.py and in the database.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scorecard.domain.choices import ReportState, Role
from scorecard.models import Membership, Plan, YearlyReport
from scorecard.read_models.scorecard import KPILine, Scorecard


@dataclass(frozen=True)
class Finding:
    """One place that needs a look. kind: 「kpi」, 「objective」 or 「division」; id and code are those of this kind."""

    kind: str
    id: int
    code: str
    name: str


@dataclass(frozen=True)
class DataCheck:
    """title says what was looked for; findings may be empty."""

    key: str
    title: str
    findings: tuple[Finding, ...]


def strategy_checks(scorecard: Scorecard) -> tuple[DataCheck, DataCheck, DataCheck]:
    """What an edition lacks before anybody reports: outlook, formulas, KPIs of objectives. No query."""
    kpis = scorecard.kpis
    return (
        _check("no_outlook", "分年目標值待訂", _of(line for line in kpis if _lacks_some_outlook(scorecard, line))),
        _check("no_formula", "KPI 沒有計算公式", _of(line for line in kpis if not line.formula)),
        _check("no_kpi", "策略目標沒有 KPI", _without_kpi(scorecard)),
    )


def build_data_checks(scorecard: Scorecard, plan: Plan) -> tuple[DataCheck, ...]:
    """A DataCheck of each kind. Two queries. The scorecard is a provisional one with its action plans.

    Who reports now is no question of a closed year.
    """
    explained, with_evidence = _reports(plan)
    people = [] if plan.is_closed else [_check("no_staff", "主責科室沒有填報人員", _without_staff(scorecard, plan))]
    no_outlook, no_formula, no_kpi = strategy_checks(scorecard)
    kpis = scorecard.kpis
    due = scorecard.due_kpis
    sent = [line for line in due if line.report_state in (ReportState.SUBMITTED, ReportState.APPROVED)]
    unexplained = [line for line in due if line.is_missed and line.id not in explained]
    return (
        _check("no_target", "KPI 沒有本年度目標", _of(line for line in kpis if line.report_state is None)),
        no_outlook,
        _check("part_target", "部分衡量項沒有目標", _of(line for line in due if _lacks_some_target(line))),
        _check("no_measure", "KPI 沒有衡量項", _of(line for line in kpis if not line.measures)),
        no_formula,
        _check("unexplained", "未達目標，沒有差異說明", _of(unexplained)),
        _check("no_evidence", "已送出，沒有附佐證", _of(line for line in sent if line.id not in with_evidence)),
        _check("no_execution", "行動方案有預算，沒有執行數", _without_execution(scorecard)),
        no_kpi,
        *people,
    )


def _check(key: str, title: str, findings: Iterable[Finding]) -> DataCheck:
    return DataCheck(key, title, tuple(findings))


def _of(lines: Iterable[KPILine]) -> Iterator[Finding]:
    return (Finding("kpi", line.id, line.code, line.name) for line in lines)


def _lacks_some_target(line: KPILine) -> bool:
    return any(measure.cell.target is None for measure in line.measures)


def _lacks_some_outlook(scorecard: Scorecard, line: KPILine) -> bool:
    """Neither a target nor a word instead of one, in a year after the edition's own."""
    years = [year.year for year in scorecard.target_years if year.is_outlook]
    cells = [measure.cells[year] for measure in line.measures for year in years]
    return any(cell.target is None and not cell.target_note for cell in cells)


def _without_execution(scorecard: Scorecard) -> Iterator[Finding]:
    """Action plans with a budget above zero and no execution reported, each under its KPI's code."""
    for line in scorecard.kpis:
        for plan in line.action_plans:
            budget = plan.budgets.get(scorecard.year.year)
            if budget is not None and budget.amount and budget.executed is None:
                yield Finding("kpi", line.id, line.code, f"{plan.code} {plan.description}")


def _without_kpi(scorecard: Scorecard) -> Iterator[Finding]:
    for line in scorecard.objectives:
        if not line.kpis:
            yield Finding("objective", line.id, line.code, line.name)


def _without_staff(scorecard: Scorecard, plan: Plan) -> Iterator[Finding]:
    staffed = _staffed_divisions(plan)
    for line in scorecard.divisions:
        if line.id not in staffed and any(kpi.report_state is not None for kpi in line.kpis):
            yield Finding("division", line.id, "", line.name)


def _reports(plan: Plan) -> tuple[set[int], set[int]]:
    """The ids of the KPIs whose report has an explanation, and of those whose report has evidence."""
    rows = YearlyReport.objects.of_plan(plan).with_evidence_mark()
    explained = set()
    with_evidence = set()
    for kpi_id, explanation, has_evidence in rows.values_list("kpi_id", "explanation", "has_evidence"):
        if explanation:
            explained.add(kpi_id)
        if has_evidence:
            with_evidence.add(kpi_id)
    return explained, with_evidence


def _staffed_divisions(plan: Plan) -> set[int]:
    """Those that somebody reports for. Who reports for a division does so for those that it took over, too."""
    members = Membership.objects.filter(agency=plan.agency_id, role=Role.STAFF).switched_on()
    pairs = members.values_list("divisions", "divisions__succeeded")
    return {division for pair in pairs for division in pair if division is not None}
