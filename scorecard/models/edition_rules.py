"""The order in which editions live (docs/decisions/0028): what no write may break, whoever makes it."""

from scorecard.domain.choices import PLAN_TRANSITIONS
from scorecard.models.frozen_rows import CLOSED, PLAN_OF, differs
from scorecard.models.trigger_rule import Trigger

STATE = "年版的狀態只能依序變更；請到「年度管理」頁面辦理。"
ADOPTED_IN_ORDER = "這個機關已有較後年度的年版核定，不能再核定較早的年版。"
CLOSED_IN_ORDER = "較早的年度還沒有關閉；請依年度順序關閉。"
REOPENED_IN_ORDER = "較後的年度已關閉；請先重新開放較後的年度。"
OUTLOOK = "年版年度之後只有目標與預算，不能有實際值或執行數。"
PAST = "年版年度之前只有實際值，不能有目標。"
HOME = "這個年度的實際值已由較早的年版記錄，不能在這裡另記。"

STARTS_OPENED = "NEW.state IN ('open', 'closed') OR NEW.closings <> 0"
_MOVES = " OR ".join(
    f"(OLD.state = '{before.value}' AND NEW.state = '{after.value}')"
    for before, afters in PLAN_TRANSITIONS.items()
    for after in sorted(afters)
)
# Only the removal of sample data takes an opened edition back, after it removed the reports.
SOMETHING_REPORTED = (
    "EXISTS (SELECT 1 FROM scorecard_yearlyreport r JOIN scorecard_kpi k ON k.id = r.kpi_id WHERE k.plan_id = NEW.id)"
)
MOVES_OTHERWISE = (
    f"NEW.state <> OLD.state AND (NOT ({_MOVES}) "
    f"OR (OLD.state = 'open' AND NEW.state = 'adopted' AND {SOMETHING_REPORTED}))"
)
ANOTHER = "EXISTS (SELECT 1 FROM scorecard_plan o WHERE o.agency_id = NEW.agency_id AND o.id <> NEW.id AND {others})"
LATER_COUNTS = ANOTHER.format(others="o.year > NEW.year AND o.state <> 'draft'")
EARLIER_NOT_CLOSED = ANOTHER.format(others="o.year < NEW.year AND o.state IN ('adopted', 'open')")
LATER_CLOSED = ANOTHER.format(others="o.year > NEW.year AND o.state = 'closed'")

LAST_SNAPSHOT = "(SELECT COALESCE(MAX(s.number), 0) FROM scorecard_yearsnapshot s WHERE s.plan_id = NEW.id)"
CLOSES_WITHOUT_SNAPSHOT = (
    "(NEW.state = 'closed' AND OLD.state <> 'closed' AND NEW.closings <= OLD.closings) "
    f"OR (NEW.closings <> OLD.closings AND NEW.closings <> {LAST_SNAPSHOT})"
)
# Of a closed edition only the reopening changes anything: state, due date and who did it.
KEPT_WHILE_CLOSED = (
    "baseline_from",
    "last_year",
    "contact",
    "consultation_until",
    "agency_name",
    "former_slug",
    "mission",
    "vision",
    "core_values",
    "instructions",
    "warning_threshold",
    "display_cap",
    "reminder_days",
)
# The first snapshot of a year that was closed before closings left files is counted afterwards.
COUNTED_AFTERWARDS = "NEW.state = 'closed' AND OLD.closings = 0 AND NEW.closings = 1"
CHANGES_WHILE_CLOSED = (
    f"OLD.state = 'closed' AND (NEW.state = 'closed' AND {differs(('due_date', 'changed_by_id'))} "
    f"OR NEW.closings <> OLD.closings AND NOT ({COUNTED_AFTERWARDS}) OR {differs(KEPT_WHILE_CLOSED)})"
)

