"""Converts between the reporting table's forms and the draft of unsaved texts."""

from dataclasses import dataclass

from django import forms
from django.http import QueryDict

NOT_TYPED = {"version", "take_theirs"}


@dataclass(frozen=True)
class UnsavedField:
    """A field with unsaved text. changed_by_other: somebody changed the report after the text was typed."""

    code: str
    label: str
    now: str
    typed: str
    changed_by_other: bool


def changed_fields(entry_forms):
    """EntryDraft.rows of bound forms: the changed fields of every KPI sent, as typed."""
    return {
        str(form.line.id): {
            "version": _version(form),
            "fields": {name: _raw(form, name) for name in form.changed_data if name not in NOT_TYPED},
        }
        for form in entry_forms
    }


def changed_field_names(entry_forms, *, everything):
    """{KPI id: names of changed fields}. Forms without changes are left out unless everything."""
    names = {str(form.line.id): set(form.changed_data) - {"version"} for form in entry_forms}
    return {kpi_id: changed for kpi_id, changed in names.items() if changed or everything}


def show_unsaved(entry_forms, unsaved):
    """Bind the unbound forms to the draft's texts as if they had just been sent. Nothing is saved.

    If somebody changed a report since, its form shows the conflict.
    """
    for form in entry_forms:
        fields = _known(form, unsaved)
        if fields:
            version = unsaved.rows[str(form.line.id)]["version"]
            form.bind(_with_typed(form, fields, version))
            if form.report and form.report.version != version:
                form.show_conflict(form.line, form.report)
            form.is_valid()


def differences(entry_forms, unsaved):
    """(UnsavedFields of the draft, texts of the draft that have no field any more). The forms are unbound."""
    found = []
    used = set()
    for form in entry_forms:
        fields = _known(form, unsaved)
        used |= {(str(form.line.id), name) for name in fields}
        version = unsaved.rows[str(form.line.id)]["version"] if fields else 0
        changed_by_other = bool(form.report and form.report.version != version)
        for name, text in fields.items():
            if has_changed(form, name, text):
                field = form.fields[name]
                initial = form.get_initial_for_field(field, name)
                texts = _words(initial), _words(_value(field, text))
                found.append(UnsavedField(form.line.code, _label(form, name), *texts, changed_by_other))
    lost = [
        text
        for kpi_id, row in unsaved.rows.items()
        for name, text in row["fields"].items()
        if text and (kpi_id, name) not in used
    ]
    return found, lost


def has_changed(form, name, text):
    """Whether a text differs from the field's value in the unbound form."""
    field = form.fields[name]
    return field.has_changed(form.get_initial_for_field(field, name), _value(field, text))


def _known(form, unsaved):
    row = unsaved.rows.get(str(form.line.id), {"fields": {}})
    return {name: text for name, text in row["fields"].items() if name in form.fields and name not in NOT_TYPED}


def _version(form):
    value = form["version"].value()
    return int(value) if str(value).isdecimal() and len(str(value)) < 10 else 0


def _raw(form, name):
    value = form[name].data
    if isinstance(value, bool):
        return "on" if value else ""
    # PostgreSQL refuses NUL in a text.
    return str(value or "").replace("\0", "")


def _value(field, text):
    """The value that the field's widget makes of the text."""
    data = {} if _is_box(field) and not text else {"x": text}
    return field.widget.value_from_datadict(data, {}, "x")


def _is_box(field):
    return isinstance(field.widget, forms.CheckboxInput)


def _with_typed(form, fields, version):
    """A QueryDict like a browser's: typed texts where there are any, initial values elsewhere."""
    data = QueryDict(mutable=True)
    for bound in form:
        initial = "" if bound.initial is None else str(bound.initial)
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = initial
        if bound.name in fields:
            initial = fields[bound.name]
        elif isinstance(bound.initial, bool):
            initial = "on" if bound.initial else ""
        if initial or not _is_box(bound.field):
            data[bound.html_name] = initial
    data[form.add_prefix("version")] = str(version)
    return data


def _label(form, name):
    label = str(form.fields[name].label)
    return label.removeprefix(form.line.code).strip()


def _words(value):
    if isinstance(value, bool):
        return "已勾選" if value else "未勾選"
    return "" if value is None else str(value)
