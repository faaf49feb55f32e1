"""Upload of a division's fill-in workbook, and its conversion into a draft of the reporting table."""

from django import forms

from scorecard.domain.scoring import plain
from scorecard.forms.fields import WorkbookField
from scorecard.forms.unsaved_entries import has_changed
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.reader import MAX_BYTES, MEGABYTE


class FillInForm(forms.Form):
    file = WorkbookField(
        label="填好的填報表",
        help_text=f"從系統下載的填報表（.xlsx，或另存的 .ods），最大 {MAX_BYTES // MEGABYTE} MB。",
        missing="請選擇填好的填報表。",
    )


def rows_of(read, entry_forms):
    """(EntryDraft.rows, messages) of a ParsedFillIn without errors. entry_forms: the unbound forms of the table.

    A row has only texts that differ from the table, and the report's version at the time of the download. If somebody
    changed the KPI since, the table shows a conflict. Messages name the file's rows that the table does not have.
    """
    by_id = {form.line.id: form for form in entry_forms}
    versions = {report.kpi_id: report.version for report in read.reports}
    fields = {}
    messages = []
    for report in read.reports:
        if report.is_touched:
            _add(fields, messages, report.kpi_id, by_id, report.cell, _fields_of(report))
    for budget in read.budgets:
        if budget.is_touched:
            executed = "" if budget.executed is None else str(budget.executed)
            own = {f"executed_{budget.budget_id}": executed, f"progress_{budget.budget_id}": budget.progress}
            _add(fields, messages, budget.kpi_id, by_id, budget.cell, own)
    rows = {}
    for kpi_id, own in fields.items():
        form = by_id[kpi_id]
        new = {name: text for name, text in own.items() if name in form.fields and has_changed(form, name, text)}
        if new:
            rows[str(kpi_id)] = {"version": versions.get(kpi_id, 0), "fields": new}
    return rows, messages


def _add(fields, messages, kpi_id, by_id, cell, own):
    if kpi_id in by_id:
        fields.setdefault(kpi_id, {}).update(own)
    else:
        text = "這一列的 KPI 已不在這張填報表上（可能改由其他科室主責，或今年沒有目標值），沒有讀入。"
        messages.append(Message(Severity.ASSUMPTION, "", cell, "", "", text))


def _fields_of(report):
    fields = {"explanation": report.explanation, "improvement": report.improvement}
    for measure in report.measures:
        id_ = measure.measure_id
        has_parts = measure.numerator is not None and measure.denominator is not None
        fields |= {
            # With both parts the actual is computed, not entered.
            f"actual_{id_}": "" if has_parts else _text(measure.actual),
            f"numerator_{id_}": _text(measure.numerator),
            f"denominator_{id_}": _text(measure.denominator),
            f"note_{id_}": measure.note,
            f"unmeasured_{id_}": "on" if measure.unmeasured else "",
        }
    return fields


def _text(number):
    return "" if number is None else plain(number)
