"""What is typed into the reporting table and not saved: kept as text, offered again, thrown away, never counted."""

import pytest

from scorecard.models import UnsavedEntries, YearlyReport
from scorecard.services import unsaved_entries
from tests import factories
from tests.factories import kpi
from tests.page_reading import client_of, form_to, text, told
from tests.services.rows import nothing_written
from tests.views.test_reporting import fill_in, name_of, value_of

pytestmark = pytest.mark.every_database


@pytest.fixture
def first(open_plan):
    """AC1.1."""
    return kpi(open_plan, "AC1.1")


def keep(client, table, values, **extra):
    """Send the table as it stands with these values to be kept as a draft."""
    return client.post(f"{table}draft/", form_to(client.get(table)).filled(**values) | extra)


def test_what_was_typed_is_kept_as_typed_offered_with_its_differences_and_applied(staff, table, first):
    actual, note = name_of(first, "actual"), name_of(first, "note")
    with nothing_written():
        kept = keep(staff, table, {actual: "abc", note: "不含網路"}).json()
        assert UnsavedEntries.objects.get().rows[str(first.pk)]["fields"] == {
            f"actual_{first.measures.get().pk}": "abc",
            f"note_{first.measures.get().pk}": "不含網路",
        }
        page = staff.get(table)
        assert "您有還沒儲存的草稿" in text(page)
        assert "AC1.1 實際值 （空白） abc" in text(page)
        # It is not in the table until it is applied.
        assert form_to(page).fields[actual] == [""]
        applied = staff.post(f"{table}draft/", form_to(page).filled(then="apply"), follow=True)
    assert kept["saved_at"] and len(kept["saved_at"]) == 5
    assert (form_to(applied).fields[actual], form_to(applied).fields[note]) == (["abc"], ["不含網路"])
    assert "「abc」不是數字" in text(applied)
    # Corrected and saved, the draft is gone.
    saved = staff.post(table, form_to(applied).filled(**{actual: "95"}), follow=True)
    assert "已儲存 1 項 KPI" in told(saved)
    assert (value_of(first).actual, value_of(first).actual_note) == (95, "不含網路")
    assert not UnsavedEntries.objects.exists()


def test_a_draft_that_says_what_stands_is_neither_offered_nor_kept(staff, table, first):
    keep(staff, table, {name_of(first, "actual"): "95"})
    assert keep(staff, table, {name_of(first, "actual"): ""}, draft="").json()["saved_at"] == ""
    assert not UnsavedEntries.objects.exists()
    keep(staff, table, {name_of(first, "actual"): "95"})
    UnsavedEntries.objects.get()
    # Saved elsewhere, by another way to write the same figure.
    factories.fill(staff.get(table).wsgi_request.user, first, actuals="95.0")
    assert "您有還沒儲存的草稿" not in text(staff.get(table))


def test_sent_twice_it_is_kept_once(staff, table, first):
    for _ in range(2):
        assert keep(staff, table, {name_of(first, "actual"): "95"}).status_code == 200
    assert UnsavedEntries.objects.count() == 1


def test_typing_on_beside_an_offered_draft_loses_neither(staff, table, first, open_plan):
    second = kpi(open_plan, "AC1.2")
    keep(staff, table, {name_of(first, "note"): "草稿", name_of(second, "actual"): "19"})
    keep(staff, table, {name_of(first, "actual"): "95"})
    fields = form_to(staff.get(f"{table}?draft=applied")).fields
    assert [fields[name] for name in (name_of(first, "note"), name_of(first, "actual"), name_of(second, "actual"))] == [
        ["草稿"],
        ["95"],
        ["19"],
    ]
    # Saving one field of an offered draft leaves the others in it.
    fill_in(staff, table, {name_of(first, "actual"): "96"})
    (row_1, row_2) = UnsavedEntries.objects.get().rows.values()
    assert [list(row["fields"].values()) for row in (row_1, row_2)] == [["草稿"], ["19"]]


