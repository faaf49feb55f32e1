"""The effect that applying an uploaded form would have on its edition. Nothing is written."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scorecard.agency_form.changes import PlanChanges, compare_with_form
from scorecard.agency_form.current_plan import find_plan, load_current_plan, load_predecessor
from scorecard.agency_form.form_plan import FormPlan, ParsedForm
from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.domain.roc_years import year_text
from scorecard.models import Agency, FormUpload, Plan
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import GridSheet, row_and_column
from scorecard.spreadsheets.reader import read_sheets


@dataclass(frozen=True)
class Preview:
    """sheets: without corrections. plan: the edition to change, None for a new draft.

    difference: from that edition, or from the one that the draft is carried forward from; None for an agency's first
    edition.
    """

    upload: FormUpload
    sheets: tuple[GridSheet, ...]
    form: ParsedForm
    plan: Plan | None
    difference: PlanChanges | None
    own_messages: tuple[Message, ...]

    @cached_property
    def messages(self):
        """Messages about the whole file come first."""
        return (*self.own_messages, *self.form.messages, *(self.difference.messages if self.difference else ()))

    @property
    def has_errors(self):
        """Whether the form cannot be applied."""
        return self.form.plan is None or any(message.level is Severity.ERROR for message in self.messages)

    @property
    def unanswered(self):
        """Rows that may be one of the edition's, and of which nobody said so yet."""
        return self.difference.matches.unanswered if self.difference else []

    def text_at(self, sheet, cell):
        """(text in the file, current text); they differ in a corrected cell."""
        row, column = row_and_column(cell)
        original = sheet.merged_text(row, column)
        return original, self.upload.corrections.get(f"{sheet.name}!{cell}", original)


def build_preview(upload):
    """Raises UnreadableFile."""
    sheets = read_sheets(io.BytesIO(upload.content))
    form = read_form_sheets(sheets, agency=upload.agency.name, corrections=_corrections(upload))
    plan, own, difference = None, (), None
    if form.plan is not None:
        plan = find_plan(upload.agency, form.plan)
    if plan is not None:
        difference = compare(plan, form, upload.matches)
        own = (_same_year(plan),)
    elif form.plan is not None and (later := _later_edition(upload.agency, form.plan)) is not None:
        own = (_too_early(later, form.plan),)
    elif form.plan is not None:
        difference = compare_new(upload.agency, form, upload.matches)
    return Preview(upload, tuple(sheets), form, plan, difference, own)


def _corrections(upload):
    return {tuple(place.rsplit("!", 1)): text for place, text in upload.corrections.items()}


def _later_edition(agency: Agency, read: FormPlan) -> Plan | None:
    later = Plan.objects.not_drafts().filter(agency=agency, year__gt=read.first_year)
    return later.order_by("year").first()


def _too_early(later, read):
    """Years before the agency's first edition are its baseline (docs/decisions/0028)."""
    text = (
        f"表單的目標值從 {year_text(read.first_year)}開始，機關已有 {later.title}，不能再匯入較早年度的表單；"
        "請確認選對檔案，或捨棄這份上傳。"
    )
    return Message(Severity.ERROR, "", "", "", "", text)


def _same_year(plan):
    text = f"機關已有 {plan.title}，因此不建立新的年版，而是與它比較。"
    return Message(Severity.HINT, "", "", "", "", text)


def compare(plan: Plan, form: ParsedForm, answers: Mapping[str, str] | None = None) -> PlanChanges:
    """With the edition of the form's year. form: one that could be read; answers: as FormUpload.matches."""
    assert form.plan is not None
    return compare_with_form(form.plan, load_current_plan(plan, form.plan), answers)


def compare_new(agency: Agency, form: ParsedForm, answers: Mapping[str, str] | None = None) -> PlanChanges | None:
    """With the edition that the form's draft would be carried forward from; None for the agency's first."""
    assert form.plan is not None
    current = load_predecessor(agency, form.plan)
    return compare_with_form(form.plan, current, answers) if current is not None else None


def compare_draft(plan: Plan, form: ParsedForm, answers: Mapping[str, str] | None = None) -> PlanChanges:
    """With the draft that was just carried forward for the form: the same as compare_new() showed before."""
    assert form.plan is not None
    return compare_with_form(form.plan, load_current_plan(plan, form.plan, is_new=True), answers)
