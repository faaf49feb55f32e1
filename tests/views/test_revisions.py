"""修正紀錄: everybody in the agency reads what was adopted and revised, an admin records the next revision."""

import pytest
from django.db import connection

from scorecard.domain.choices import AuditAction
from scorecard.models import KPI, Plan, Revision, triggers
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.services import audit, editions, revisions
from tests import factories
from tests.page_reading import address, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written

SAID = {"title": "文字修正", "dated": "2017-02-10", "document_number": "北市秘文字第 2 號", "reason": "更正錯字"}


@pytest.fixture(autouse=True)
def quick_files(monkeypatch):
    """Real ones take seconds; tests/documents draws them."""
    made = lambda comparison, *, made_at, heading: {name: name.encode() for name in ("pdf", "xlsx", "ods")}  # noqa: E731
    monkeypatch.setattr("scorecard.services.revisions.comparison_files", made)


@pytest.fixture
def adopted(cast, open_plan):
    """106, adopted with a comparison and an attachment."""
    draft = editions.carry_forward(by=cast.admin, agency=open_plan.agency, year=2017)
    shown = editions.ShownComparison(_digest(draft), {"pdf": b"%PDF-1.7", "xlsx": b"PK", "ods": b"PK"})
    attachment = revisions.Attachment("簽呈<1>.pdf", b"%PDF-1.7 signed")
    given = {"approval": factories.approval(), "reason": "會議決議", "shown": shown, "attachment": attachment}
    return editions.record_adoption(by=cast.admin, plan=draft, **given)


def _digest(draft):
    return compare_editions(draft.predecessor, draft).digest


def rename(by, plan, name):
    KPI.objects.filter(plan=plan, code="AC1.1").update(name=name)
    audit.record(by=by, action=AuditAction.CHANGED, target="AC1.1", plan=plan, reason="文字修正")


def page_of(user, plan):
    return client_of(user).get(address(plan, "revisions"))


def send(client, plan, **fields):
    form = form_to(client.get(address(plan, "revisions")), address(plan, "revisions"))
    return client.post(form.action, form.filled(**SAID | fields), follow=True)


def test_every_member_reads_the_adoption_with_its_files_and_only_the_admin_may_add(cast, adopted):
    rename(cast.reviewer, adopted, "新的名稱")
    for role in ("viewer", "staff", "reviewer", "admin"):
        page = page_of(getattr(cast, role), adopted)
        said = text(page).replace("　", " ")
        assert "核定" in said and "北市秘文字第 1050000001 號" in said and "會議決議" in said
        assert "修正中（1）" in said and "新的名稱" in said
        assert [form.action for form in forms(page)].count(address(adopted, "revisions")) == (role == "admin")
        for name in ("comparison.pdf", "comparison.xlsx", "comparison.ods", "attachment"):
            assert address(adopted, "revision_file", number=0, file=name) in links(page)
    for role in ("viewer", "staff", "reviewer"):
        with nothing_written():
            assert client_of(getattr(cast, role)).post(address(adopted, "revisions"), SAID).status_code == 403
    # On 年度管理 as well.
    said = text(client_of(cast.reviewer).get(address(adopted, "plan_year")))
    assert "修正中（1）" in said and "新的名稱" in said


