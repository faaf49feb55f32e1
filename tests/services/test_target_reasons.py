"""Why a target is softer than planned: who writes it, when, and over whose words."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, YearlyValue
from scorecard.services import editions
from scorecard.services.target_reasons import ReasonChanged, set_reason
from tests import factories
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


def reasons(plan):
    """{year: reason} of AC1.2."""
    rows = YearlyValue.objects.filter(measure__kpi__plan=plan, measure__kpi__code="AC1.2").exclude(target_reason="")
    return dict(rows.values_list("year", "target_reason"))


def written(by, plan, text, *, seen="", **given):
    """Write the reason of AC1.2's target of the edition's own year."""
    measure = factories.kpi(plan, "AC1.2").measures.get().lineage
    set_reason(by=by, plan=plan, text=text, seen=seen, **({"measure": measure, "year": plan.year} | given))


def test_a_reason_is_kept_with_the_target_and_tells_who_wrote_over_whom(cast, open_plan):
    draft = editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2017)
    written(cast.reviewer, draft, "委外契約屆期")
    written(cast.admin, draft, "明年", year=2018)
    assert reasons(draft) == {2017: "委外契約屆期", 2018: "明年"}
    assert AuditEvent.objects.first().changes == [{"what": "107 年放寬理由", "old": None, "new": "明年"}]
    with pytest.raises(ReasonChanged, match="已把理由改為「委外契約屆期」") as other, nothing_written():
        written(cast.admin, draft, "人力不足")
    written(cast.admin, draft, "人力不足", seen=other.value.present)
    with nothing_written():
        written(cast.admin, draft, "人力不足", seen="早就看過的")
    # A target that was taken away has no row; a reason makes one, and a draft's may be taken back.
    YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.2", year=2018).delete()
    written(cast.admin, draft, "取消", year=2018)
    written(cast.admin, draft, "", seen="人力不足")
    assert reasons(draft) == {2018: "取消"}
    with pytest.raises(ReasonChanged, match="其他人已刪除理由"):
        written(cast.reviewer, draft, "我的", seen="人力不足")


def test_a_reason_is_refused_where_it_cannot_be(cast, open_plan):
    strange = cast.other_plan.kpis.get(code="AC1.2").measures.get().lineage
    with nothing_written():
        for person in (cast.viewer, cast.staff, cast.outsider, cast.superuser):
            with pytest.raises(PermissionDenied):
                written(person, open_plan, "理由")
        for given in ({"measure": strange}, {"year": 2015}, {"year": 2019}):
            with pytest.raises(RuleBroken, match="已不在這份年版"):
                written(cast.admin, open_plan, "理由", **given)
        with pytest.raises(ValidationError, match="500"):
            written(cast.admin, open_plan, "長" * 501)
    # Of an open edition, also of an approved report, it is itself the reason, and stays.
    factories.approved(cast, factories.kpi(open_plan, "AC1.2"), actuals=20)
    written(cast.reviewer, open_plan, "業務變更")
    assert AuditEvent.objects.first().reason == "業務變更"
    with pytest.raises(RuleBroken, match="請說明理由"), nothing_written():
        written(cast.reviewer, open_plan, "", seen="業務變更")
    factories.close_year(cast.admin, open_plan, reason="提前關閉")
    with pytest.raises(RuleBroken, match="已關閉"), nothing_written():
        written(cast.admin, open_plan, "後來的理由", seen="業務變更")
