"""The process that makes one PDF: python -m scorecard.pdf.child_process, with its orders on standard input.

It reads, pickled, first an Order and then the Document; it gets ready while the Document is still being built. It
limits its own memory, time and size of files, and allows no host and no further process: it ends in time whatever
happens to the process that started it. It inherits the two locks of pdf/jobs.py as open files; they end with it.
"""

import contextlib
import gc
import json
import os
import pickle
import resource
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from scorecard.pdf.writer import PDFError, Progress, get_ready, write_pdf

LARGEST_FILE = 256 * 1024 * 1024
# Address space reserved for the last note.
RESERVE = 4 * 1024 * 1024
FORBIDDEN = {
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
}
TOO_MUCH_MEMORY = (
    "報告太大，超過產生 PDF 的記憶體上限。請改下載單一主題、構面或科室，或請系統管理者調高 PDF_MEMORY_MB。"
)
TOO_MUCH_TIME = "產生 PDF 超過時間上限。請稍後再試，或改下載單一主題、構面或科室。"


@dataclass(frozen=True)
class Order:
    """Where to put a PDF, and its limits. seconds: of wall time; memory: bytes of address space.

    note: the file for progress and failure (JSON); cancel: a file that ends the work as soon as it exists.
    """

    target: Path
    note: Path
    cancel: Path
    seconds: int
    memory: int


def write_whole(path, content):
    """Write a private file; it exists either complete or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    os.replace(part, path)


def tell(path, **facts):
    """Write a note: step, pages, failed, cancelled."""
    write_whole(path, json.dumps(facts).encode())


def main():
    """Exit code 0 once the PDF is at its target; otherwise 1, with a note."""
    order = pickle.load(sys.stdin.buffer)
    bound(order)
    # Garbage collection as often as usual takes a tenth of the time.
    gc.set_threshold(50_000, 20, 10)
    try:
        threading.Thread(target=watch, args=(order,), daemon=True).start()
        get_ready()
        document = pickle.load(sys.stdin.buffer)
        Progress(lambda step, pages: tell(order.note, step=step, pages=pages)).listen()
        write_whole(order.target, write_pdf(document))
        failed = ""
    except EOFError:
        # The process that builds the document ended before it was done.
        os._exit(1)
    except PDFError as error:
        failed = str(error)
    except Exception as error:
        if not (isinstance(error, MemoryError) or is_full(order)):
            raise
        failed = TOO_MUCH_MEMORY
    # Only here, where the exception and all that its frames referred to are gone: stop() needs memory.
    if failed:
        stop(order, failed=failed)
    order.note.unlink(missing_ok=True)


def is_full(order):
    """Whether the address space came close to its limit: then a failure is due to memory, whatever its name."""
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmPeak:"))
    return int(peak.split()[1]) * 1024 > 0.9 * order.memory


def bound(order):
    """Limits that the kernel enforces, whatever the HTML does, and a lower priority than that of pages."""
    resource.setrlimit(resource.RLIMIT_AS, (order.memory - RESERVE, order.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The watching thread ends the work in time and says so; the alarm is for when that thread does not run.
    signal.alarm(order.seconds + 5)
    with contextlib.suppress(OSError):
        os.nice(10)
    sys.addaudithook(_refuse)


def _refuse(event, args):
    if event in FORBIDDEN:
        raise PermissionError(event)


def watch(order):
    """End the process when its time is up or somebody cancels."""
    end = time.monotonic() + order.seconds
    while time.monotonic() < end:
        if order.cancel.exists():
            stop(order, cancelled=True)
        time.sleep(0.1)
    stop(order, failed=TOO_MUCH_TIME)


def stop(order, **facts):
    """Leave a note and end at once, from any thread."""
    with contextlib.suppress(OSError, MemoryError):
        resource.setrlimit(resource.RLIMIT_AS, (order.memory, order.memory))
        tell(order.note, **facts)
    os._exit(1)


if __name__ == "__main__":
    main()
