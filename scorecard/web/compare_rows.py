"""The rows of a comparison as its page shows them: each difference with the addresses that lead on from it."""

from dataclasses import dataclass

from django.urls import reverse

from scorecard.forms.compare import TargetReasonForm, placed, reason_form
from scorecard.read_models.edition_comparison import DifferenceGroup, EditionComparison
from scorecard.read_models.edition_difference import Difference, Group
from scorecard.read_models.edition_items import EditionFacts, Item, ItemKind
from scorecard.read_models.lineages import KINDS

# The page of each kind of row; those of a KPI's parts are the KPI's.
PAGES = {ItemKind.OBJECTIVE: "objective", ItemKind.THEME: "theme", ItemKind.KPI: "kpi"}


@dataclass(frozen=True)
class CompareRow:
    """new_url, old_url: its page in both editions, "" for none. form: for its reason, None where nobody may write one.

    present: the reason that somebody else wrote meanwhile, None where nobody did.
    """

    difference: Difference
    anchor: str
    new_url: str
    old_url: str
    lineage_url: str
    form: TargetReasonForm | None
    present: str | None = None

    @property
    def name(self) -> str:
        """What the row is about, where the words of the difference do not say it: 「縮短職舍通知配住日數」."""
        subject, what = self.difference.subject, self.difference.what
        if subject in what or self.difference.item.kind == ItemKind.PLAN:
            return ""
        return subject.removeprefix(f"{what.split(' ')[0]} ")

    @property
    def is_open(self) -> bool:
        """Whether the form stands open: a reason is lacking, or what was typed is not saved."""
        return self.difference.lacks_reason or bool(self.form and self.form.is_bound)


@dataclass(frozen=True)
class CompareGroup:
    group: DifferenceGroup
    rows: tuple[CompareRow, ...]


@dataclass(frozen=True)
class FailedReason:
    """A reason that was not saved. present: as CompareRow has it."""

    form: TargetReasonForm
    present: str | None = None

    def is_of(self, difference: Difference) -> bool:
        return (str(difference.key.lineage), str(difference.key.year)) == (
            self.form.data.get("measure"),
            self.form.data.get("year"),
        )


def compare_groups(
    comparison: EditionComparison, *, can_edit: bool, failed: FailedReason | None = None
) -> tuple[CompareGroup, ...]:
    """can_edit: whether the newer edition may be changed, and this person may."""
    made = _Rows(comparison, can_edit, failed)
    return tuple(CompareGroup(group, tuple(map(made.row, group.differences))) for group in comparison.groups)


def anchor_of(difference: Difference) -> str:
    """The id of a row about a target; only these are led to."""
    if difference.group != Group.TARGETS:
        return ""
    return f"target-{difference.key.lineage}-{difference.key.year}"


class _Rows:
    def __init__(self, comparison: EditionComparison, can_edit: bool, failed: FailedReason | None) -> None:
        self.comparison = comparison
        self.can_edit = can_edit
        self.failed = failed
        self.agency = comparison.new_plan.agency.slug

    def row(self, difference: Difference) -> CompareRow:
        form, present = self._form(difference)
        return CompareRow(
            difference,
            anchor_of(difference),
            self._page(self.comparison.new, difference.new_item),
            self._page(self.comparison.old, difference.old_item),
            self._lineage_page(difference),
            form,
            present,
        )

    def _form(self, difference: Difference) -> tuple[TargetReasonForm | None, str | None]:
        if not self.can_edit or difference.group != Group.TARGETS:
            return None, None
        if self.failed is None or not self.failed.is_of(difference):
            return reason_form(difference), None
        form = placed(self.failed.form, difference)
        if self.failed.present is not None:
            form.show_present(self.failed.present)
        return form, self.failed.present

    def _page(self, facts: EditionFacts, item: Item | None) -> str:
        shown = facts.item(ItemKind.KPI, item.kpi) if item is not None and item.kpi is not None else item
        if shown is None or shown.kind not in PAGES:
            return ""
        return reverse(PAGES[shown.kind], args=[self.agency, facts.year, shown.code])

    def _lineage_page(self, difference: Difference) -> str:
        """Where it is asked what a row continues: of rows that are new, renamed, moved or measured otherwise."""
        item = difference.new_item
        asked = difference.group in (Group.ADDED, Group.RENAMED) or difference.kind == "new_series"
        if not self.can_edit or item is None or not asked or item.kind not in KINDS:
            return ""
        page = reverse("compare_lineage", args=[self.agency, self.comparison.new.year])
        return f"{page}?kind={item.kind}&lineage={item.lineage}"
