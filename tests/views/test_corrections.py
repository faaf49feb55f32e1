"""更正說明: read by all members, added by an admin, told of beside every page of the closed year."""

import pytest

from scorecard.models import AuditEvent, Correction
from tests import factories
from tests.page_reading import address, body, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written

SAID = {
    "text": "AC1.1 的件數應為 92 件。\n<b>原因</b>：漏列。",
    "dated": "2017-06-01",
    "document_number": "北市秘字第 9 號",
}
PAGES = {"scorecard": {}, "dashboard": {}, "kpi": {"code": "AC1.1"}, "downloads": {}}


@pytest.fixture
def admin(cast):
    return client_of(cast.admin)


def in_main(response):
    return body(response).split("<main")[1].split("</main>")[0]


def test_an_admin_adds_one_to_a_closed_year_and_all_members_read_it(admin, open_plan, cast):
    url, viewer = address(open_plan, "corrections"), client_of(cast.viewer)
    page = admin.get(url)
    assert "這個年度沒有更正說明" in text(page)
    assert url not in [form.action for form in forms(page)], "an open year is corrected itself"
    with nothing_written():
        assert admin.post(url, SAID).status_code == 422
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    form = form_to(admin.get(url), url)
    for wrong, sentence in (
        ({"text": " "}, "這個欄位是必須的"),
        ({"document_number": ""}, "這個欄位是必須的"),
        ({"dated": "2199-01-01"}, "日期不能晚於今天"),
    ):
        page = admin.post(url, form.filled(**SAID | wrong))
        assert page.status_code == 422 and sentence in text(page), wrong
        assert not Correction.objects.exists()
    page = admin.post(url, form.filled(**SAID), follow=True)
    assert "已加上更正說明" in told(page) and page.redirect_chain == [(url, 302)]
    cast.admin.name = "改名後"
    cast.admin.save()
    said = viewer.get(url)
    assert "106 年 6 月 1 日 北市秘字第 9 號" in text(said).replace("　", " ") and "admin 君" in in_main(said)
    assert "應為 92 件。\n&lt;b&gt;原因" in in_main(said)
    assert url not in [form.action for form in forms(said)]
    with nothing_written():
        assert viewer.post(url, SAID).status_code == 403
    assert AuditEvent.objects.first().year == 2016


def test_every_page_of_the_year_tells_of_it_outside_its_main_and_no_page_of_another_year(open_plan, later, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    viewer, url = client_of(cast.viewer), address(open_plan, "corrections")
    before = {name: viewer.get(address(open_plan, name, **given)) for name, given in PAGES.items()}
    assert url not in links(before["scorecard"])
    client_of(cast.admin).post(url, SAID)
    for name, given in PAGES.items():
        page = viewer.get(address(open_plan, name, **given), headers={"If-None-Match": before[name].get("ETag", "")})
        assert page.status_code == 200, name
        assert url in links(page) and "105 年有 更正說明" in text(page), name
        assert in_main(page) == in_main(before[name]), name
        assert "更正說明" not in text(viewer.get(address(later, name, **given))), name


def test_kept_pages_tell_of_it_though_the_closed_version_does_not_change(open_plan, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    open_plan.version.refresh_from_db()
    version, viewer, url = open_plan.data_version, client_of(cast.viewer), address(open_plan, "scorecard")
    tag = viewer.get(url)["ETag"]
    assert viewer.get(url, headers={"If-None-Match": tag}).status_code == 304
    client_of(cast.admin).post(address(open_plan, "corrections"), SAID)
    open_plan.version.refresh_from_db()
    assert open_plan.data_version == version
    page = viewer.get(url, headers={"If-None-Match": tag})
    assert page.status_code == 200 and "105 年有 更正說明" in text(page)
