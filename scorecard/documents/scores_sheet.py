"""The scores of every level as rows, for the workbook's second sheet."""

from decimal import Decimal

from scorecard.domain.scoring import BLANK

SHEET_NAME = "得分"
HEADINGS = ("層級", "編號", "名稱", "得分", "燈號", "達成", "已評", "應評")
WIDTHS = (10, 10, 48, 9, 10, 8, 8, 8)


def score_rows(scorecard):
    """One row a line under HEADINGS: the plan, then perspectives, themes, divisions and objectives; no query.

    A score is the number that pages print, rounded as they round it; a dash where nothing below has a rate.
    """
    levels = (
        ("計畫", ((scorecard.plan_slug, scorecard.plan_title, scorecard),)),
        ("構面", ((line.code, line.name, line) for line in scorecard.perspectives)),
        ("策略主題", ((line.code, line.name, line) for line in scorecard.themes)),
        ("科室", (("", line.name, line) for line in scorecard.divisions)),
        ("策略目標", ((line.code, line.name, line) for line in scorecard.objectives)),
    )
    for level, lines in levels:
        for code, name, line in lines:
            score = BLANK if line.score.value is None else Decimal(line.score_text)
            tally = line.score.tally
            yield level, code, name, score, line.status.label, tally.met, tally.assessed, tally.due