def test_discarding_keeps_what_was_typed_on_the_page_and_dropping_nothing(staff, table, first, open_plan):
    second = kpi(open_plan, "AC1.2")
    keep(staff, table, {name_of(first, "actual"): "1"})
    typed = form_to(staff.get(table)).filled(**{name_of(second, "actual"): "19"})
    page = staff.post(f"{table}draft/", typed | {"then": "discard"}, follow=True)
    fields = form_to(page).fields
    assert (fields[name_of(first, "actual")], fields[name_of(second, "actual")]) == ([""], ["19"])
    page = staff.post(f"{table}draft/", form_to(page).filled(then="drop"), follow=True)
    assert "已捨棄草稿" in told(page)
    assert not UnsavedEntries.objects.exists()
    assert form_to(page).fields[name_of(second, "actual")] == [""]


def test_a_report_changed_meanwhile_shows_its_conflict(staff, table, first, cast):
    keep(staff, table, {name_of(first, "actual"): "95"})
    factories.fill(cast.staff, first, actuals=70)
    assert "之後有人變更了這一項" in text(staff.get(table))
    page = staff.get(f"{table}?draft=applied")
    assert "變更了這一項" in text(page) and "實際 70 次" in text(page)
    assert form_to(page).fields[name_of(first, "actual")] == ["95"]
    assert staff.post(table, form_to(page).filled()).status_code == 302
    assert value_of(first).actual == 95


def test_a_report_submitted_meanwhile_shows_the_draft_as_text(staff, table, first, cast):
    keep(staff, table, {name_of(first, "explanation"): "因故"})
    factories.fill(cast.staff, first)
    factories.submit(cast.staff, first)
    assert "因故" in text(staff.get(table))
    assert "您的輸入沒有儲存" in text(staff.get(f"{table}?draft=applied"))


def test_drafts_belong_to_one_person_and_hold_only_the_divisions_own_fields(staff, table, first, open_plan, cast):
    foreign = kpi(open_plan, "BC1.1")
    typed = {name_of(first, "actual"): "95", name_of(foreign, "actual"): "1", name_of(foreign, "version"): "0"}
    keep(staff, table, typed | {f"kpi{first.pk}-hostile": "x"})
    assert list(UnsavedEntries.objects.get().rows) == [str(first.pk)]
    assert "x" not in str(UnsavedEntries.objects.get().rows.values())
    colleague = factories.make_member("colleague", open_plan.agency, "staff", open_plan.agency.divisions.first())
    assert "95" not in text(client_of(colleague).get(f"{table}?draft=applied"))
    assert client_of(cast.other_staff).post(f"{table}draft/", typed).status_code == 404


def test_too_much_is_refused_and_nothing_of_it_kept(staff, table, first, monkeypatch):
    monkeypatch.setattr(unsaved_entries, "MAX_BYTES", 100)
    keep(staff, table, {name_of(first, "note"): "短"})
    refused = keep(staff, table, {name_of(first, "note"): "長" * 100})
    assert refused.status_code == 413
    assert refused.json() == {"error": unsaved_entries.TOO_LARGE}
    page = keep(staff, table, {name_of(first, "note"): "長" * 100}, then="apply")
    assert page.status_code == 413
    assert form_to(page).fields[name_of(first, "note")] == ["長" * 100]
    assert not YearlyReport.objects.exists()


def test_a_tick_is_kept_and_taken_back(staff, table, first, cast):
    factories.fill(cast.staff, first, unmeasured="停辦")
    keep(staff, table, {name_of(first, "unmeasured"): None, name_of(first, "actual"): "5\0"})
    page = staff.get(table)
    assert "無統計 已勾選 未勾選" in text(page)
    applied = form_to(staff.get(f"{table}?draft=applied")).fields
    assert name_of(first, "unmeasured") not in applied
    assert applied[name_of(first, "actual")] == ["5"]
