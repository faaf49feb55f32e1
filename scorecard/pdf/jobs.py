"""The one way to make a PDF: in a bounded child process, at most two at once. It is kept by key.

All state is in the files of one private folder (settings.PDF_FOLDER), which all processes of the web server share:

- KEY.pdf: finished. Its time is that of its last use: the longest unused is removed first.
- KEY.lock: locked while somebody makes KEY; slot-0, slot-1: locked while a child runs.
- KEY.note: the progress of the child, or why it failed; KEY.cancel: somebody asks it to end.

Open files hold the locks, and the child inherits them. The kernel releases a lock when its last holder ends, in
whatever way: no lock outlives its work.
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
# Environment variables that a child needs; keys and passwords are not among them.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "PYTHONPATH")
DIED = "產生 PDF 的程序意外結束，請再試一次；若一再發生，請通知系統管理者。"
END_OF_FILE = b"%%EOF"
# How libraries in C end their process without memory: some abort, some trap, some use memory they did not get.
MEMORY_SIGNALS = {signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS}
STALE_SECONDS = 24 * 60 * 60


class PDFBusy(Exception):
    """Too many PDFs are being made, or this very one is: try again after retry_after seconds."""

    retry_after = RETRY_AFTER


class PDFCancelled(PDFError):
    """Somebody cancelled the PDF during its making."""


@dataclass(frozen=True)
class Making:
    """The state of a PDF: ready, running (step of seven, pages laid out so far), failed (why), or none of these."""

    is_ready: bool = False
    is_running: bool = False
    step: int = 0
    pages: int = 0
    failed: str = ""
    cancelled: bool = False


def pdf_bytes(document, *, wait_seconds=0):
    """From the cache or made now; the key is the content. Raises what get_or_make() raises."""
    return get_or_make(cache_key(document.digest), lambda: document, wait_seconds=wait_seconds)


def cache_key(*parts):
    """A digest of what decides a PDF's bytes; the version of the program is always added."""
    return sha256(repr((*parts, pdf_version_key())).encode()).hexdigest()


def get_or_make(key, build, *, wait_seconds=0):
    """From the cache, or made now by a child. build() returns the Document; it is called only if the PDF must be made.

    wait_seconds: how long to wait for others before PDFBusy. Raises PDFError where the PDF cannot be made.
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
    """The child process that makes the PDF; None where the PDF is ready or being made already.

    Raises PDFBusy where two others are being made, and what build() raises.
    """
    with contextlib.ExitStack() as locks:
        lock = _lock(_path(key, "lock"), locks)
        if lock is None:
            # Try again: making() holds the lock for a moment to see whether somebody else does.
            time.sleep(0.02)
            lock = _lock(_path(key, "lock"), locks)
        if lock is None or read(key) is not None:
            return None
        os.utime(lock)
        slot = _free_slot(locks)
        if slot is None:
            raise PDFBusy
        _path(key, "cancel").unlink(missing_ok=True)
        tell(_path(key, "note"), step=0)
        tidy()
        return _spawn(key, build, (lock, slot))


def _free_slot(locks):
    for number in range(AT_ONCE):
        slot = _lock(_folder() / f"slot-{number}", locks)
        if slot is not None:
            return slot
    return None


def making(key):
    """Changes nothing."""
    if read(key) is not None:
        return Making(is_ready=True)
    facts = _facts(key)
    with contextlib.ExitStack() as locks:
        is_running = _lock(_path(key, "lock"), locks) is None
    if is_running:
        return Making(is_running=True, step=facts.get("step", 0), pages=facts.get("pages", 0))
    # It may have been finished since the first look.
    if read(key) is not None:
        return Making(is_ready=True)
    is_cancelled = facts.get("cancelled", False)
    failed = facts.get("failed", "")
    if facts and not failed and not is_cancelled:
        # The child died before it could write why.
        failed = DIED
    return Making(failed=failed, cancelled=is_cancelled)


def cancel(key):
    """End the making of a PDF within a moment; those who wait for it get PDFCancelled."""
    if making(key).is_running:
        _path(key, "cancel").touch(mode=0o600)


def read(key):
    """The finished PDF, or None. Reading counts as use."""
    path = _path(key, "pdf")
    try:
        content = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    if END_OF_FILE in content[-64:]:
        return content
    # After a power failure a file may have the right name and an incomplete content.
    path.unlink(missing_ok=True)
    return None


def tidy():
    """Remove the longest unused PDFs beyond settings.PDF_CACHE_MB, and leftovers older than a day."""
    files = [(path, path.stat()) for path in _present()]
    now = time.time()
    kept = 0
    for path, state in sorted(files, key=lambda pair: -pair[1].st_mtime):
        is_pdf = path.suffix == ".pdf"
        if is_pdf:
            kept += state.st_size
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
    message = facts.get("failed")
    if not message:
        message = TOO_MUCH_MEMORY if -process.returncode in MEMORY_SIGNALS else DIED
    raise PDFError(message)


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
        # A group of its own: Ctrl-C does not reach it. Not a session: between sessions Linux divides time evenly,
        # whatever their priority (autogroup).
        pass_fds=locks,
        process_group=0,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
    )
    threading.Thread(target=_receive_end, args=(process, order.note), daemon=True).start()
    try:
        # A child that died does not read its input; the result shows why it died.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            pickle.dump(order, process.stdin)
            process.stdin.flush()
            # Meanwhile the child loads its library.
            pickle.dump(build(), process.stdin)
    except BaseException:
        # This releases its locks.
        process.kill()
        process.wait()
        raise
    return process


def _receive_end(process, note):
    """Wait for the child, or it stays in the table of processes; write the note of a child killed for memory."""
    if -process.wait() in MEMORY_SIGNALS:
        tell(note, failed=TOO_MUCH_MEMORY)


def _folder():
    """Private; made where it is missing."""
    settings.PDF_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.PDF_FOLDER


def _path(key, suffix):
    return _folder() / f"{key}.{suffix}"


def _lock(path, locks):
    """The descriptor of an open file, which holds the lock until `locks` and every child end; None where taken."""
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
