"""報告下載 of a closed year: its frozen files come first, each as it was, and a file in hand is compared with them."""

import io
import zipfile
from contextlib import contextmanager
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from scorecard.documents import frozen_files
from scorecard.models import Plan, YearSnapshot, triggers
from scorecard.services import years
from scorecard.uploaded_files import upload_handler
from tests import factories
from tests.page_reading import address, client_of, links, text
from tests.services.rows import nothing_written
from tests.shared_rows import layer


@layer
def closed_twice(open_plan, cast):
    """105, closed, reopened and closed again."""
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    years.reopen_year(by=cast.admin, plan=open_plan, due_date=factories.DUE, reason="更正")
    factories.close_year(cast.admin, open_plan, reason="更正完成")
    return Plan.objects.select_related("agency").get(pk=open_plan.pk)


@pytest.fixture
def viewer(cast):
    return client_of(cast.viewer)


def frozen(plan, number, file):
    return address(plan, "year_snapshot", number=number, file=file)


@contextmanager
def without_triggers():
    """As rows may stand in a database from before."""
    triggers.remove(connection)
    yield
    triggers.install(connection)


def verified(client, plan, content, name="手上的檔案"):
    """The page after the file in hand was sent."""
    file = SimpleUploadedFile(name, content)
    return client.post(address(plan, "downloads_verify"), {"file": file} if name else {})


def test_whoever_sees_the_year_gets_every_file_of_every_closing(viewer, closed_twice, cast):
    page = viewer.get(address(closed_twice, "downloads"))
    for number in (1, 2):
        for name, kind in frozen_files.KINDS.items():
            url = frozen(closed_twice, number, kind.file)
            response = viewer.get(url)
            assert url in links(page)
            assert (response.content, response["Content-Type"]) == (f"{name} 2016".encode(), kind.content_type)
            expected = f'attachment; filename="test-agency-105-frozen-{number}-{kind.file}"'
            assert response["Content-Disposition"] == expected
            assert client_of(cast.outsider).get(url).status_code == 404
    for number, file in ((3, "data.json"), (1, "secret.txt"), (3, "all.zip")):
        assert viewer.get(frozen(closed_twice, number, file)).status_code == 404


def test_the_latest_closing_comes_first_with_its_files_and_the_others_say_what_became_of_them(
    viewer, closed_twice, cast
):
    page = viewer.get(address(closed_twice, "downloads"))
    said = text(page).replace("　", " ")
    assert said.index("正式版本（定稿檔）") < said.index("依需要產生") < said.index("年度績效報告 摘要")
    assert "年度成果核定 106 年 1 月 31 日 處長 北市秘文字第 1050000001 號" in said
    assert "已關閉，依關閉時之定義" in said and "註明「非正式版本」" in said and "草稿" not in said
    first, second = said.index("第 2 次 "), said.index("第 1 次 ")
    assert first < second
    assert "目前有效" in said and "已被第 2 次取代" in said and "理由：更正完成" in said and "理由：期限已過" in said
    assert sha256(b"report 2016").hexdigest() in said, "the whole digest, to be compared with"
    cast.admin.name = "改名後"
    cast.admin.save()
    again = text(viewer.get(address(closed_twice, "downloads")))
    assert "admin 君" in again and "改名後" not in again
    years.reopen_year(by=cast.admin, plan=closed_twice, due_date=factories.DUE, reason="更正")
    said = text(viewer.get(address(closed_twice, "downloads")))
    assert "這個年度已重新開放，以前的正式版本仍在下面" in said and "目前有效" not in said and "已重新開放" in said


def test_all_files_of_a_closing_come_as_one_with_their_digests(viewer, closed_twice):
    url = frozen(closed_twice, 2, "all.zip")
    assert url in links(viewer.get(address(closed_twice, "downloads")))
    response, again = viewer.get(url), viewer.get(url)
    assert response.content == again.content
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/zip",
        'attachment; filename="test-agency-105-frozen-2-all.zip"',
    )
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        told = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS.txt").decode().splitlines())
        assert told == {kind.file: sha256(archive.read(kind.file)).hexdigest() for kind in frozen_files.KINDS.values()}


def test_a_file_in_hand_is_the_official_one_or_is_not(viewer, closed_twice, later, cast, monkeypatch):
    same = "與 105 年第 2 次關閉的年度績效報告（PDF）完全相同"
    other = "不是 105 年任何一次關閉的正式版本"
    archive = viewer.get(frozen(closed_twice, 1, "all.zip")).content
    with nothing_written():
        for content, verdict in (
            (b"report 2016", same),
            (b"report 2016\n", other),
            (b"", other),
            (archive, "與 105 年第 2 次關閉的全部檔案（ZIP）完全相同"),
        ):
            page = verified(viewer, closed_twice, content)
            assert page.status_code == 200 and verdict in text(page), content[:20]
        # Another year's page knows its own files alone.
        assert "完全相同" not in text(verified(viewer, later, b"report 2016"))
        none = verified(viewer, closed_twice, b"", name="")
        assert none.status_code == 422 and "請選擇要比對的檔案" in text(none)
        monkeypatch.setattr(upload_handler.policies, "EVIDENCE_FILE_BYTES", 10)
        large = verified(viewer, closed_twice, b"report 2016")
        assert large.status_code == 413 and "沒有比對；請確認選對檔案" in text(large) and same not in text(large)
        assert verified(client_of(cast.outsider), closed_twice, b"x").status_code == 404


def test_a_closing_from_before_there_were_six_files_offers_the_three_it_has(viewer, open_plan, cast):
    gone = {"opendocument": None, "form": None, "map": None} | dict.fromkeys(
        ("opendocument_sha256", "form_sha256", "map_sha256"), ""
    )
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    with without_triggers():
        YearSnapshot.objects.update(**gone)
    page = viewer.get(address(open_plan, "downloads"))
    assert page.status_code == 200
    offered = {link.rsplit("/")[-1] for link in links(page) if "/snapshots/" in link}
    assert offered == {"report.pdf", "scorecard.xlsx", "data.json", "all.zip"}
    assert viewer.get(frozen(open_plan, 1, "map.svg")).status_code == 404
    assert verified(viewer, open_plan, b"map 2016").status_code == 200


def test_a_year_closed_before_there_were_frozen_files_says_so(viewer, open_plan, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    with without_triggers():
        YearSnapshot.objects.all().delete()
    said = text(viewer.get(address(open_plan, "downloads")))
    assert "當時沒有存下正式版本" in said and "手上的檔案" not in said
