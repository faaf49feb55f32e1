"""佐證 on its pages: uploading, hostile names and sizes, removal, and the download nobody's browser may show."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from scorecard.domain import policies
from scorecard.middleware import body_limit
from scorecard.models import Evidence, YearlyValue
from scorecard.uploaded_files import upload_handler
from tests import factories
from tests.factories import attach
from tests.page_reading import address, client_of, links, text, told
from tests.services.rows import nothing_written
from tests.uploaded_files.sample_files import GENUINE, HTML, image, upload
from tests.uploaded_files.test_allowed_types import HOSTILE

NAMES = [
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/cron.d/root",
    "C:\\Windows\\a",
    "....//....//a",
    "..",
    ".",
    "a/../../b",
    "%2e%2e%2fa",
    "..%c0%afa",
    "\\\\server\\share\\a",
    "~/.ssh/authorized_keys",
    "file:///etc/passwd",
    "a\x00",
    "a\x00.exe",
    "\x00",
    "a\r\nContent-Type: text/html\r\n\r\n<script>",
    "a\nb",
    "a\tb",
    "a\x7f",
    "a\x1b[2J",
    "\u202egpj.exe",
    "a\u200b",
    "\u2066a\u2069",
    "\ufeff",
    "\ue000造字",
    "e\u0301",
    "👩‍👩‍👧",
    "𠮷",
    "ａ．ｐｄｆ",
    "　",
    "CON",
    "NUL",
    "com1",
    "LPT9",
    "aux.txt",
    "AUX ",
    ".htaccess",
    ".env",
    "-rf",
    "$(id)",
    "`id`",
    "a;rm -rf",
    "a|b",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    'a"; filename="b.html',
    "a'b",
    "a;b=c",
    "{{7*7}}",
    "統" * 80,
    "a" * 250,
    "a" * 400,
    "統" * 300,
    " ",
    "a.",
    "a...",
    "1",
    "index.html",
    "a.php",
    "a.svg",
    "*",
    "?",
]


@pytest.fixture
def page(kpi):
    """The address on which the evidence of AC1.1 is kept."""
    return address(kpi.plan, "reporting_evidence", division_id=kpi.division_id, code=kpi.code)


@pytest.fixture
def staff(cast):
    """A client of the division's staff, to whom a fault is a page."""
    return client_of(cast.staff, raise_request_exception=False)


def file_of(row):
    """The address of the download."""
    plan = row.report.kpi.plan
    return address(plan, "evidence_file", token=row.token)


def on_disk():
    """Every file below the folder of uploads."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def raw_part(name, content):
    """A multipart body with one file, whose name is sent just as it is."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="'
    return (
        head.encode() + name.encode("utf-8", "surrogatepass") + b'"\r\n\r\n' + content + f"\r\n--{BOUNDARY}--".encode()
    )


# Uploading


