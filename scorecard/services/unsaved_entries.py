"""Keeping what a person typed and has not saved. Nothing here touches a figure, so nothing is audited.

Only the person's own draft is ever read or written; the division's table must be theirs to fill in.
"""

import json

from django.db import transaction

from scorecard import permissions
from scorecard.domain.policies import RuleBroken
from scorecard.models import EntryDraft
from scorecard.services import audit
from scorecard.services.reporting import save_reports

# Raw text of a whole division's year: about 80,000 Chinese characters.
MAX_BYTES = 256 * 1024
TOO_LARGE = "輸入的內容太多，無法自動保存草稿；請先按「儲存」。"


def find_draft(*, by, plan_year, division):
    """The person's draft, None where nothing is kept."""
    return EntryDraft.objects.filter(user=by, plan_year=plan_year, division=division).first()


@transaction.atomic
def keep_draft(*, by, plan_year, division, rows, beside=False, instead=False):
    """Keep what was typed, and return the draft; None where nothing is left to keep.

    rows: as in EntryDraft.rows, for every KPI that was sent, also those with nothing typed. A KPI's row replaces the
    one kept before; beside: is added to it, field by field, because the person was not shown what is kept.
    instead: nothing kept before stays. Raises PermissionDenied for other people's divisions, RuleBroken where it is
    too much.
    """
    permissions.check_can_report_for(by, division)
    whose = {"user": by, "plan_year": plan_year, "division": division}
    # Made first, so that two requests that arrive together find the same one.
    EntryDraft.objects.get_or_create(**whose)
    draft = _locked(by, plan_year, division) or EntryDraft(**whose)
    kept = {} if instead else dict(draft.rows)
    for kpi_id, row in rows.items():
        old = kept.get(kpi_id) if beside else None
        if old:
            row = {"version": min(old["version"], row["version"]), "fields": old["fields"] | row["fields"]}
        kept[kpi_id] = row
    return _write(draft, kept)


@transaction.atomic
def settle_draft(*, by, plan_year, division, rows, beside=False):
    """Forget what has been saved, and return the draft that is left, or None.

    rows: {KPI id: the names of its fields that were saved}. beside: only these fields go, because the person was not
    shown what is kept; otherwise all of the KPI's.
    """
    draft = _locked(by, plan_year, division)
    if draft is None:
        return None
    kept = {}
    for kpi_id, row in draft.rows.items():
        if kpi_id in rows:
            fields = {name: text for name, text in row["fields"].items() if beside and name not in rows[kpi_id]}
            row = {"version": row["version"], "fields": fields}
        kept[kpi_id] = row
    return _write(draft, kept)


@transaction.atomic
@audit.held_back()
def save_and_settle(*, by, plan_year, division, drafts, rows, beside=False):
    """Save drafts of reports and forget the draft of the table they were typed into: both or neither.

    drafts and what is returned and raised: as in reporting.save_reports(); rows and beside: as in settle_draft().
    """
    saved = save_reports(by=by, plan=plan_year.plan, year=plan_year.year, drafts=drafts)
    settle_draft(by=by, plan_year=plan_year, division=division, rows=rows, beside=beside)
    return saved


def _locked(by, plan_year, division):
    drafts = EntryDraft.objects.select_for_update(no_key=True, of=("self",))
    return drafts.filter(user=by, plan_year=plan_year, division=division).first()


def _write(draft, rows):
    rows = {kpi_id: row for kpi_id, row in rows.items() if row["fields"]}
    if not rows:
        if draft.pk:
            draft.delete()
        return None
    if len(json.dumps(rows, ensure_ascii=False).encode()) > MAX_BYTES:
        raise RuleBroken(TOO_LARGE)
    draft.rows = rows
    draft.save()
    return draft
