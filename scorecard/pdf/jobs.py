"""The one way a PDF comes about: in a bounded child process, at most two at once, and kept by what decides its bytes.

All state is in the files of one private folder (settings.PDF_FOLDER), shared by the web server's processes:

- KEY.pdf: finished; its time is that of its last use, so that the longest unused goes first.
- KEY.lock: locked while somebody makes KEY; slot-0, slot-1: locked while a child runs.
- KEY.note: how far the child is, or why it failed; KEY.cancel: somebody wishes it to end.

The locks are held by open files, which the child inherits. The kernel opens them when the last holder ends, however it
ends: no lock outlives the work it stands for.
"""

import contextlib
import fcntl
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from scorecard.pdf.child_process import TOO_MUCH_MEMORY, Order, tell
from scorecard.pdf.version_key import pdf_version_key
from scorecard.pdf.writer import PDFError

AT_ONCE = 2
RETRY_AFTER = 10
# What a child needs to know of the world; keys and passwords are none of it.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "PYTHONPATH")
DIED = "產生 PDF 的程序意外結束，請再試一次；若一再發生，請通知系統管理員。"
END_OF_FILE = b"%%EOF"
# How libraries in C end their process when they are refused memory: some abort, some trap, some use what is not there.
MEMORY_SIGNALS = {signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS}
STALE_SECONDS = 24 * 60 * 60


class PDFBusy(Exception):
    """As many PDFs are being made as may be at once, or this very one is: come back after retry_after seconds."""

    retry_after = RETRY_AFTER


class PDFCancelled(PDFError):
    """Somebody cancelled the PDF while it was being made."""


@dataclass(frozen=True)
class Making:
    """How a PDF stands: ready, being made (step of seven, pages set so far), failed (why), or none of them."""

    is_ready: bool = False
    is_running: bool = False
    step: int = 0
    pages: int = 0
    failed: str = ""
    cancelled: bool = False


def pdf_bytes(document, *, wait_seconds=0):
    """The Document as PDF, from the cache or made now; the key is its content. Raises what obtain() raises."""
    return get_or_make(cache_key(document.digest), lambda: document, wait_seconds=wait_seconds)


def cache_key(*parts):
    """The key of a PDF: a digest of what decides its bytes, to which the program's release always belongs."""
    return sha256(repr((*parts, pdf_version_key())).encode()).hexdigest()


def get_or_make(key, build, *, wait_seconds=0):
    """The bytes of a PDF, from the cache or made now by a child; build() gives its Document and is called only then.

    wait_seconds: how many seconds to wait for others before PDFBusy. Raises PDFError where it cannot be made.
    """
    end = time.monotonic() + wait_seconds
    while True:
        content = read(key)
        if content is not None:
            return content
        process = None
        with contextlib.suppress(PDFBusy):
            process = start(key, build)
        if process is not None:
            return _result(key, process)
        if _path(key, "pdf").exists():
            continue
        if time.monotonic() >= end:
            raise PDFBusy
        time.sleep(0.1)


def start(key, build):
    """Begin to make a PDF and return the child process, or None where it is ready or being made already.

    Raises PDFBusy where two others are being made, and what build() raises.
    """
    with contextlib.ExitStack() as locks:
        # Twice, because making() holds the lock for a moment to see whether somebody else does.
        lock = _lock(_path(key, "lock"), locks) or time.sleep(0.02) or _lock(_path(key, "lock"), locks)
        if lock is None or read(key) is not None:
            return None
        os.utime(lock)
        slot = next(filter(None, (_lock(_folder() / f"slot-{n}", locks) for n in range(AT_ONCE))), None)
        if slot is None:
            raise PDFBusy
        _path(key, "cancel").unlink(missing_ok=True)
        tell(_path(key, "note"), step=0)
        tidy()
        return _spawn(key, build, (lock, slot))


