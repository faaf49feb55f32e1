"""更正說明 beside a closed year."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Correction, PlanVersion
from scorecard.services.corrections import add_correction
from tests.factories import close_year, next_edition
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db

SAID = {"text": "AC1.1 的件數應為 92 件。", "dated": date(2017, 6, 1), "document_number": "北市秘字第 9 號"}


def test_an_admin_adds_one_to_a_closed_year_which_stays_as_it_is(cast, open_plan):
    later = next_edition(cast.admin, open_plan)
    with nothing_written(), pytest.raises(RuleBroken, match="請直接更正"):
        add_correction(by=cast.admin, plan=open_plan, **SAID)
    close_year(cast.admin, open_plan, reason="提前關閉")
    versions = dict(PlanVersion.objects.values_list("plan", "data_version"))
    with nothing_written(), pytest.raises(RuleBroken, match="文號"):
        add_correction(by=cast.admin, plan=open_plan, **SAID | {"document_number": ""})
    for role in (role for role in ROLES if role != "admin"):
        with nothing_written(), pytest.raises(PermissionDenied):
            add_correction(by=getattr(cast, role), plan=open_plan, **SAID)
    made = add_correction(by=cast.admin, plan=open_plan, **SAID)
    assert add_correction(by=cast.admin, plan=open_plan, **SAID) == made == Correction.objects.get()
    assert (made.by_name, made.document_number) == ("admin 君", "北市秘字第 9 號")
    event = AuditEvent.objects.first()
    assert (event.action, event.year, event.target) == (AuditAction.CORRECTED, 2016, "105 年度")
    versions[later.pk] += 1
    assert dict(PlanVersion.objects.values_list("plan", "data_version")) == versions
