"""Differences between the two checkouts that are intended, each with its reason.

Listed here are those of the rebuilding of the code base; once its first commit is no longer compared with, they go.
"""

import re
from dataclasses import dataclass

# (tag, class) of elements that an intended change put around a text; their content counts, they themselves do not.
TRANSPARENT = {
    # What shows a person's line breaks has an element of its own, so that its container keeps none.
    ("span", "text-lines"),
}


@dataclass(frozen=True)
class Intended:
    """Lines that only one side has, by regular expressions.

    where: for the capture's name, 「pages/viewer/….html」; 「….pdf pictures」 for what is said of its pictures;
    「pages.json」 for what is said of statuses, headers, and answers that one side alone has. old, new: for whole lines
    of that side, None where there is none; what is said of pictures and statuses counts as new.
    """

    why: str
    where: str
    old: str | None = None
    new: str | None = None


INTENDED = (
    Intended(
        why="filters are Django forms: the option of no filter is selected where none is, and none has an empty value",
        where=r"^(pages|posts|style)/.*\.html$",
        old=r" *<(option value=\"\"|input [^>]*type=\"search\"[^>]*)>",
        new=r" *<(option selected=\"\" value=\"\"|input [^>]*type=\"search\"[^>]*)>",
    ),
    Intended(
        why="what is typed into one row of the reporting table is asked for in turns",
        where=r"^(pages|posts|style)/.*\.html$",
        old=r" *<div [^>]*hx-get=[^>]*>",
        new=r" *<div [^>]*hx-get=[^>]* hx-sync=[^>]*>",
    ),
    Intended(
        why="the style page also shows new colours and the filters; blanks stand between its samples",
        where=r"^(style/|pixels/.*operator~style\.)",
        old=r" *\| +\u3000|'▲ \+9\.3 .*",
        new=r".*",
    ),
    Intended(
        why="a fragment has no style sheets of its own, so blanks between its blocks count here; the page shows none",
        where=r"^pages/.*\+light\+[^/]*\.html$",
        new=r" *\| ",
    ),
    Intended(
        why="the units of a KPI with several measures are on lines of their own by <br>",
        where=r"^(pages|posts)/.*kpis[^/]*\.html$",
        old=r" *\| .*⏎.*",
        new=r" *(<br>|</br>|\| .*)",
    ),
    Intended(
        why=".xlsx and .ods hold the same sheets: the scores were in .xlsx alone",
        where=r"^(files|closing)/.*\.ods$",
        new=r"((content|settings)\.xml: 得分\b|styles\.xml: ).*",
    ),
    Intended(
        why="得分 is written as every sheet is: what is printed is named, and an empty cell is no empty text",
        where=r"^(files|closing)/.*\.xlsx$",
        old=r"得分: (printed|views|page_setup|[A-Z]+\d+: inlineStr None).*",
        new=r"得分: (printed|views|page_setup|[A-Z]+\d+: n None).*",
    ),
    Intended(
        why="a digest names the frozen file, which is another where 得分 is written otherwise",
        where=r"^closing/.*\.html$",
        old=r" *\| [0-9a-f]{64}",
        new=r" *\| [0-9a-f]{64}",
    ),
    Intended(
        why="white space in a template moves text of the scorecard's PDF by less than a pixel",
        where=r"^files/.*scorecard[^/]*\.pdf pictures$",
        new=r"picture 2: \d{3} pixels differ within .*",
    ),
)


def without_intended(name, old, new, seen):
    """(old, new) lines that one side alone has, without what an intended difference explains; it goes to `seen`."""
    for change in INTENDED:
        if not re.search(change.where, name):
            continue
        kept_old, kept_new = _without(old, change.old), _without(new, change.new)
        if (len(kept_old), len(kept_new)) != (len(old), len(new)):
            seen.add(change)
        old, new = kept_old, kept_new
    return old, new


def _without(lines, pattern):
    return lines if pattern is None else [line for line in lines if not re.fullmatch(pattern, line)]