def making(key):
    """How the PDF of a key stands, as Making; changes nothing."""
    if read(key) is not None:
        return Making(is_ready=True)
    facts = _facts(key)
    with contextlib.ExitStack() as locks:
        is_running = _lock(_path(key, "lock"), locks) is None
    if is_running:
        return Making(is_running=True, step=facts.get("step", 0), pages=facts.get("pages", 0))
    # A note without a word of failure was left by a child that could not speak any more.
    if read(key) is not None:
        return Making(is_ready=True)
    is_cancelled = facts.get("cancelled", False)
    return Making(failed=facts.get("failed") or (DIED if facts and not is_cancelled else ""), cancelled=is_cancelled)


def cancel(key):
    """End the making of a PDF within a moment; whoever waits for it gets PDFCancelled."""
    if making(key).is_running:
        _path(key, "cancel").touch(mode=0o600)


def read(key):
    """The finished PDF as bytes, which thereby counts as used; None where there is none."""
    path = _path(key, "pdf")
    try:
        content = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    if END_OF_FILE in content[-64:]:
        return content
    # A machine that lost power may leave a file of the right name and the wrong end.
    path.unlink(missing_ok=True)
    return None


def tidy():
    """Remove the longest unused PDFs beyond settings.PDF_CACHE_MB, and what was left behind a day ago."""
    files = [(path, path.stat()) for path in _present()]
    now = time.time()
    kept = 0
    for path, state in sorted(files, key=lambda pair: -pair[1].st_mtime):
        is_pdf = path.suffix == ".pdf"
        kept += state.st_size if is_pdf else 0
        is_stale = not is_pdf and not path.name.startswith("slot-") and now - state.st_mtime > STALE_SECONDS
        if is_stale or (is_pdf and kept > settings.PDF_CACHE_MB * 1024 * 1024):
            path.unlink(missing_ok=True)


def _present():
    for path in list(_folder().iterdir()):
        with contextlib.suppress(FileNotFoundError):
            path.stat()
            yield path


def _result(key, process):
    process.wait()
    content = read(key)
    if content is not None:
        return content
    facts = _facts(key)
    if facts.get("cancelled"):
        raise PDFCancelled("已取消產生報告。")
    raise PDFError(facts.get("failed") or (TOO_MUCH_MEMORY if -process.returncode in MEMORY_SIGNALS else DIED))


def _spawn(key, build, locks):
    order = Order(
        target=_path(key, "pdf"),
        note=_path(key, "note"),
        cancel=_path(key, "cancel"),
        seconds=settings.PDF_SECONDS,
        memory=settings.PDF_MEMORY_MB * 1024 * 1024,
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "scorecard.pdf.child_process"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        # A group, so that Ctrl-C does not reach it; not a session, between which Linux divides time evenly whatever
        # their priority (autogroup).
        pass_fds=locks,
        process_group=0,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
    )
    threading.Thread(target=_receive_end, args=(process, order.note), daemon=True).start()
    try:
        # A child that died on its way has left nothing to read it; what became of it shows in the result.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            pickle.dump(order, process.stdin)
            process.stdin.flush()
            # The child loads its library meanwhile.
            pickle.dump(build(), process.stdin)
    except BaseException:
        # Its locks end with it.
        process.kill()
        process.wait()
        raise
    return process


def _receive_end(process, note):
    """Receive the child's end, lest it stay in the table of processes, and tell what it could not tell any more."""
    if -process.wait() in MEMORY_SIGNALS:
        tell(note, failed=TOO_MUCH_MEMORY)


def _folder():
    """The private folder, made where it is missing."""
    settings.PDF_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.PDF_FOLDER


def _path(key, suffix):
    return _folder() / f"{key}.{suffix}"


def _lock(path, locks):
    """The number of an open file that holds the lock until `locks` is left and every child ended; None where taken."""
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    locks.callback(os.close, number)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return number


def _facts(key):
    try:
        return json.loads(_path(key, "note").read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
