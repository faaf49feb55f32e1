"""Rows that cannot change: those of a closed edition, approved figures, snapshots (docs/decisions/0011).

The rules hold for every write, also from the shell and from fixtures. p is the edition of the row.
"""

from scorecard.models.trigger_rule import EVENTS, Trigger

CLOSED = "這個年度已關閉，內容不能再變更；如需更正，請管理者說明理由後重新開放年度。"
APPROVED = "這項填報已審核通過，不能再變更；如需更正，請審核人員先退回補正。"
SNAPSHOT = "年度定稿檔寫入後不能變更或刪除。"
RECORDED = "核定紀錄、修正與更正說明登錄後不能變更或刪除。"
REVISED = "修正只能依序登錄，草案與已關閉的年版不能登錄修正。"
DIVISION = "已關閉的年度或填報收執載有這個科室的名稱，不能改名；請以「改名」新增承接的科室。"

COMMENT = "意見送出後不能變更或刪除。"
SLUG = "已關閉的年度載有這個機關的網址代稱，不能變更。"

PLAN_OF_KPI = "SELECT k.plan_id FROM scorecard_kpi k WHERE k.id = {row}.kpi_id"
PLAN_OF_REPORT = (
    "SELECT k.plan_id FROM scorecard_yearlyreport r JOIN scorecard_kpi k ON k.id = r.kpi_id "
    "WHERE r.id = {row}.report_id"
)
PLAN_OF_MEASURE = (
    "SELECT k.plan_id FROM scorecard_measure m JOIN scorecard_kpi k ON k.id = m.kpi_id WHERE m.id = {row}.measure_id"
)
# (table, its name in rules, the id of the row's edition as SQL) of everything that is frozen with its edition.
ROWS_OF_AN_EDITION = (
    ("perspective", "perspective", "{row}.plan_id"),
    ("theme", "theme", "{row}.plan_id"),
    ("objective", "objective", "{row}.plan_id"),
    (
        "objectivesupport",
        "objective_support",
        "SELECT o.plan_id FROM scorecard_objective o WHERE o.id = {row}.objective_id",
    ),
    ("objectivelink", "link", "{row}.plan_id"),
    ("kpi", "kpi", "{row}.plan_id"),
    ("kpi_supporting_divisions", "kpi_supporting", PLAN_OF_KPI),
    ("measure", "measure", PLAN_OF_KPI),
    ("yearlyvalue", "value", PLAN_OF_MEASURE),
    (
        "figureconfirmation",
        "confirmation",
        "SELECT k.plan_id FROM scorecard_yearlyvalue v JOIN scorecard_measure m ON m.id = v.measure_id "
        "JOIN scorecard_kpi k ON k.id = m.kpi_id WHERE v.id = {row}.value_id",
    ),
    ("yearlyreport", "report", PLAN_OF_KPI),
    ("evidence", "evidence", PLAN_OF_REPORT),
    ("comment", "comment", PLAN_OF_REPORT),
    ("actionplan", "action_plan", "{row}.plan_id"),
    (
        "actionbudget",
        "budget",
        "SELECT a.plan_id FROM scorecard_actionplan a WHERE a.id = {row}.action_plan_id",
    ),
    ("targetproposal", "target_proposal", "{row}.plan_id"),
)
PLAN_OF = {table: plan for table, _, plan in ROWS_OF_AN_EDITION}
IS_CLOSED = "EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.state = 'closed' AND p.id = ({plan}))"
REPORT_APPROVED = (
    "EXISTS (SELECT 1 FROM scorecard_yearlyreport r WHERE r.id = {row}.report_id AND r.state = 'approved')"
)
VALUE_APPROVED = (
    "EXISTS (SELECT 1 FROM scorecard_measure m JOIN scorecard_kpi k ON k.id = m.kpi_id "
    "JOIN scorecard_plan p ON p.id = k.plan_id JOIN scorecard_yearlyreport r ON r.kpi_id = m.kpi_id "
    "WHERE m.id = {row}.measure_id AND p.year = {row}.year AND r.state = 'approved')"
)
FIGURES = ("measure_id", "year", "actual", "actual_note", "unmeasured", "numerator", "denominator")
# A review changes the state, the version, the reviewer and the time, but nothing that was submitted.
SUBMITTED = (
    "kpi_id",
    "explanation",
    "improvement",
    "submitted_by_id",
    "submitted_by_name",
    "submitted_for_id",
    "submitted_at",
)


