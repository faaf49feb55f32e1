"""The contents of cells in the agency's form, in the notations that domain.md §3 reads.

A number alone is a number cell. Anything else is text: a number with its note in brackets on a second line, a note
alone, or the figures of several measures, one per line. The lines are numbered if a reader could confuse them: one is
blank or has a note, or the measures belong to several KPIs.
"""

import re

from scorecard.domain.scoring import plain
from scorecard.spreadsheets.figure import whole_figure

_CODE_BELOW = re.compile(r"\s*\n\s*(?=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])")


def figure_cell(pairs, *, is_enumerated=False):
    """Figure, str or None. pairs: (value, note) of each measure. is_enumerated: the measures are of several KPIs."""
    if len(pairs) == 1:
        return _single(*pairs[0])
    notes = {note for _, note in pairs}
    if all(value is None for value, _ in pairs) and len(notes) == 1:
        return notes.pop() or None
    lines = [_line(*pair) for pair in pairs]
    is_plain = notes == {""} and not any(value is None for value, _ in pairs)
    if is_plain and not is_enumerated and not _looks_numbered(lines):
        return "\n".join(lines)
    return "\n".join(f"{number}.{line}" for number, line in enumerate(lines, start=1))


def money_cell(amounts):
    """Figure or None. amounts: all equal."""
    (amount,) = set(amounts)
    return None if amount is None else whole_figure(amount)


def formula_cell(kpis):
    """Formulas of a row's KPIs and units of their measures."""
    units = [measure.unit for kpi in kpis for measure in kpi.measures]
    if len(kpis) == 1:
        return "\n".join(part for part in (kpis[0].formula, _units("、".join(units))) if part)
    formulas = (f"{number}. {kpi.formula}" for number, kpi in enumerate(kpis, start=1))
    return "\n".join((*formulas, _units(units[0] if len(set(units)) == 1 else "\n".join(units))))


def named(*lines):
    """「AC1.1 名稱」 of each line, one below the other."""
    return "\n".join(_coded(line.code, line.name) for line in lines)


def described(*action_plans):
    """「AC1.1.1 內容」 of each action plan, one below the other."""
    return "\n".join(_coded(plan.code, plan.description) for plan in action_plans)


def _coded(code, text):
    """「AC1.1 名稱」. A line break before something like a code becomes a space: it would be read as another code."""
    return f"{code} {_CODE_BELOW.sub(' ', text)}"


def _units(text):
    return f"單位：{text}" if text else ""


def _single(value, note):
    if value is None:
        return note or None
    if note:
        return f"{plain(value)}\n({note})"
    return whole_figure(value)


def _line(value, note):
    """One line: line breaks inside a note would be read as further measures."""
    note = " ".join(note.split())
    if value is None:
        return note
    return f"{plain(value)}({note})" if note else plain(value)


def _looks_numbered(lines):
    return all(line.startswith(f"{number}.") for number, line in enumerate(lines, start=1))