def test_several_files_are_attached_in_one_post_and_listed_with_size_person_and_date(staff, page):
    files = [upload("105年統計表.pdf"), upload("照片.png", image())]
    answer = staff.post(page, {"files": files}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert told(answer) == "已上傳 2 個檔案：105年統計表.pdf、照片.png。"
    said = text(answer)
    for words in ("已上傳的佐證（2）", "105年統計表.pdf", "照片.png", "位元組", "staff 君", "填報中"):
        assert words in said
    assert [file_of(row) in links(answer) for row in Evidence.objects.all()] == [True, True]


def test_the_empty_page_says_what_is_taken_and_how_much(staff, page):
    said = text(staff.get(page))
    for words in ("還沒有佐證", "PDF", "DOCX", "最大 20 MB", "最多 10 個檔案", "合計 100 MB"):
        assert words in said
    assert 'accept=".pdf,.png' in staff.get(page).content.decode()


def test_the_same_post_again_says_that_nothing_was_added(staff, page):
    staff.post(page, {"files": upload()})
    answer = staff.post(page, {"files": upload()}, follow=True)
    assert "先前已上傳" in told(answer)
    assert Evidence.objects.count() == 1


def test_a_refusal_names_every_bad_file_on_the_page_and_keeps_the_good_one_out(staff, page):
    with nothing_written():
        answer = staff.post(page, {"files": [upload(), upload("頁面.png", HTML)]})
    assert answer.status_code == 422
    said = text(answer)
    assert "沒有上傳任何檔案" in said and "「頁面.png」內容是網頁" in said
    assert on_disk() == []


def test_a_post_without_files_says_so(staff, page):
    answer = staff.post(page, {})
    assert (answer.status_code, "請選擇要上傳的檔案" in text(answer)) == (422, True)


@pytest.mark.parametrize("case", [case for case in HOSTILE if case.startswith(("html as", "bomb", "png and"))])
def test_hostile_contents_are_refused_with_a_page(staff, page, case):
    kind, content = HOSTILE[case]
    answer = staff.post(page, {"files": upload(f"佐證.{kind}", content)})
    assert (answer.status_code, on_disk()) == (422, [])


def test_hostile_names_end_up_inside_the_folder_or_are_refused_and_never_lead_a_browser_astray(staff, page, cast):
    for number, name in enumerate(NAMES):
        content = GENUINE["pdf"].replace(b"startxref\n9", b"startxref\n%d" % number)
        before = Evidence.objects.count()
        answer = staff.generic("POST", page, raw_part(f"{name}.pdf", content), MULTIPART_CONTENT)
        assert answer.status_code in {302, 400, 422}, name
        if Evidence.objects.count() == before:
            assert answer.status_code in {400, 422}, name
            continue
        row = Evidence.objects.latest("id")
        assert row.file.name == f"evidence/{row.token}"
        assert len(row.name.encode()) <= 255 and not re.search(r'[\x00-\x1f\u202a-\u202e\u2066-\u2069/\\<>"]', row.name)
        sent = staff.get(file_of(row))
        assert sent["Content-Disposition"].startswith("attachment; filename")
        assert b"".join(sent.streaming_content) == content
        # What a report holds is limited; what was removed does not count.
        Evidence.objects.update(removed_at=row.uploaded_at, removed_by=cast.staff)
    assert Evidence.objects.count() > 50
    assert {path.parent for path in on_disk()} == {Path(settings.MEDIA_ROOT, "evidence")}
    assert len(on_disk()) == Evidence.objects.count()


# Sizes


def test_a_file_above_its_limit_is_stopped_on_the_way_in_and_named(staff, page):
    large = upload("掃描.pdf", GENUINE["pdf"] + bytes(policies.EVIDENCE_FILE_BYTES))
    with nothing_written():
        answer = staff.post(page, {"files": [upload(), large]})
    assert answer.status_code == 413
    assert "「掃描.pdf」超過單一檔案上限 20 MB" in text(answer)
    assert on_disk() == []


def test_a_stopped_file_is_not_written_beyond_the_limit(rf):
    request = rf.get("/")
    handler = upload_handler.UploadLimits(request)
    handler.new_file("files", "大.pdf", "", None)
    chunk = bytes(policies.MEGABYTE)
    for _ in range(20):
        assert handler.receive_data_chunk(chunk, 0) == chunk
    with pytest.raises(upload_handler.SkipFile):
        handler.receive_data_chunk(b"x", 0)
    assert upload_handler.left_out(request) == ["大.pdf"]


def test_too_many_files_at_once_are_refused_with_the_limit(staff, page):
    answer = staff.post(page, {"files": [upload(f"{number}.pdf") for number in range(12)]})
    assert (answer.status_code, "一次最多上傳 10 個檔案" in text(answer)) == (413, True)
    assert on_disk() == []


class Endless:
    """A body of any size that is made while it is read."""

    def __init__(self):
        self.taken = 0

    def read(self, size=-1):
        assert size > 0, "everything was asked for at once"
        self.taken += size
        return bytes(size)

    readline = read


def send(client, url, size):
    """Post a body of so many bytes, and return the answer and how much of it was read."""
    body = Endless()
    extra = {"CONTENT_LENGTH": str(size), "CONTENT_TYPE": MULTIPART_CONTENT, "wsgi.input": body}
    return client.request(PATH_INFO=url, REQUEST_METHOD="POST", **extra), body.taken


def test_a_request_beyond_the_limit_is_answered_by_a_page_before_anything_is_stored(staff, page):
    answer, taken = send(staff, page, body_limit.BODY_BYTES + 1)
    assert answer.status_code == 413
    assert "檔案太大" in text(answer) and "100 MB" in text(answer)
    assert taken == body_limit.BODY_BYTES + 1, "a browser shows the page only after it could send everything"
    assert on_disk() == []


@pytest.mark.parametrize("size", [body_limit.READ_AWAY_BYTES + 1, 10**15])
def test_a_request_far_beyond_the_limit_is_not_even_read(staff, page, size):
    answer, taken = send(staff, page, size)
    assert (answer.status_code, taken) == (413, 0)


def test_a_stranger_may_not_send_files_at_all(page):
    answer, taken = send(client_of(), page, 6 * policies.MEGABYTE)
    assert (answer.status_code, taken) == (413, 0)


@pytest.mark.parametrize("length", ["", "x", "-5"])
def test_a_length_that_is_none_is_no_fault(staff, page, length):
    answer = staff.request(PATH_INFO=page, REQUEST_METHOD="POST", CONTENT_LENGTH=length, CONTENT_TYPE=MULTIPART_CONTENT)
    assert answer.status_code in {400, 422}


# Where it may not change


def test_a_submitted_report_shows_its_evidence_and_takes_no_more(staff, page, cast, kpi):
    (row,) = attach(cast.staff, kpi)
    factories.fill(cast.staff, kpi)
    factories.submit(cast.staff, kpi)
    answer = staff.get(page)
    assert "已送出，佐證不能再變更" in text(answer) and file_of(row) in links(answer)
    assert 'type="file"' not in answer.content.decode()
    with nothing_written():
        assert staff.post(page, {"files": upload()}).status_code == 422


def test_a_kpi_without_a_target_that_year_has_no_page(staff, kpi):
    own = YearlyValue.objects.filter(measure__kpi__code="AF1.1", year=factories.FIRST_YEAR)
    own.update(target=None, target_note="—")
    where = {"division_id": kpi.division_id, "code": "AF1.1"}
    assert staff.get(address(kpi.plan, "reporting_evidence", **where)).status_code == 404


def test_a_kpi_of_another_division_has_no_page_under_ones_own(staff, kpi):
    where = {"division_id": kpi.division_id, "code": "BC1.1"}
    assert staff.get(address(kpi.plan, "reporting_evidence", **where)).status_code == 404


# Removing


def removal(row):
    """The address that removes the file."""
    kpi = row.report.kpi
    where = {"division_id": kpi.division_id, "code": kpi.code, "token": row.token}
    return address(kpi.plan, "reporting_evidence_remove", **where)


def test_a_removed_file_is_gone_from_every_page_and_its_address(staff, page, cast, kpi):
    (row,) = attach(cast.staff, kpi)
    answer = staff.post(removal(row), follow=True)
    assert "已移除「統計表.txt」" in told(answer)
    assert "還沒有佐證" in text(answer)
    assert staff.get(file_of(row)).status_code == 404
    assert len(on_disk()) == 1


def test_evidence_is_removed_through_its_own_kpi_and_year_alone(staff, cast, kpi, later):
    (row,) = attach(cast.staff, kpi)
    for changed in ({"code": "AC1.2"}, {"year": later.year}):
        where = {"division_id": kpi.division_id, "code": kpi.code, "token": row.token} | changed
        with nothing_written():
            assert staff.post(address(kpi.plan, "reporting_evidence_remove", **where)).status_code == 404


# On the other pages


def test_table_kpi_page_and_queue_link_to_what_was_attached_and_name_nothing_removed(staff, cast, kpi):
    kept, gone = attach(cast.staff, kpi, names=["留下.txt", "移除.txt"])
    staff.post(removal(gone))
    factories.fill(cast.staff, kpi)
    table = address(kpi.plan, "reporting_table", division_id=kpi.division_id)
    pages = [(staff, table), (client_of(cast.viewer), address(kpi.plan, "kpi", code=kpi.code) + "?provisional=1")]
    manage = address(kpi.plan, "reporting_evidence", division_id=kpi.division_id, code=kpi.code)
    assert "管理佐證" in text(staff.get(table)) and manage in links(staff.get(table))
    factories.submit(cast.staff, kpi)
    assert manage not in links(staff.get(table))
    pages.append((client_of(cast.reviewer), address(kpi.plan, "review")))
    for client, url in pages:
        answer = client.get(url)
        assert file_of(kept) in links(answer), url
        # The history tells of both.
        assert "移除.txt" not in text(answer).split("變更紀錄")[0], url