def _rows(event):
    """The names of the row before and after the event, as far as it has them."""
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


def differs(columns):
    """SQL for both databases: any of the columns changes. NULL equals NULL."""
    same = (f"COALESCE(NEW.{name} = OLD.{name}, NEW.{name} IS NULL AND OLD.{name} IS NULL)" for name in columns)
    return f"NOT ({' AND '.join(same)})"


ENTERED = "NEW.actual IS NOT NULL OR NEW.unmeasured OR NEW.actual_note <> ''"
BY_DEMO_AND_OPEN = (
    "EXISTS (SELECT 1 FROM scorecard_user u WHERE u.id = OLD.{person} AND u.is_demo) "
    "AND NOT EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = OLD.plan_id AND p.state = 'closed')"
)
NOT_OF_A_DRAFT = "EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = OLD.plan_id AND p.state <> 'draft')"
# A year that was closed before there were snapshots may get its first one later.
NOT_WITH_A_CLOSING = (
    "NOT EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = NEW.plan_id AND NEW.number = p.closings + 1 "
    "AND (p.state = 'open' OR p.state = 'closed' AND p.closings = 0))"
)
# The adoption's comes before the year opens, a closing's before the year is closed: a closed year gets no other.
NOT_WITH_ITS_ACT = (
    "NOT EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = NEW.plan_id "
    "AND (NEW.closing = 0 AND p.state IN ('draft', 'adopted') OR NEW.closing = p.closings + 1 AND p.state = 'open'))"
)
# One after the other from 0 on. An edition that was closed before revisions were kept gets the first one later.
NOT_NEXT_REVISION = (
    "NEW.number > 0 AND NOT EXISTS (SELECT 1 FROM scorecard_revision r "
    "WHERE r.plan_id = NEW.plan_id AND r.number = NEW.number - 1) "
    "OR EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = NEW.plan_id "
    "AND (p.state = 'draft' OR p.state = 'closed' AND NEW.number > 0))"
)
# What a division proposed: only the decision is added to it.
PROPOSED = ("plan_id", "measure_id", "year", "value", "unit", "reason", "by_id", "by_name", "at")
# It is part of the edition's address, of its JSON and of its files' names.
SLUG_OF_A_CLOSED_PLAN = (
    "NEW.slug <> OLD.slug AND EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.agency_id = OLD.id AND p.state = 'closed')"
)
NAMED_IN_A_CLOSED_PLAN = (
    "(NEW.name <> OLD.name OR NEW.agency_id <> OLD.agency_id) AND ("
    "EXISTS (SELECT 1 FROM scorecard_submission s WHERE s.division_id = OLD.id) "
    "OR EXISTS (SELECT 1 FROM scorecard_theme t JOIN scorecard_plan p ON p.id = t.plan_id "
    "WHERE t.lead_division_id = OLD.id AND p.state = 'closed') "
    "OR EXISTS (SELECT 1 FROM scorecard_kpi k JOIN scorecard_plan p ON p.id = k.plan_id "
    "WHERE k.division_id = OLD.id AND p.state = 'closed') "
    "OR EXISTS (SELECT 1 FROM scorecard_kpi_supporting_divisions c JOIN scorecard_kpi k ON k.id = c.kpi_id "
    "JOIN scorecard_plan p ON p.id = k.plan_id WHERE c.division_id = OLD.id AND p.state = 'closed') "
    "OR EXISTS (SELECT 1 FROM scorecard_actionplan a JOIN scorecard_plan p ON p.id = a.plan_id "
    "WHERE a.owner_division_id = OLD.id AND p.state = 'closed'))"
)

