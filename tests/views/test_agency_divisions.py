"""科室: an agency's divisions get another name, or another division takes over from them."""

import pytest
from django.urls import reverse

from scorecard.models import Division
from tests import factories
from tests.page_reading import address, body, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written


@pytest.fixture
def admin(cast):
    return client_of(cast.admin)


def division(plan, name="甲組"):
    return Division.objects.get(agency=plan.agency_id, name=name)


def page_of(division, name="agency_division"):
    return reverse(name, args=[division.agency.slug, division.pk])


def send(client, division, act, **fields):
    """Fill in one of the two forms of the division's page and send it."""
    form = form_to(client.get(page_of(division)), page_of(division, act))
    return client.post(form.action, form.filled(**fields), follow=True)


def rename(client, division, name):
    return send(client, division, "agency_division_rename", name=name)


def hand_over(client, division, to):
    return send(client, division, "agency_division_hand_over", to=str(to))


def in_main(client, url):
    return body(client.get(url)).split("<main")[1].split("</main>")[0]


def test_a_division_that_nothing_closed_names_just_gets_the_new_name(admin, open_plan):
    old = division(open_plan)
    listed = admin.get(reverse("agency_divisions", args=[open_plan.agency.slug]))
    assert "甲組 1" in text(listed) and page_of(old) in links(listed) and "以前的科室" not in text(listed)
    assert "成員、KPI 與紀錄都不變" in text(admin.get(page_of(old)))
    page = rename(admin, old, " 總務組 ")
    assert "「甲組」已改名為「總務組」。" in told(page) and page.redirect_chain == [(page_of(old), 302)]
    assert "總務組" in text(admin.get(address(open_plan, "kpi", code="AC1.1")))
    for wrong, sentence in (("", "這個欄位是必須的"), ("乙組", "已有「乙組」"), ("長" * 300, "個字")):
        with nothing_written():
            page = rename(admin, division(open_plan, "總務組"), wrong)
        assert page.status_code == 422 and sentence in text(page), wrong


def test_one_that_a_closed_year_names_gets_a_successor_and_the_closed_year_keeps_the_name(
    admin, submitted, open_plan, later, cast
):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    old, staff = division(open_plan), client_of(cast.staff)
    shown = address(open_plan, "kpi", code="AC1.1"), address(open_plan, "division", division_id=old.pk)
    before = [in_main(staff, url) for url in shown]
    assert "系統以新的名稱新增承接的科室" in text(admin.get(page_of(old)))
    page = rename(admin, old, "總務組")
    new = division(open_plan, "總務組")
    assert "已關閉的年度與填報收執仍載原名" in told(page) and page.redirect_chain == [(page_of(new), 302)]
    assert "承接：甲組" in text(page)
    assert [in_main(staff, url) for url in shown] == before
    assert "總務組" in text(staff.get(address(later, "kpi", code="AC1.1")))
    # Whoever reports for the successor still sees what it sent as the old one.
    receipts = staff.get(address(open_plan, "reporting_receipts"))
    assert address(open_plan, "reporting_receipt", serial=1) in links(receipts)
    listed = text(admin.get(reverse("agency_divisions", args=[open_plan.agency.slug])))
    assert "以前的科室" in listed and "甲組 總務組" in listed
    former = admin.get(page_of(old))
    assert "這個科室已由 總務組 承接" in text(former) and page_of(new) in links(former)
    assert not {page_of(old, "agency_division_rename")} & {form.action for form in forms(former)}
    for name, fields in (("agency_division_rename", {"name": "別名"}), ("agency_division_hand_over", {"to": new.pk})):
        with nothing_written():
            assert admin.post(page_of(old, name), fields).status_code == 422


def test_another_division_of_the_agency_takes_over(admin, open_plan, cast):
    first, second = division(open_plan), division(open_plan, "乙組")
    foreign = division(cast.other_plan)
    for wrong, sentence in (("", "這個欄位是必須的"), (foreign.pk, "選擇"), (first.pk, "選擇")):
        with nothing_written():
            page = hand_over(admin, first, wrong)
        assert page.status_code == 422 and sentence in text(page), wrong
    page = hand_over(admin, first, second.pk)
    assert "「甲組」已由「乙組」承接" in told(page) and page.redirect_chain == [(page_of(second), 302)]
    assert "乙組" in text(admin.get(address(open_plan, "kpi", code="AC1.1")))
    table = address(open_plan, "reporting_table", division_id=second.pk)
    assert client_of(cast.staff).get(table).status_code == 200


def test_the_page_of_a_division_stands_below_the_list_of_divisions(admin, open_plan):
    crumbs = body(admin.get(page_of(division(open_plan)))).split('class="crumbs"')[1].split("</nav>")[0]
    listed = reverse("agency_divisions", args=[open_plan.agency.slug])
    assert f'<a href="{listed}">科室</a>' in crumbs
    assert crumbs.index("成員") < crumbs.index("科室") < crumbs.index("甲組")


def test_a_division_of_another_agency_has_no_page(admin, open_plan, cast):
    foreign = division(cast.other_plan)
    for url in (
        reverse("agency_division", args=[open_plan.agency.slug, foreign.pk]),
        reverse("agency_division", args=[cast.other_agency.slug, foreign.pk]),
    ):
        assert admin.get(url).status_code == 404
    with nothing_written():
        url = reverse("agency_division_rename", args=[open_plan.agency.slug, foreign.pk])
        assert admin.post(url, {"name": "別名"}).status_code == 404
