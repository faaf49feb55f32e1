"""What is told of a consultation: to the other side, once, and to staff nothing of the draft itself."""

import pytest

from scorecard.domain.choices import EditionCommentKind, NoticeKind, ProposalDecision, Role
from scorecard.domain.roc_years import date_text
from scorecard.models import Notice, OutgoingMail, User
from scorecard.services import consultation, edition_comments
from scorecard.services.notices import mark_as_read, write_daily_mails
from tests import factories
from tests.consulting import decide, expire, make_draft, measure, propose, say, share, target
from tests.factories import DUE
from tests.page_reading import address, client_of

pytestmark = pytest.mark.django_db

COLLEAGUES = ("staff", "other-staff")


@pytest.fixture
def draft(cast, open_plan):
    """106, not shared; among the staff is one whose division has nothing in it, and one who is switched off."""
    factories.make_member("bystander", open_plan.agency, Role.STAFF, open_plan.agency.divisions.last())
    off = factories.make_member("off", open_plan.agency, Role.STAFF, open_plan.agency.divisions.first())
    off.memberships.update(is_active=False)
    return make_draft(cast.reviewer, open_plan)


@pytest.fixture
def shared(cast, draft):
    made = share(cast.admin, draft)
    Notice.objects.all().delete()
    return made


def told():
    """{who: (subject, text)} of what they were told since."""
    rows = Notice.objects.order_by("pk").select_related("recipient")
    assert {notice.kind for notice in rows} <= {NoticeKind.CONSULTATION}
    found = {notice.recipient.username: (notice.subject, notice.text) for notice in rows}
    assert len(found) == len(rows), "nobody is told of one thing twice"
    Notice.objects.all().delete()
    return found


def test_the_staff_of_divisions_in_the_draft_are_told_of_each_last_day_and_of_an_early_end(cast, draft):
    until = date_text(share(cast.admin, draft).consultation_until)
    notice = Notice.objects.first()
    assert (notice.path, notice.agency) == (address(draft, "consultation"), draft.agency)
    assert client_of(notice.recipient).get(notice.path).status_code == 200
    asked = (f"106 年版草案徵詢中，請於 {until}前表示意見", "請至徵詢頁。")
    assert told() == dict.fromkeys(COLLEAGUES, asked)
    share(cast.admin, draft, days=9)
    assert set(told()) == set(COLLEAGUES)
    consultation.share(by=cast.admin, plan=draft, until=None)
    over = Notice.objects.first()
    assert (over.subject, over.path) == ("106 年版草案的徵詢已提前結束", "")
    assert set(told()) == set(COLLEAGUES)
    # Where it is over anyhow nothing is told.
    share(cast.admin, draft)
    told()
    expire(draft)
    consultation.share(by=cast.admin, plan=draft, until=None)
    assert told() == {}


def test_reviewers_are_told_once_of_what_was_sent_together_and_admins_where_there_are_none(cast, shared):
    wanted = [target(shared, 95), target(shared, 96, year=2018)]
    opinion = consultation.Opinion(measure(shared).kpi_id, "看看")
    consultation.save_answers(by=cast.staff, plan=shared, targets=wanted, opinions=[opinion])
    assert told() == {"reviewer": ("staff 君：106 年版草案徵詢", "建議目標值 2 項、意見 1 則。請至徵詢頁。")}
    cast.reviewer.memberships.update(is_active=False)
    say(cast.staff, shared, "還有一點")
    assert set(told()) == {"admin"}


def test_who_proposed_is_told_that_something_was_decided_and_not_what(cast, shared):
    proposals = [propose(cast.staff, shared, 95), propose(cast.staff, shared, 96, year=2018)]
    Notice.objects.all().delete()
    decide(cast.reviewer, proposals[0])
    decide(cast.reviewer, proposals[1], ProposalDecision.DECLINED, "維持原訂")
    decided = "106 年版草案徵詢：您提出的建議目標值有處理結果"
    assert Notice.objects.get().path == address(shared, "consultation")
    mark_as_read(by=cast.staff)
    third = propose(cast.staff, shared, 97)
    Notice.objects.exclude(recipient=cast.staff).delete()
    # Read, and something new: told again. The draft is not shared any more: no link that leads nowhere.
    expire(shared)
    decide(cast.reviewer, third)
    again = Notice.objects.first()
    assert (again.subject, again.path) == (decided, "") and "徵詢已結束" in again.text
    cast.staff.memberships.update(is_active=False)
    Notice.objects.all().delete()
    share(cast.admin, shared)
    colleague = factories.make_member("colleague", shared.agency, Role.STAFF, measure(shared).kpi.division)
    Notice.objects.all().delete()
    propose(colleague, shared, 94)
    colleague.memberships.all().delete()
    told()
    decide(cast.reviewer, shared.target_proposals.undecided().get())
    assert told() == {}


def test_mails_to_staff_hold_the_link_and_nothing_of_the_draft(cast, shared):
    for user in (cast.staff, cast.reviewer):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.gov.tw")
    shared.kpis.filter(code="AC1.1").update(name="極機密的新指標")
    proposal = propose(cast.staff, shared, "95.4321", reason="極機密的理由")
    decide(cast.reviewer, proposal)
    edition_comments.comment(by=cast.reviewer, plan=shared, text="極機密的意見", kpi=measure(shared).kpi)
    share(cast.admin, shared, days=9)
    write_daily_mails(day=DUE)
    mails = {mail.recipient.username: mail.body for mail in OutgoingMail.objects.select_related("recipient")}
    assert set(mails) >= {"staff", "other-staff"}
    for name in COLLEAGUES:
        body = mails[name]
        assert "請至徵詢頁" in body and address(shared, "consultation") in body
        for secret in ("極機密", "AC1.1", "95.4", "採納"):
            assert secret not in body, name
    assert not {"viewer", "bystander", "outsider", "superuser"} & set(mails)


def test_asking_for_the_adoption_reaches_the_admins_and_a_return_the_reviewers_with_its_text(cast, shared):
    second = factories.make_member("second", shared.agency, Role.ADMIN)
    ask = {"plan": shared, "kind": EditionCommentKind.SENT_FOR_ADOPTION}
    edition_comments.comment(by=cast.reviewer, text="已依會議決議修正", **ask)
    assert Notice.objects.first().path == address(shared, "compare")
    assert told() == dict.fromkeys(("admin", "second"), ("reviewer 君：106 年版送請核定", "已依會議決議修正"))
    back = {"plan": shared, "kind": EditionCommentKind.SENT_BACK, "text": "AC1.1 還沒寫理由"}
    edition_comments.comment(by=second, **back)
    assert told() == {"reviewer": ("second 君：106 年版退回修正", "AC1.1 還沒寫理由")}
    # A comment reaches those of both sides who spoke before, and the division without its text.
    edition_comments.comment(by=cast.reviewer, plan=shared, text="維持 100", kpi=measure(shared).kpi)
    said = told()
    assert set(said) == {"second", "staff"}
    assert said["second"] == ("reviewer 君：106 年版意見 AC1.1 指標 AC1.1", "維持 100")
    assert said["staff"] == ("106 年版草案徵詢：有新的意見", "請至徵詢頁。")
    expire(shared)
    edition_comments.comment(by=cast.reviewer, plan=shared, text="再看", kpi=measure(shared).kpi)
    assert set(told()) == {"second"}