TRIGGERS = (
    *(
        trigger
        for table, name, plan in ROWS_OF_AN_EDITION
        for trigger in _refuse(f"closed_plan_keeps_{name}", table, IS_CLOSED.format(plan=plan), CLOSED)
    ),
    *_refuse("closed_plan_keeps_version", "planversion", IS_CLOSED.format(plan="{row}.plan_id"), CLOSED),
    *_refuse(
        "approved_value", "yearlyvalue", VALUE_APPROVED, APPROVED, also={"INSERT": ENTERED, "UPDATE": differs(FIGURES)}
    ),
    *_refuse("approved_evidence", "evidence", REPORT_APPROVED, APPROVED),
    Trigger(
        "approved_report_is_only_returned",
        "scorecard_yearlyreport",
        "UPDATE",
        f"OLD.state = 'approved' AND (NEW.state <> 'returned' OR {differs(SUBMITTED)})",
        APPROVED,
    ),
    Trigger("approved_report_never_deleted", "scorecard_yearlyreport", "DELETE", "OLD.state = 'approved'", APPROVED),
    Trigger("snapshot_comes_with_a_closing", "scorecard_yearsnapshot", "INSERT", NOT_WITH_A_CLOSING, SNAPSHOT),
    Trigger("snapshot_never_updated", "scorecard_yearsnapshot", "UPDATE", "1 = 1", SNAPSHOT),
    Trigger(
        "snapshot_never_deleted",
        "scorecard_yearsnapshot",
        "DELETE",
        f"NOT ({BY_DEMO_AND_OPEN.format(person='closed_by_id')})",
        SNAPSHOT,
    ),
    Trigger(
        "head_approval_comes_with_its_act",
        "scorecard_headapproval",
        "INSERT",
        NOT_WITH_ITS_ACT,
        "核定紀錄只能在核定年版或關閉年度時登錄。",
    ),
    Trigger("head_approval_never_updated", "scorecard_headapproval", "UPDATE", "1 = 1", RECORDED),
    Trigger(
        "head_approval_never_deleted",
        "scorecard_headapproval",
        "DELETE",
        f"{NOT_OF_A_DRAFT} AND NOT ({BY_DEMO_AND_OPEN.format(person='recorded_by_id')})",
        RECORDED,
    ),
    Trigger(
        "correction_stands_beside_a_closed_plan",
        "scorecard_correction",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM scorecard_plan p WHERE p.id = NEW.plan_id AND p.state = 'closed')",
        "更正說明只能加在已關閉的年度；開放中的年度請直接更正。",
    ),
    Trigger("correction_never_updated", "scorecard_correction", "UPDATE", "1 = 1", RECORDED),
    Trigger(
        "correction_never_deleted",
        "scorecard_correction",
        "DELETE",
        f"NOT ({BY_DEMO_AND_OPEN.format(person='by_id')})",
        RECORDED,
    ),
    Trigger("revision_comes_next", "scorecard_revision", "INSERT", NOT_NEXT_REVISION, REVISED),
    Trigger("revision_never_updated", "scorecard_revision", "UPDATE", "1 = 1", RECORDED),
    Trigger("revision_never_deleted", "scorecard_revision", "DELETE", NOT_OF_A_DRAFT, RECORDED),
    Trigger(
        "target_proposal_decided_once",
        "scorecard_targetproposal",
        "UPDATE",
        f"OLD.decision <> '' OR NEW.decision = '' OR {differs(PROPOSED)}",
        "建議目標值只能處理一次，處理後不能變更。",
    ),
    *_refuse(
        "edition_comment_closed", "editioncomment", IS_CLOSED.format(plan="{row}.plan_id"), CLOSED, events=("INSERT",)
    ),
    Trigger("edition_comment_never_updated", "scorecard_editioncomment", "UPDATE", "1 = 1", COMMENT),
    Trigger("edition_comment_never_deleted", "scorecard_editioncomment", "DELETE", NOT_OF_A_DRAFT, COMMENT),
    Trigger("agency_slug_named_in_closed_plan", "scorecard_agency", "UPDATE", SLUG_OF_A_CLOSED_PLAN, SLUG),
    Trigger("division_named_in_closed_plan", "scorecard_division", "UPDATE", NAMED_IN_A_CLOSED_PLAN, DIVISION),
)
