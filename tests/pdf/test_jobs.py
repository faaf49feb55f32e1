"""PDFs are made in bounded children, at most two at once, and kept; tried with real children and real signals."""

import contextlib
import os
import signal
import threading
import time

import pytest

from scorecard.pdf import jobs
from scorecard.pdf.child_process import TOO_MUCH_MEMORY, TOO_MUCH_TIME
from scorecard.pdf.jobs import AT_ONCE, PDFBusy, PDFCancelled, cache_key, cancel, get_or_make, making, start
from scorecard.pdf.writer import Document, PDFError

SHORT = Document('<html lang="zh"><title>短</title><p>甲</p></html>', ())
# Takes a minute: long enough to be cancelled, killed or counted.
LONG = Document('<html lang="zh"><title>長</title>' + "<p>一段文字</p>" * 60_000, ())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A cache of the test's own; what still runs at its end is cancelled."""
    settings.PDF_FOLDER = tmp_path / "pdf"
    yield settings.PDF_FOLDER
    for lock in list(settings.PDF_FOLDER.glob("*.lock")):
        with contextlib.suppress(FileNotFoundError):
            cancel(lock.stem)
    wait_until(lambda: not any(making(lock.stem).is_running for lock in settings.PDF_FOLDER.glob("*.lock")))


def wait_until(is_so):
    """Return once it is so; no test waits longer than a child may live."""
    while not is_so():
        time.sleep(0.05)


def never():
    raise AssertionError("what is kept is not made again")


def start_long(number=0):
    return start(cache_key("long", number), lambda: LONG)


def test_a_pdf_is_made_once_and_then_served_as_it_is(folder):
    made = get_or_make("a", lambda: SHORT)
    assert made.startswith(b"%PDF")
    assert making("a").is_ready
    assert get_or_make("a", never) == made
    assert (folder.stat().st_mode & 0o777, (folder / "a.pdf").stat().st_mode & 0o777) == (0o700, 0o600)


def test_the_key_is_another_for_other_content_another_style_and_another_release(monkeypatch):
    keys = {
        cache_key(SHORT.digest),
        cache_key(LONG.digest),
        cache_key(Document(SHORT.html, ("css/pdf/base.css",)).digest),
    }
    monkeypatch.setattr(jobs, "pdf_version_key", lambda: "another")
    assert len(keys | {cache_key(SHORT.digest)}) == 4


def test_two_are_made_at_once_a_third_is_told_to_come_back_and_so_is_a_second_reader_of_the_same():
    children = [start_long(number) for number in range(AT_ONCE)]
    assert all(child.poll() is None for child in children)
    with pytest.raises(PDFBusy):
        get_or_make("b", lambda: SHORT)
    assert start_long(0) is None
    with pytest.raises(PDFBusy):
        get_or_make(cache_key("long", 0), never)


def test_a_child_gives_way_to_pages():
    child = start_long()
    wait_until(lambda: os.getpriority(os.PRIO_PROCESS, child.pid) == 10)
    # Between sessions Linux heeds no priority.
    assert os.getsid(child.pid) == os.getsid(0)


def test_who_has_patience_waits_for_the_place():
    for number in range(AT_ONCE):
        start_long(number)
    threading.Timer(0.3, cancel, [cache_key("long", 0)]).start()
    assert get_or_make("c", lambda: SHORT, wait_seconds=60).startswith(b"%PDF")


def test_progress_is_told_and_whoever_waits_for_a_cancelled_one_hears_of_it():
    key, heard = cache_key("long", 0), []

    def wait():
        try:
            get_or_make(key, lambda: LONG)
        except PDFError as error:
            heard.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_until(lambda: making(key).step > 0)
    cancel(key)
    waiting.join()
    assert isinstance(heard[0], PDFCancelled)
    state = making(key)
    assert state.cancelled and not (state.is_ready or state.is_running or state.failed)


def test_a_killed_child_leaves_no_lock_and_is_told_of():
    child = start_long()
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert "意外結束" in making(cache_key("long", 0)).failed
    assert start(cache_key("long", 0), lambda: SHORT).wait() == 0
    assert making(cache_key("long", 0)).is_ready


def test_the_death_of_the_process_that_started_it_leaves_no_lock_behind_its_child():
    """A worker that dies by a signal closes its files, as this fork does; the child works on and ends in its time."""
    worker = os.fork()
    if worker == 0:
        start_long()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(worker, 0)
    assert making(cache_key("long", 0)).is_running
    cancel(cache_key("long", 0))
    wait_until(lambda: not making(cache_key("long", 0)).is_running)
    children = [start_long(number) for number in (1, 2)]
    assert None not in children


def test_a_child_may_not_take_more_time_than_allowed(settings):
    settings.PDF_SECONDS = 1
    with pytest.raises(PDFError) as raised:
        get_or_make("d", lambda: LONG)
    assert str(raised.value) == TOO_MUCH_TIME == making("d").failed


# Where it runs out, and how it learns of that, is another place for each: while it loads libraries, in Python, in C.
@pytest.mark.parametrize(
    "megabytes", [90, 300, *(pytest.param(size, marks=pytest.mark.long) for size in (110, 150, 200))]
)
def test_a_child_may_not_take_more_memory_than_allowed(settings, megabytes):
    settings.PDF_MEMORY_MB = megabytes
    with pytest.raises(PDFError) as raised:
        get_or_make("e", lambda: LONG)
    assert str(raised.value) == TOO_MUCH_MEMORY
    # A page that asks how it stands hears the same, as soon as the child's end is received.
    end = time.monotonic() + 60
    while making("e").failed != TOO_MUCH_MEMORY and time.monotonic() < end:
        time.sleep(0.05)
    assert making("e").failed == TOO_MUCH_MEMORY


def test_what_is_wrong_with_the_project_is_told_by_its_name():
    with pytest.raises(PDFError, match="no-such.css"):
        get_or_make("f", lambda: Document(SHORT.html, ("css/no-such.css",)))
    assert "no-such.css" in making("f").failed


def test_what_cannot_be_built_holds_no_place():
    for _ in range(AT_ONCE + 1):
        with pytest.raises(LookupError):
            get_or_make("g", lambda: {}["nothing"])
    assert get_or_make("g", lambda: SHORT)


def test_the_longest_unused_goes_first_where_there_is_no_room(settings, folder):
    settings.PDF_CACHE_MB = 1
    for age, name in enumerate(("new", "used", "old"), start=1):
        get_or_make(name, lambda: SHORT)
        (folder / f"{name}.pdf").write_bytes(b"x" * 500_000 + b"%%EOF")
        os.utime(folder / f"{name}.pdf", (time.time() - age * 1000,) * 2)
    assert jobs.read("old")
    (folder / "x.note").write_text("{}")
    os.utime(folder / "x.note", (0, 0))
    jobs.tidy()
    assert sorted(path.stem for path in folder.glob("*.pdf")) == ["new", "old"]
    assert not (folder / "x.note").exists()


def test_a_file_cut_short_is_made_again(folder):
    made = get_or_make("h", lambda: SHORT)
    (folder / "h.pdf").write_bytes(made[:-50])
    assert get_or_make("h", lambda: SHORT) == made


def test_a_child_knows_no_key(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a key")
    child = start_long()
    with open(f"/proc/{child.pid}/environ") as environment:
        assert "a key" not in environment.read()
