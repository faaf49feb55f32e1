"""What was adopted is what was shown, and 第 n 次修正: changes gathered into numbered revisions with frozen files."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.domain.revision import RevisionFacts
from scorecard.models import KPI, AuditEvent, Plan, Revision, YearlyValue
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.edition_facts import load_edition_facts
from scorecard.read_models.edition_items import EditionFacts
from scorecard.read_models.revisions import compare_with_revision, load_revisions
from scorecard.services import audit, editions, revisions
from tests import factories
from tests.factories import approval
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db

REASON = "年度策略會議決議"


@pytest.fixture(autouse=True)
def quick_files(monkeypatch):
    """Files that name what they show, since real ones take seconds; tests/documents draws those."""

    def made(comparison, *, made_at, heading):
        said = f"{heading}：{comparison.title}，{len(comparison.differences)} 項".encode()
        return {name: name.encode() + b" " + said for name in ("pdf", "xlsx", "ods")}

    monkeypatch.setattr("scorecard.services.revisions.comparison_files", made)


@pytest.fixture
def draft(cast, plan):
    """106, with AC1.1 under another name than in 105."""
    made = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    KPI.objects.filter(plan=made, code="AC1.1").update(name="新的名稱")
    return made


def shown(draft):
    """The digest of the comparison as a page shows it."""
    return compare_editions(draft.predecessor, draft).digest


def adopt(by, draft, seen, **given):
    return editions.adopt(by=by, plan=draft, approval=approval(), reason=REASON, seen=seen, **given)


def rename(by, plan, code, name):
    """A KPI of an adopted edition, as the admin site does it."""
    KPI.objects.filter(plan=plan, code=code).update(name=name)
    audit.record(by=by, action=AuditAction.CHANGED, target=code, plan=plan, reason="文字修正")


def said(**changed):
    facts = {"title": "文字修正", "dated": factories.DUE, "reason": "更正錯字", "document_number": "北市秘文字第 2 號"}
    return RevisionFacts(**facts | changed)


def test_what_is_adopted_is_what_was_shown_and_its_comparison_is_frozen_with_it(cast, plan, draft):
    attachment = revisions.Attachment("簽呈.pdf", b"%PDF-1.7 signed")
    adopted = adopt(cast.admin, draft, shown(draft), attachment=attachment)
    assert adopted.state == PlanState.ADOPTED
    kept = Revision.objects.get(plan=draft)
    assert (kept.number, kept.title, kept.dated, kept.reason) == (0, "核定", factories.DUE, REASON)
    assert (kept.number_text, kept.by, kept.by_name) == ("北市秘文字第 1050000001 號", cast.admin, "admin 君")
    # Drawn as of the adopted edition: no 草案.
    assert bytes(kept.pdf).decode() == "pdf 106 年版核定對照表：106 年版與 105 年版比較，1 項"
    assert (bytes(kept.attachment), kept.attachment_name) == (b"%PDF-1.7 signed", "簽呈.pdf")
    assert kept.attachment_sha256 == sha256(b"%PDF-1.7 signed").hexdigest()
    assert not [name for name in ("pdf", "xlsx", "ods", "attachment") if kept.is_damaged(name)]
    assert kept.facts == load_edition_facts(Plan.objects.get(pk=draft.pk)).text
    assert EditionFacts.from_json(kept.facts).text == kept.facts
    event = AuditEvent.objects.first()
    events = AuditEvent.objects.filter(plan=draft).order_by("pk")
    assert (kept.first_event, kept.last_event) == (events.first().pk, event.pk)
    # The event tells of every difference.
    assert event.action == AuditAction.ADOPTED
    assert [change["new"] for change in event.changes if "新的名稱" in str(change["new"])]


@pytest.mark.parametrize("where", ["the draft", "the edition before", "nothing"])
def test_adoption_of_what_changed_meanwhile_writes_nothing(cast, plan, draft, where):
    seen = shown(draft)
    if where == "the draft":
        KPI.objects.filter(plan=draft, code="AC1.2").update(name="又改")
    elif where == "the edition before":
        KPI.objects.filter(plan=plan, code="AC1.2").update(name="又改")
    else:
        seen = ""
    with nothing_written(), pytest.raises(editions.ComparisonChanged):
        adopt(cast.admin, draft, seen)
    assert adopt(cast.admin, draft, shown(draft)).state == PlanState.ADOPTED


def test_a_change_between_the_files_and_the_lock_is_found_too(cast, plan, draft, monkeypatch):
    seen = shown(draft)

    def changes_meanwhile(comparison, **_):
        KPI.objects.filter(plan=plan, code="AC1.2").update(name="剛改")
        return {}

    monkeypatch.setattr("scorecard.services.revisions.comparison_files", changes_meanwhile)
    with pytest.raises(editions.ComparisonChanged):
        adopt(cast.admin, draft, seen)
    assert Plan.objects.get(pk=draft.pk).is_draft and not Revision.objects.filter(plan=draft).exists()


def test_a_first_edition_is_adopted_without_a_comparison(cast, plan):
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.DRAFT)
    plan.refresh_from_db()
    adopt(cast.admin, plan, "")
    kept = Revision.objects.get(plan=plan)
    assert (kept.number, kept.pdf, kept.pdf_sha256) == (0, None, "")


def test_a_draft_that_was_discarded_meanwhile_is_not_adopted(cast, plan, draft):
    seen = shown(draft)
    editions.discard(by=cast.admin, plan=draft)
    for act in (
        lambda: adopt(cast.admin, draft, seen),
        lambda: editions.record_adoption(by=cast.admin, plan=draft, approval=approval(), reason=REASON),
    ):
        with nothing_written(), pytest.raises(RuleBroken, match="已經捨棄"):
            act()


def test_a_withdrawn_adoption_leaves_no_revision_behind_and_can_be_adopted_again(cast, plan, draft):
    adopt(cast.admin, draft, shown(draft))
    editions.withdraw(by=cast.admin, plan=draft, reason="重訂")
    assert not Revision.objects.filter(plan=draft).exists()
    draft.refresh_from_db()
    adopt(cast.admin, draft, shown(draft))
    assert Revision.objects.get(plan=draft).number == 0


@pytest.fixture
def adopted(cast, plan, draft):
    """106, adopted as it was shown."""
    return adopt(cast.admin, draft, shown(draft))


def gather(by, plan, **changed):
    pending = load_revisions(plan).pending
    seen = changed.pop("seen", pending.digest if pending else "")
    return revisions.gather(by=by, plan=plan, said=said(**changed), seen=seen)


def test_changes_after_the_adoption_are_gathered_into_numbered_revisions(cast, adopted):
    assert load_revisions(adopted).pending is None
    rename(cast.reviewer, adopted, "AC1.1", "再改的名稱")
    pending = load_revisions(adopted).pending
    (change,) = pending.differences
    assert (change.old_text, change.new_text) == ("新的名稱", "再改的名稱") or "再改的名稱" in change.sentence
    first = gather(cast.admin, adopted)
    assert (first.number, first.title, first.number_text) == (1, "文字修正", "北市秘文字第 2 號")
    assert "106 年版第 1 次修正對照表" in bytes(first.pdf).decode()
    assert load_revisions(adopted).pending is None
    zero = Revision.objects.get(plan=adopted, number=0)
    event = AuditEvent.objects.first()
    assert (event.action, event.reason) == (AuditAction.REVISED, "更正錯字")
    assert (first.first_event, first.last_event) == (zero.last_event + 1, event.pk)
    # Also in an open year, and each against the one before.
    factories.open_year(cast.admin, adopted)
    rename(cast.reviewer, adopted, "AC1.2", "另一項")
    second = gather(cast.admin, adopted, document_number="", no_number_reason="會議當場核定")
    assert (second.number, second.number_text) == (2, "免文號（會議當場核定）")
    assert "1 項" in bytes(second.xlsx).decode()
    # What is taken back again is no change.
    rename(cast.reviewer, adopted, "AC1.2", "又一個")
    rename(cast.reviewer, adopted, "AC1.2", "另一項")
    assert load_revisions(adopted).pending is None


def test_a_revision_is_refused_in_a_draft_a_closed_year_without_changes_and_without_its_facts(cast, plan, adopted):
    with nothing_written(), pytest.raises(RuleBroken, match="沒有變更"):
        gather(cast.admin, adopted)
    rename(cast.reviewer, adopted, "AC1.1", "再改的名稱")
    for wrong, sentence in (
        ({"title": ""}, "名稱"),
        ({"reason": ""}, "理由"),
        ({"document_number": ""}, "文號"),
        ({"no_number_reason": "會議"}, "文號"),
        ({"dated": timezone.localdate() + timedelta(days=1)}, "日期"),
    ):
        with nothing_written(), pytest.raises(RuleBroken, match=sentence):
            gather(cast.admin, adopted, **wrong)
    with nothing_written(), pytest.raises(revisions.ComparisonChanged):
        gather(cast.admin, adopted, seen="x")
    later = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2018)
    with nothing_written(), pytest.raises(RuleBroken, match="還是草案"):
        gather(cast.admin, later)
    # 105 came from no adoption, so nobody can say what it changed.
    with nothing_written(), pytest.raises(RuleBroken, match="沒有保存核定時的內容"):
        gather(cast.admin, plan)
    revisions.keep_basis(plan)
    factories.open_year(cast.admin, plan)
    rename(cast.admin, plan, "AC1.1", "改")
    factories.close_year(cast.admin, plan, reason="期限已過")
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉，不能再登錄修正"):
        gather(cast.admin, Plan.objects.get(pk=plan.pk))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_nobody_but_the_admin_records_a_revision(cast, adopted, role):
    rename(cast.reviewer, adopted, "AC1.1", "再改的名稱")
    with nothing_written(), pytest.raises(PermissionDenied):
        gather(getattr(cast, role), adopted)


def test_editions_from_before_get_the_basis_of_what_they_say_now_once(cast, plan, draft):
    closed = factories.make_plan(slug="another-agency", kpis=5)
    boss = factories.make_member("boss", closed.agency, "admin")
    factories.open_year(boss, closed)
    factories.close_year(boss, closed, reason="期限已過")
    adoptions = Plan.objects.not_drafts().count()
    assert revisions.keep_missing_bases() == adoptions
    assert not Revision.objects.filter(plan=draft).exists()
    kept = Revision.objects.get(plan=plan)
    assert (kept.number, kept.title, kept.by, kept.by_name, kept.pdf) == (0, "核定時的內容", None, "系統", None)
    assert Revision.objects.get(plan=closed).last_event == AuditEvent.objects.filter(plan=closed).first().pk
    with nothing_written():
        assert revisions.keep_missing_bases() == 0
        assert revisions.keep_basis(draft) is None
    YearlyValue.objects.filter(measure__kpi__plan=plan, measure__kpi__code="AC1.1", year=2016).update(target=90)
    assert len(compare_with_revision(plan, kept).differences) == 1


def test_an_edition_opened_at_once_keeps_what_it_says_without_files(cast, open_plan):
    given = {"agency": open_plan.agency, "year": 2017, "last_year": None, "due_date": factories.DUE, "contact": ""}
    opened = editions.open_without_edition(by=cast.admin, approval=approval(), reason=REASON, **given)
    kept = Revision.objects.get(plan=opened)
    events = list(AuditEvent.objects.filter(plan=opened).order_by("pk").values_list("pk", flat=True))
    assert (kept.number, kept.pdf, kept.first_event, kept.last_event) == (0, None, events[0], events[-1])
    assert load_revisions(opened).pending is None
