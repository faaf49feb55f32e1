"""Rows that cannot change: those of a closed year, approved figures, snapshots (docs/decisions/0011).

A year is frozen while it is closed, if this system closed it at least once. Baseline years are closed from the start,
so they are never frozen. The rules hold for every write, also from the shell and from fixtures.
"""

from scorecard.models.trigger_rule import EVENTS, Trigger

CLOSED = "這個年度已關閉，內容不能再變更；如需更正，請管理者說明理由後重新開放年度。"
APPROVED = "這項填報已審核通過，不能再變更；如需更正，請審核人員先退回補正。"
SNAPSHOT = "年度凍結檔寫入後不能變更或刪除。"
YEAR = "年度只能連同凍結檔一起關閉；請到「年度管理」頁面關閉或重新開放。"

PLAN_OF_VALUE = "SELECT k.plan_id FROM scorecard_measure m JOIN scorecard_kpi k ON k.id = m.kpi_id"
PLAN_OF = {
    "yearlyvalue": PLAN_OF_VALUE + " WHERE m.id = {row}.measure_id",
    "yearlyreport": "SELECT k.plan_id FROM scorecard_kpi k WHERE k.id = {row}.kpi_id",
    "actionbudget": "SELECT a.plan_id FROM scorecard_actionplan a WHERE a.id = {row}.action_plan_id",
}
IN_CLOSED_YEAR = (
    "EXISTS (SELECT 1 FROM scorecard_planyear y WHERE y.year = {{row}}.year AND y.state = 'closed' "
    "AND y.closings > 0 AND y.plan_id = ({plan}))"
)
REPORT_IN_CLOSED_YEAR = (
    "EXISTS (SELECT 1 FROM scorecard_yearlyreport r JOIN scorecard_kpi k ON k.id = r.kpi_id "
    "JOIN scorecard_planyear y ON y.plan_id = k.plan_id AND y.year = r.year "
    "WHERE r.id = {row}.report_id AND y.state = 'closed' AND y.closings > 0)"
)
REPORT_APPROVED = (
    "EXISTS (SELECT 1 FROM scorecard_yearlyreport r WHERE r.id = {row}.report_id AND r.state = 'approved')"
)
VALUE_APPROVED = (
    "EXISTS (SELECT 1 FROM scorecard_measure m JOIN scorecard_yearlyreport r ON r.kpi_id = m.kpi_id "
    "WHERE m.id = {row}.measure_id AND r.year = {row}.year AND r.state = 'approved')"
)
FIGURES = ("measure_id", "year", "actual", "actual_note", "unmeasured", "numerator", "denominator")
# A review changes the state, the version, the reviewer and the time, but nothing that was submitted.
SUBMITTED = ("kpi_id", "year", "explanation", "improvement", "submitted_by_id", "submitted_for_id", "submitted_at")


def _rows(event):
    return {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]


def _refuse(name, table, condition, message, *, events=EVENTS, also=None):
    """One trigger for each event. condition: of the row before or after. also: {event: a further condition}."""
    made = []
    for event in events:
        holds = " OR ".join(condition.format(row=row) for row in _rows(event))
        further = (also or {}).get(event)
        holds = f"({holds}) AND ({further})" if further else holds
        made.append(Trigger(f"{name}_{event.lower()}", f"scorecard_{table}", event, holds, message))
    return made


def _differs(columns):
    """SQL for both databases: any of the columns changes. NULL equals NULL."""
    same = (f"COALESCE(NEW.{name} = OLD.{name}, NEW.{name} IS NULL AND OLD.{name} IS NULL)" for name in columns)
    return f"NOT ({' AND '.join(same)})"


ENTERED = "NEW.actual IS NOT NULL OR NEW.unmeasured OR NEW.actual_note <> ''"
LAST_SNAPSHOT = "(SELECT COALESCE(MAX(s.number), 0) FROM scorecard_yearsnapshot s WHERE s.plan_year_id = NEW.id)"
CLOSES_ITSELF = (
    "(NEW.state = 'closed' AND OLD.state <> 'closed' AND NEW.closings <= OLD.closings) "
    f"OR (NEW.closings <> OLD.closings AND NEW.closings <> {LAST_SNAPSHOT}) "
    "OR (OLD.closings > 0 AND (NEW.year <> OLD.year OR NEW.plan_id <> OLD.plan_id))"
)
STARTS_CLOSED = (
    "NEW.closings <> 0 OR (NEW.state = 'closed' AND "
    "EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = NEW.plan_id AND NEW.year >= p.first_year))"
)
NOT_OF_DEMO = (
    "NOT EXISTS (SELECT 1 FROM scorecard_user u WHERE u.id = OLD.closed_by_id AND u.is_demo) "
    "OR EXISTS (SELECT 1 FROM scorecard_planyear y WHERE y.id = OLD.plan_year_id AND y.state = 'closed')"
)
NOT_WITH_A_CLOSING = (
    "NOT EXISTS (SELECT 1 FROM scorecard_planyear y WHERE y.id = NEW.plan_year_id AND y.state = 'open' "
    "AND NEW.number = y.closings + 1)"
)

TRIGGERS = (
    *(
        trigger
        for table, name in (("yearlyvalue", "value"), ("yearlyreport", "report"), ("actionbudget", "budget"))
        for trigger in _refuse(f"closed_year_keeps_{name}", table, IN_CLOSED_YEAR.format(plan=PLAN_OF[table]), CLOSED)
    ),
    *_refuse("closed_year_keeps_evidence", "evidence", REPORT_IN_CLOSED_YEAR, CLOSED),
    # People may add comments to a closed year, but not change them.
    *_refuse("closed_year_keeps_comment", "comment", REPORT_IN_CLOSED_YEAR, CLOSED, events=("UPDATE", "DELETE")),
    *_refuse(
        "approved_value", "yearlyvalue", VALUE_APPROVED, APPROVED, also={"INSERT": ENTERED, "UPDATE": _differs(FIGURES)}
    ),
    *_refuse("approved_evidence", "evidence", REPORT_APPROVED, APPROVED),
    Trigger(
        "approved_report_is_only_returned",
        "scorecard_yearlyreport",
        "UPDATE",
        f"OLD.state = 'approved' AND (NEW.state <> 'returned' OR {_differs(SUBMITTED)})",
        APPROVED,
    ),
    Trigger("approved_report_never_deleted", "scorecard_yearlyreport", "DELETE", "OLD.state = 'approved'", APPROVED),
    Trigger("plan_year_starts_unclosed", "scorecard_planyear", "INSERT", STARTS_CLOSED, YEAR),
    Trigger("plan_year_closes_with_snapshot", "scorecard_planyear", "UPDATE", CLOSES_ITSELF, YEAR),
    Trigger("snapshot_comes_with_a_closing", "scorecard_yearsnapshot", "INSERT", NOT_WITH_A_CLOSING, YEAR),
    Trigger("snapshot_never_updated", "scorecard_yearsnapshot", "UPDATE", "1 = 1", SNAPSHOT),
    Trigger("snapshot_never_deleted", "scorecard_yearsnapshot", "DELETE", NOT_OF_DEMO, SNAPSHOT),
)