def test_the_admin_gathers_what_is_shown_and_typed_texts_are_kept_where_not(cast, adopted):
    admin = client_of(cast.admin)
    rename(cast.reviewer, adopted, "新的名稱")
    for wrong, sentence in (
        ({"title": ""}, "這個欄位是必須的"),
        ({"document_number": ""}, "請填文號；沒有文號時，請只填免文號的理由"),
        ({"dated": "2999-01-01"}, "日期不能晚於今天"),
    ):
        with nothing_written():
            page = send(admin, adopted, **wrong)
        assert page.status_code == 422 and sentence in text(page), wrong
    stale = form_to(admin.get(address(adopted, "revisions")), address(adopted, "revisions"))
    rename(cast.reviewer, adopted, "更新的名稱")
    with nothing_written():
        page = admin.post(stale.action, stale.filled(**SAID))
    assert page.status_code == 409
    assert "您看過之後，內容又有變更" in text(page) and "更新的名稱" in text(page)
    again = form_to(page, address(adopted, "revisions"))
    assert again.fields["reason"] == ["更正錯字"] and again.fields["seen"] != stale.fields["seen"]
    done = admin.post(again.action, again.filled(), follow=True)
    assert "已登錄第 1 次修正" in told(done)
    assert "第 1 次修正 文字修正" in text(done).replace("　", " ") and "修正中" not in text(done)
    with nothing_written():
        assert admin.post(again.action, again.filled()).status_code == 422
    assert "第 1 次修正" in text(admin.get(address(adopted, "plan_year")))


def test_files_are_those_that_were_frozen_and_a_damaged_one_is_refused(cast, adopted, caplog):
    client = client_of(cast.viewer)

    def fetch(number, file):
        return client.get(address(adopted, "revision_file", number=number, file=file))

    pdf, attachment = fetch(0, "comparison.pdf"), fetch(0, "attachment")
    assert (pdf.content, pdf["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert pdf["Content-Disposition"] == 'attachment; filename="test-agency-106-revision-0.pdf"'
    assert (attachment.content, attachment["Content-Type"]) == (b"%PDF-1.7 signed", "application/octet-stream")
    assert attachment["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "sandbox" in attachment["Content-Security-Policy"]
    for number, file in ((1, "comparison.pdf"), (0, "pdf"), (0, "comparison.exe"), (0, "facts"), (0, "comparison.")):
        assert fetch(number, file).status_code == 404, file
    row = Revision.objects.get(plan=adopted)
    damage(row)
    refused = fetch(0, "comparison.pdf")
    assert refused.status_code == 500 and "與登錄時的雜湊值不符" in text(refused)
    assert "does not have its SHA-256" in caplog.text


def damage(row):
    """As a disk would: no statement of the site can, for a trigger refuses it."""
    triggers.remove(connection)
    Revision.objects.filter(pk=row.pk).update(pdf=b"%PDF-1.7 other")
    triggers.install(connection)


def test_a_draft_has_none_and_says_where_its_changes_are(cast, open_plan):
    draft = editions.carry_forward(by=cast.admin, agency=open_plan.agency, year=2017)
    page = page_of(cast.admin, draft)
    assert "還是草案" in text(page) and address(draft, "compare") in links(page)
    with nothing_written():
        refused = client_of(cast.admin).post(address(draft, "revisions"), SAID)
    assert refused.status_code == 422 and "還是草案" in text(refused)
    for role in ("viewer", "staff", "outsider"):
        assert page_of(getattr(cast, role), draft).status_code == 404


def test_of_an_edition_without_a_basis_nothing_is_told_and_nothing_recorded(cast, open_plan):
    assert "沒有保存核定時的內容" in text(page_of(cast.viewer, open_plan))
    with nothing_written():
        refused = client_of(cast.admin).post(address(open_plan, "revisions"), SAID)
    assert refused.status_code == 422 and "無法比對" in text(refused)


def test_the_page_of_a_closed_edition_stays_as_it_was(cast, adopted, open_plan):
    revisions.keep_basis(open_plan)
    rename(cast.reviewer, open_plan, "關閉前改名")
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    main = lambda: page_of(cast.viewer, Plan.objects.get(pk=open_plan.pk)).content.partition(b"<main")[2]  # noqa: E731
    before = main().partition(b"</main>")[0]
    assert "關閉時尚未登錄的變更（1）" in before.decode()
    KPI.objects.filter(plan=adopted, code="AC1.1").update(name="別的")
    rename(cast.admin, adopted, "又改")
    factories.open_year(cast.admin, adopted)
    assert main().partition(b"</main>")[0] == before
    with nothing_written():
        assert client_of(cast.admin).post(address(open_plan, "revisions"), SAID).status_code == 422
