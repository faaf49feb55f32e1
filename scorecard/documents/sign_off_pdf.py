"""簽核表: a sheet that goes round for signatures before an edition is adopted or its year closed."""

from enum import Enum

from scorecard.documents.single_page_pdfs import STYLESHEETS
from scorecard.domain.roc_years import datetime_text
from scorecard.models import AuditEvent
from scorecard.pdf.document import render_pdf
from scorecard.read_models.budgets import budgets_of
from scorecard.read_models.build_scorecard import build_scorecard

# Who signs, in this order.
SIGNERS = ("承辦人", "單位主管", "會計", "主任秘書", "首長")


class SignOffPurpose(Enum):
    """What the head is asked for; the value stands in the heading."""

    ADOPT = "核定年版"
    CLOSE = "關閉年度"


def sign_off_pdf(plan, purpose, *, made_at):
    """What is signed: counts and money of the edition, for a closing its results too. plan: with agency and version."""
    scorecard = build_scorecard(plan, with_action_plans=True, with_earlier=False)
    context = {
        "scorecard": scorecard,
        "purpose": purpose.value,
        "is_closing": purpose is SignOffPurpose.CLOSE,
        "event": AuditEvent.objects.last_of(plan),
        "money": budgets_of(scorecard, scorecard.kpis),
        "counts": (
            ("策略主題", len(scorecard.themes)),
            ("策略目標", len(scorecard.objectives)),
            ("KPI", len(scorecard.kpis)),
            ("行動方案", sum(len(kpi.action_plans) for kpi in scorecard.kpis)),
        ),
        "signers": SIGNERS,
        "made_at": made_at,
        "made": datetime_text(made_at),
    }
    return render_pdf("pdf/sign_off.html", context, stylesheets=[*STYLESHEETS, "css/pdf/sign-off.css"])
