"""The effect that applying an uploaded form would have on the plan. Nothing is written."""

import io
from dataclasses import dataclass
from functools import cached_property

from scorecard.agency_form.changes import PlanChanges, compare_with_form
from scorecard.agency_form.current_plan import find_plan, load_current_plan
from scorecard.agency_form.form_plan import ParsedForm
from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.domain.roc_years import year_text
from scorecard.models import FormUpload, Plan
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import GridSheet, row_and_column
from scorecard.spreadsheets.reader import read_sheets


@dataclass(frozen=True)
class Preview:
    """sheets: without corrections. plan: the plan to change, None for a new one.

    difference: None for a new plan, and if the form cannot be compared.
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

    def text_at(self, sheet, cell):
        """(text in the file, current text); they differ in a corrected cell."""
        row, column = row_and_column(cell)
        original = sheet.merged_text(row, column)
        return original, self.upload.corrections.get(f"{sheet.name}!{cell}", original)


def build_preview(upload):
    """Raises UnreadableFile."""
    sheets = read_sheets(io.BytesIO(upload.content))
    form = read_form_sheets(sheets, agency=upload.agency.name, corrections=_corrections(upload))
    plan, own, difference = upload.plan, (), None
    if form.plan is not None:
        plan = plan or find_plan(upload.agency, form.plan)
        if plan is not None and plan.first_year != form.plan.first_year:
            own = (_other_years(plan, form),)
        elif plan is not None:
            difference = compare(plan, form)
            own = (_same_years(plan),) if upload.plan_id is None else ()
    return Preview(upload, tuple(sheets), form, plan, difference, own)


def _corrections(upload):
    return {tuple(place.rsplit("!", 1)): text for place, text in upload.corrections.items()}


def _other_years(plan, form):
    text = (
        f"表單的目標值從 {year_text(form.plan.first_year)}開始，計畫「{plan}」從 {year_text(plan.first_year)}開始；"
        "請確認選對檔案，或捨棄這份上傳，重新上傳並選「新計畫」。"
    )
    return Message(Severity.ERROR, "", "", "", "", text)


def _same_years(plan):
    text = f"機關已有{year_text(plan.first_year)}起的計畫，因此不建立新計畫，而是與「{plan}」比較。"
    return Message(Severity.HINT, "", "", "", "", text)


def compare(plan, form):
    return compare_with_form(form.plan, load_current_plan(plan))
