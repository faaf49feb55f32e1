"""A value of a KPI's history taken back, by those who may report it and while they may."""

from decimal import Decimal

import pytest

from scorecard.domain.choices import AuditAction, ReportState
from scorecard.models import AuditEvent, YearlyReport, YearlyValue
from tests import factories
from tests.factories import FIRST_YEAR, fill
from tests.page_reading import address, client_of, form_to, links, text, told
from tests.services.rows import nothing_written
from tests.shared_rows import layer


def value(kpi):
    """AC1.1's figures of its own year."""
    found = YearlyValue.objects.get(measure__kpi=kpi, year=FIRST_YEAR)
    return found.actual, found.actual_note, found.unmeasured


def page_of(kpi, event, field="actual"):
    """Where the change of a field in the event is taken back."""
    index = [change.get("field") for change in event.changes].index(field)
    return address(kpi.plan, "kpi_restore", code=kpi.code, event_id=event.pk, change=index)


def confirm(user, url, **fields):
    """Open the page and press its button."""
    client = client_of(user)
    return client.post(url, form_to(client.get(url)).filled(**fields), follow=True)


@layer
def changed(cast, kpi):
    """The event by which AC1.1's 70 became 80."""
    fill(cast.staff, kpi, actuals=70, explanation="人力不足")
    fill(cast.staff, kpi, actuals=80, explanation="人力不足")
    return AuditEvent.objects.first()


def offered(user, kpi):
    """The addresses that the KPI's page offers to take values back."""
    page = client_of(user).get(address(kpi.plan, "kpi", code=kpi.code))
    return [link for link in links(page) if "/history/" in link]


def test_staff_take_a_value_back_after_seeing_what_changes(cast, kpi, changed):
    url = page_of(kpi, changed)
    assert url in offered(cast.staff, kpi)
    said = text(client_of(cast.staff).get(url))
    assert "實際值 80 70" in said
    assert f"第 {changed.pk} 號紀錄：儲存填報，staff 君" in said
    with nothing_written():
        client_of(cast.staff).get(url)
    done = confirm(cast.staff, url)
    assert told(done) == "已還原。"
    assert value(kpi) == (70, "", False)
    report = YearlyReport.objects.get(kpi=kpi)
    assert (report.state, report.version, report.explanation) == (ReportState.IN_PROGRESS, 3, "人力不足")
    event = AuditEvent.objects.first()
    assert (event.action, event.actor, event.year) == (AuditAction.RESTORED, cast.staff, FIRST_YEAR)
    assert f"第 {changed.pk} 號紀錄" in event.reason
    assert [(c["what"], c["old"], c["new"]) for c in event.changes] == [("實際值", "80", "70")]
    assert "還原 staff 君" in text(done)


def test_a_value_that_stands_now_is_not_offered(cast, kpi, changed):
    first = AuditEvent.objects.get(pk=changed.pk - 1)
    assert set(offered(cast.staff, kpi)) == {page_of(kpi, changed), page_of(kpi, first)}
    confirm(cast.staff, page_of(kpi, changed))
    again = page_of(kpi, AuditEvent.objects.first())
    assert set(offered(cast.staff, kpi)) == {page_of(kpi, first), again}
    page = client_of(cast.staff).get(page_of(kpi, changed))
    assert "目前已經是這個值" in text(page)


@pytest.mark.parametrize("role", ["viewer", "other_staff", "reviewer", "admin"])
def test_who_does_not_report_the_kpi_is_not_offered_it_and_is_refused(cast, kpi, changed, role):
    user, url = getattr(cast, role), page_of(kpi, changed)
    assert offered(user, kpi) == []
    with nothing_written():
        assert client_of(user).get(url).status_code == 403
        assert client_of(user).post(url, {"version": 2}).status_code == 403


def test_what_is_no_change_of_a_figure_cannot_be_taken_back(cast, kpi, later, changed):
    other = factories.kpi(kpi.plan, "AC1.2")
    first = AuditEvent.objects.get(pk=changed.pk - 1)
    index = [change["what"] for change in first.changes].index("差異說明")
    opened = AuditEvent.objects.filter(kpi=None).first()
    client = client_of(cast.staff)
    for wrong in (
        page_of(kpi, changed).replace("/0/", "/99/"),
        address(kpi.plan, "kpi_restore", code=kpi.code, event_id=first.pk, change=index),
        address(kpi.plan, "kpi_restore", code=kpi.code, event_id=opened.pk, change=0),
        address(kpi.plan, "kpi_restore", code=other.code, event_id=changed.pk, change=0),
        address(later, "kpi_restore", code=kpi.code, event_id=changed.pk, change=0),
        address(kpi.plan, "kpi_restore", code=kpi.code, event_id=10**30, change=0),
    ):
        assert client.get(wrong).status_code == client.post(wrong, {"version": 2}).status_code == 404, wrong


