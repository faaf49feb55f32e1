"""平衡計分卡: the source's table, column for column."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from scorecard.views.pages import get_scorecard

# 策略目標, KPI, 公式, KPI 主責科室, 行動方案, 行動方案主責
OTHER_COLUMNS = 6


@require_safe
def scorecard(request, slug, year):
    """Every KPI of the plan with its years, action plans and budgets."""
    scorecard = get_scorecard(request, slug, year, with_action_plans=True)
    column_count = OTHER_COLUMNS + len(scorecard.years) + len(scorecard.plan_years)
    return render(request, "scorecard/scorecard.html", {"scorecard": scorecard, "column_count": column_count})
