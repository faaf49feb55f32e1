"""簽核表: one page with what the head is asked to approve, and boxes to sign."""

from datetime import datetime

import pytest

from scorecard.documents.sign_off_pdf import SIGNERS, SignOffPurpose, sign_off_pdf
from scorecard.models import AuditEvent, Plan
from tests import factories
from tests.pdf import pdf_reading as reading

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
MADE_AT = datetime(2017, 1, 31, 9, 5)


def test_it_names_the_edition_its_counts_and_for_a_closing_its_scores(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"))
    plan = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    common = ["簽核表", plan.agency_name, "105年版", "目標訂至107年", "策略目標9、KPI10、行動方案11", "11,000元"]
    common += [*SIGNERS, AuditEvent.objects.last_of(plan).digest, "106年1月31日09:05"]
    results = ["得分100　達成1/已評1/應評10", "應填報10項，審核通過1項", "顧客構面"]
    for purpose, expected, absent in (
        (SignOffPurpose.ADOPT, ["核定年版簽核表", *common], results),
        (SignOffPurpose.CLOSE, ["關閉年度簽核表", *common, *results], []),
    ):
        document = reading.open_pdf(sign_off_pdf(plan, purpose, made_at=MADE_AT))
        text = reading.squeezed(document)
        assert len(document.pages) == 1
        assert [part for part in expected if reading.without_space(part) not in text] == []
        assert [part for part in absent if reading.without_space(part) in text] == []
        assert reading.count_glyphs(document)[1] == 0