def test_a_submitted_report_and_a_closed_year_stay_as_they_are(cast, kpi, changed):
    url, client = page_of(kpi, changed), client_of(cast.staff)
    factories.submit(cast.staff, kpi)
    for act, sentence in (
        (lambda: None, "已送出審核，不能修改"),
        (lambda: factories.close_year(cast.admin, kpi.plan, reason="提前"), "這個年度已關閉"),
    ):
        act()
        assert offered(cast.staff, kpi) == []
        page = client.get(url)
        assert sentence in text(page)
        assert "確定還原" not in text(page)
        with nothing_written():
            refused = client.post(url, {"version": YearlyReport.objects.get(kpi=kpi).version})
        assert refused.status_code == 422
        assert sentence in text(refused)


def test_who_was_overtaken_sees_the_new_value_and_may_still_restore(cast, kpi, changed):
    url, client = page_of(kpi, changed), client_of(cast.staff)
    seen = form_to(client.get(url))
    fill(cast.staff, kpi, actuals=90, explanation="人力不足")
    with nothing_written():
        changed_by_other = client.post(url, seen.filled())
    assert changed_by_other.status_code == 409
    assert "其他人剛剛變更了" in text(changed_by_other)
    assert "實際值 90 70" in text(changed_by_other)
    assert client.post(url, form_to(changed_by_other).filled()).status_code == 302
    assert value(kpi)[0] == 70


def test_the_same_confirmation_sent_twice_restores_once(cast, kpi, changed):
    url, client = page_of(kpi, changed), client_of(cast.staff)
    fields = form_to(client.get(url)).filled()
    assert [client.post(url, fields).status_code for _ in range(2)] == [302, 409]
    assert AuditEvent.objects.filter(action=AuditAction.RESTORED).count() == 1


def test_a_figure_and_the_lack_of_one_follow_each_other(cast, kpi):
    fill(cast.staff, kpi, actuals="70.25")
    fill(cast.staff, kpi, unmeasured="調查停辦")
    gone = AuditEvent.objects.first()
    confirm(cast.staff, page_of(kpi, gone, "actual"))
    assert value(kpi) == (Decimal("70.25"), "", False)
    back = AuditEvent.objects.first()
    confirm(cast.staff, page_of(kpi, back, "unmeasured"))
    assert value(kpi) == (None, "調查停辦", True)
    confirm(cast.staff, page_of(kpi, gone, "unmeasured"))
    assert value(kpi) == (Decimal("70.25"), "", False)


def test_a_note_alone_is_taken_back_and_never_the_reason_that_must_stay(cast, kpi):
    fill(cast.staff, kpi, unmeasured="調查停辦")
    fill(cast.staff, kpi, unmeasured="筆誤")
    url = page_of(kpi, AuditEvent.objects.first(), "actual_note")
    confirm(cast.staff, url)
    assert value(kpi) == (None, "調查停辦", True)
    first = AuditEvent.objects.filter(action=AuditAction.SAVED).last()
    client = client_of(cast.staff)
    url = page_of(kpi, first, "actual_note")
    with nothing_written():
        refused = client.post(url, form_to(client.get(url)).filled())
    assert refused.status_code == 422
    assert "無統計時不填實際值，但須在備註說明原因" in text(refused)


def test_only_the_measure_of_the_change_is_restored(cast, open_plan):
    kpi = factories.kpi(open_plan, "AP1.1")
    fill(cast.staff, kpi, actuals=[20, 4])
    fill(cast.staff, kpi, actuals=[21, 5])
    confirm(cast.staff, page_of(kpi, AuditEvent.objects.first()))
    values = YearlyValue.objects.filter(measure__kpi=kpi, year=FIRST_YEAR).order_by("measure")
    assert [found.actual for found in values] == [20, 5]


def test_events_older_than_the_field_names_are_shown_and_offer_nothing(cast, kpi):
    changes = [{"what": "實際值", "old": "1", "new": "2"}]
    event = AuditEvent.objects.create(action="saved", target="x", plan=kpi.plan, kpi=kpi, year=2016, changes=changes)
    assert event.before(0) is None
    assert "實際值：1 → 2" in text(client_of(cast.staff).get(address(kpi.plan, "kpi", code=kpi.code)))
    assert offered(cast.staff, kpi) == []
