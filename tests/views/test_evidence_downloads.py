"""The download of 佐證: saved under its name, never shown by a browser, and only as it was uploaded."""

from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from scorecard.models import Evidence
from scorecard.services.evidence import remove_evidence
from tests.factories import attach
from tests.page_reading import address, client_of, text


@pytest.fixture
def staff(cast):
    """A client of the division's staff, to whom a fault is a page."""
    return client_of(cast.staff, raise_request_exception=False)


def file_of(row):
    """The address of the download."""
    return address(row.report.kpi.plan, "evidence_file", token=row.token)


def test_a_download_is_saved_under_its_chinese_name_and_never_shown(cast, kpi):
    (row,) = attach(cast.staff, kpi, names=["105年「統計表」 定稿.txt"])
    answer = client_of(cast.viewer).get(file_of(row))
    assert answer.streaming
    assert b"".join(answer.streaming_content) == row.file.read()
    kind, _, name = answer["Content-Disposition"].partition("; filename*=utf-8''")
    assert (kind, unquote(name)) == ("attachment", "105年「統計表」 定稿.txt")
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Length"] == str(row.size)


def test_a_download_exists_for_its_own_plan_and_year_alone(cast, kpi, later):
    (row,) = attach(cast.staff, kpi)
    viewer = client_of(cast.viewer)
    assert viewer.get(address(kpi.plan, "evidence_file", token=row.token)).status_code == 200
    assert viewer.get(address(later, "evidence_file", token=row.token)).status_code == 404
    outsider = client_of(cast.outsider)
    for plan in (kpi.plan, cast.other_plan):
        assert outsider.get(address(plan, "evidence_file", token=row.token)).status_code == 404


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda path: path.unlink(), "檔案不在磁碟上"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"), "檔案內容與上傳時不同"),
        (lambda path: path.write_bytes(path.read_bytes() + b" "), "檔案內容與上傳時不同"),
        (lambda path: path.unlink() or path.mkdir(), "檔案無法讀取"),
    ],
)
def test_bytes_that_changed_or_vanished_are_refused_logged_and_found(staff, cast, kpi, caplog, damage, fault):
    damaged, whole = attach(cast.staff, kpi, names=("統計表.txt", "照片說明.txt"))
    out = StringIO()
    call_command("verify_evidence", stdout=out)
    assert out.getvalue() == "共檢查 2 個佐證檔案，沒有問題。\n"
    damage(Path(damaged.file.path))
    page = staff.get(file_of(damaged))
    assert page.status_code == 500
    assert f"「統計表.txt」的{fault}，所以不提供下載" in text(page)
    assert page["X-Request-ID"] in text(page) and str(settings.MEDIA_ROOT) not in page.content.decode()
    assert f"evidence {damaged.token} ({damaged.file.name}): {fault}" in caplog.text
    assert b"".join(staff.get(file_of(whole)).streaming_content) == "照片說明.txt 的內容".encode()
    remove_evidence(by=cast.staff, evidence=damaged)
    with pytest.raises(CommandError, match="2 個佐證檔案中有 1 個有問題"):
        call_command("verify_evidence", kpi.plan.slug, stdout=out)
    assert "105 年版 AC1.1「統計表.txt」（staff 君 " in out.getvalue() and f"：{fault}。" in out.getvalue()
    out = StringIO()
    call_command("verify_evidence", "test-agency-city-105", stdout=out)
    assert out.getvalue() == "沒有佐證檔案。\n"


def test_a_file_from_before_digests_is_judged_by_its_size(staff, cast, kpi):
    (row,) = attach(cast.staff, kpi)
    Evidence.objects.update(digest="")
    assert staff.get(file_of(row)).status_code == 200
    out = StringIO()
    call_command("verify_evidence", stdout=out)
    assert "1 個檔案上傳時還沒有記錄雜湊值" in out.getvalue()
    Path(row.file.path).write_bytes(b"x")
    assert staff.get(file_of(row)).status_code == 500


def test_nothing_is_served_below_the_folder_of_uploads(cast, kpi):
    (row,) = attach(cast.staff, kpi)
    for url in (
        f"/media/{row.file.name}",
        f"/static/{row.file.name}",
        f"/{row.file.name}",
        f"/static/../{row.file.name}",
    ):
        assert Client().get(url).status_code in {302, 404}
        assert client_of(cast.staff).get(url).status_code == 404