_YEAR_OF = "(SELECT p.year FROM scorecard_plan p WHERE p.id = ({plan}))"
YEAR_OF_VALUE = _YEAR_OF.format(plan=PLAN_OF["yearlyvalue"].format(row="NEW"))
YEAR_OF_BUDGET = _YEAR_OF.format(plan=PLAN_OF["actionbudget"].format(row="NEW"))
HAS_ACTUAL = (
    "(NEW.actual IS NOT NULL OR NEW.actual_note <> '' OR NEW.unmeasured OR NEW.numerator IS NOT NULL "
    "OR NEW.denominator IS NOT NULL)"
)
FIGURES_OF_A_VALUE = ("measure_id", "year", "actual", "actual_note", "unmeasured", "numerator", "denominator")
# The same measure of an edition in between: the figure's home (docs/decisions/0028).
HAS_AN_EARLIER_HOME = (
    "EXISTS (SELECT 1 FROM scorecard_measure m JOIN scorecard_kpi k ON k.id = m.kpi_id "
    "JOIN scorecard_plan p ON p.id = k.plan_id "
    "JOIN scorecard_plan e ON e.agency_id = p.agency_id AND e.year >= NEW.year AND e.year < p.year "
    "AND e.state <> 'draft' "
    "JOIN scorecard_kpi ek ON ek.plan_id = e.id "
    "JOIN scorecard_measure em ON em.kpi_id = ek.id AND em.lineage = m.lineage "
    "WHERE m.id = NEW.measure_id AND NEW.year < p.year)"
)


def _on_both(name, table, condition, message):
    return [Trigger(f"{name}_{event.lower()}", table, event, condition, message) for event in ("INSERT", "UPDATE")]


TRIGGERS = (
    Trigger("plan_starts_unopened", "scorecard_plan", "INSERT", STARTS_OPENED, STATE),
    Trigger("plan_moves_as_allowed", "scorecard_plan", "UPDATE", MOVES_OTHERWISE, STATE),
    Trigger(
        "plan_adopted_in_order_insert",
        "scorecard_plan",
        "INSERT",
        f"NEW.state <> 'draft' AND {LATER_COUNTS}",
        ADOPTED_IN_ORDER,
    ),
    Trigger(
        "plan_adopted_in_order_update",
        "scorecard_plan",
        "UPDATE",
        f"NEW.state <> 'draft' AND OLD.state = 'draft' AND {LATER_COUNTS}",
        ADOPTED_IN_ORDER,
    ),
    Trigger(
        "plan_closed_in_order",
        "scorecard_plan",
        "UPDATE",
        f"NEW.state = 'closed' AND OLD.state <> 'closed' AND {EARLIER_NOT_CLOSED}",
        CLOSED_IN_ORDER,
    ),
    Trigger(
        "plan_reopened_in_order",
        "scorecard_plan",
        "UPDATE",
        f"OLD.state = 'closed' AND NEW.state <> 'closed' AND {LATER_CLOSED}",
        REOPENED_IN_ORDER,
    ),
    Trigger("plan_closes_with_snapshot", "scorecard_plan", "UPDATE", CLOSES_WITHOUT_SNAPSHOT, STATE),
    Trigger(
        "plan_keeps_agency_and_year",
        "scorecard_plan",
        "UPDATE",
        "NEW.agency_id <> OLD.agency_id OR NEW.year <> OLD.year",
        "年版的機關與年度不能變更。",
    ),
    Trigger("closed_plan_keeps_itself_update", "scorecard_plan", "UPDATE", CHANGES_WHILE_CLOSED, CLOSED),
    Trigger("closed_plan_keeps_itself_delete", "scorecard_plan", "DELETE", "OLD.state = 'closed'", CLOSED),
    *_on_both(
        "outlook_has_no_actual", "scorecard_yearlyvalue", f"{HAS_ACTUAL} AND NEW.year > {YEAR_OF_VALUE}", OUTLOOK
    ),
    *_on_both(
        "outlook_has_no_execution",
        "scorecard_actionbudget",
        f"(NEW.executed IS NOT NULL OR NEW.progress <> '') AND NEW.year > {YEAR_OF_BUDGET}",
        OUTLOOK,
    ),
    *_on_both(
        "past_has_no_target",
        "scorecard_yearlyvalue",
        f"(NEW.target IS NOT NULL OR NEW.target_note <> '' OR NEW.target_reason <> '') AND NEW.year < {YEAR_OF_VALUE}",
        PAST,
    ),
    *_on_both("past_has_no_budget", "scorecard_actionbudget", f"NEW.year < {YEAR_OF_BUDGET}", PAST),
    Trigger(
        "past_actual_stands_at_home_insert",
        "scorecard_yearlyvalue",
        "INSERT",
        f"{HAS_ACTUAL} AND {HAS_AN_EARLIER_HOME}",
        HOME,
    ),
    Trigger(
        "past_actual_stands_at_home_update",
        "scorecard_yearlyvalue",
        "UPDATE",
        f"{differs(FIGURES_OF_A_VALUE)} AND {HAS_ACTUAL} AND {HAS_AN_EARLIER_HOME}",
        HOME,
    ),
)
