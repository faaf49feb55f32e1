"""Which rows of an edition a form's rows are, as the preview shows it and asks it."""

from collections.abc import Mapping
from dataclasses import dataclass

from scorecard.agency_form.matching import NEW, Certainty, FormRow, Match, Matches, folded
from scorecard.read_models.edition_items import KIND_LABELS, Item

# Prefix of the names of the fields that answer.
MATCH_FIELD = "match"
# The rest is asked when these are answered, and other rows to choose are left out; what is proposed is always there.
ASKED_AT_ONCE, OPTIONS_AT_ONCE, CERTAIN_AT_ONCE = 60, 60, 500
NOTHING_CHOSEN, NONE_OF_THEM = "請選擇", "新的，不沿用"


@dataclass(frozen=True)
class MatchLine:
    """name: of the field. answer: what is kept, "" for nothing. options: (value, text), the chosen one in chosen."""

    row: FormRow
    certainty: Certainty
    link: str
    name: str
    answer: str
    chosen: str
    options: list[tuple[str, str]]

    @property
    def kind(self) -> str:
        return KIND_LABELS[self.row.kind]


@dataclass(frozen=True)
class RejectedChoice:
    """An answer that was not kept, since somebody else answered meanwhile. now, mine: in words."""

    row: FormRow
    name: str
    answer: str
    now: str
    chosen: str
    mine: str


@dataclass(frozen=True)
class MatchesShown:
    """asked: the rows that are asked about, the unanswered ones first; hidden: how many are left out."""

    asked: list[MatchLine]
    hidden: int
    unanswered: int
    new: list[MatchLine]
    new_hidden: int
    certain: list[tuple[str, str, str]]
    certain_count: int


def matches_shown(matches: Matches, links: Mapping[FormRow, str], chosen: Mapping[str, str]) -> MatchesShown:
    """links: addresses of the rows' cells. chosen: answers that were sent and not kept, by the keys of the rows."""
    asked = sorted(matches.asked, key=lambda match: bool(match.answer))
    new = matches.of_certainty(Certainty.NEW)
    # What is new without any row left that it could be is simply new.
    asks_about_new = [match for match in new if matches.options(match.row.kind)]
    certain = matches.of_certainty(Certainty.SAME)
    return MatchesShown(
        asked=[_line(matches, match, links, chosen) for match in asked[:ASKED_AT_ONCE]],
        hidden=max(0, len(asked) - ASKED_AT_ONCE),
        unanswered=len(matches.unanswered),
        new=[_line(matches, match, links, chosen) for match in asks_about_new[:ASKED_AT_ONCE]],
        new_hidden=max(0, len(asks_about_new) - ASKED_AT_ONCE),
        certain=[_certain(matches, match) for match in certain[:CERTAIN_AT_ONCE]],
        certain_count=len(certain),
    )


def _line(matches: Matches, match: Match, links: Mapping[FormRow, str], chosen: Mapping[str, str]) -> MatchLine:
    row = match.row
    options = [("", NOTHING_CHOSEN)] if match.is_asked and not match.proposed else []
    options += [(str(item.lineage), item.full_name) for item in _options(matches, match)]
    options.append((NEW, NONE_OF_THEM))
    return MatchLine(
        row=row,
        certainty=match.certainty,
        link=links.get(row, ""),
        name=f"{MATCH_FIELD}-{row.key}",
        answer=match.answer,
        chosen=chosen.get(row.key, match.chosen),
        options=options,
    )


def _options(matches: Matches, match: Match) -> list[Item]:
    """Those of its code or its name first, then the others."""
    items = matches.options(match.row.kind)
    near = [item for item in items if item.code == match.row.code or folded(item.name) == folded(match.row.name)]
    near += [item for item in items if item.lineage == match.lineage and item not in near]
    others = [item for item in items if item not in near]
    return [*near, *others[:OPTIONS_AT_ONCE]]


def _certain(matches: Matches, match: Match) -> tuple[str, str, str]:
    """(kind, the row in the form, the row that it is)."""
    item = matches.item(match.row.kind, match.lineage)
    return KIND_LABELS[match.row.kind], f"{match.row.code} {match.row.name}", item.full_name if item else ""


def rejected_choices(matches: Matches, mine: Mapping[str, str]) -> list[RejectedChoice]:
    """mine: the person's answers by the keys of the rows."""
    return [
        RejectedChoice(
            row=match.row,
            name=f"{MATCH_FIELD}-{match.row.key}",
            answer=match.answer,
            now=_in_words(matches, match.row, match.answer),
            chosen=mine[match.row.key],
            mine=_in_words(matches, match.row, mine[match.row.key]),
        )
        for match in matches.rows
        if match.row.key in mine
    ]


def _in_words(matches: Matches, row: FormRow, answer: str) -> str:
    if answer == NEW:
        return NONE_OF_THEM
    found = [item for item in matches.options(row.kind) if str(item.lineage) == answer]
    return found[0].full_name if found else "（未選）"
