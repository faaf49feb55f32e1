"""`make run`: bring the database up to date, fill a new one, and serve it on HOST and PORT (default 127.0.0.1:8000)."""

import contextlib
import errno
import fcntl
import io
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAN_FIXTURE = "taipei-secretariat-105"


def main():
    """Prepare, tell the address, and become the server."""
    signal.signal(signal.SIGINT, leave)
    # The Makefile starts this program with SIGINT blocked, so that Ctrl-C never meets Python's own traceback.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "bsc_site.settings"
    # For one's own computer: a server for others sets DEBUG=off and what README.md names.
    os.environ.setdefault("DEBUG", "on")
    place = chosen_place()
    place.listen().close()
    with turn_to_prepare():
        # Whoever had the turn before may serve there by now.
        place.listen().close()
        prepare_database()
        # The next to prepare finds this port taken, not free.
        become_server(place, place.listen())


def leave(signum, frame):
    """End at once on Ctrl-C: what is not committed is not in the database, and the next start does it again."""
    os.write(sys.stdout.fileno(), "\n已中斷。再執行一次 make run 就會接著完成。\n".encode())
    os._exit(128 + signum)


@dataclass(frozen=True)
class Place:
    """Where to serve: HOST and PORT as given, and the socket family and address that they name."""

    host: str
    port: int
    family: socket.AddressFamily
    address: tuple

    @property
    def url(self):
        """What to type into a browser on this computer."""
        shown = "localhost" if self.host == "127.0.0.1" else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}/"

    def listen(self):
        """Return a socket that listens there; exit with the cure where that cannot be."""
        try:
            return socket.create_server(self.address, family=self.family)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                sys.exit(
                    f"HOST 的值「{self.host}」不是這台電腦的位址。"
                    "請改為這台電腦的位址或名稱，例如 make run HOST=127.0.0.1"
                )
            if error.errno == errno.EADDRINUSE:
                sys.exit(
                    f"{self.host} 的連接埠 {self.port} 已被使用。如果是另一個 make run，請直接開啟 {self.url}；"
                    "否則請改用其他連接埠，例如 make run PORT=8001"
                )
            sys.exit(f"不允許使用 {self.host} 的連接埠 {self.port}。請改用其他連接埠，例如 make run PORT=8001")


def chosen_place():
    """Return the Place that HOST and PORT name; exit with the cure when they name none."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        sys.exit(f"PORT 的值「{port}」不是連接埠號碼，請改為 1 到 65535 的整數，例如 make run PORT=8001")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        # UnicodeError: a name that is none, such as one with two dots in a row.
        sys.exit(f"HOST 的值「{host}」查不到位址。請改為這台電腦的位址或名稱，例如 make run HOST=127.0.0.1")
    # A name of both kinds is served at its IPv4 address.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return Place(host, int(port), family, address)


@contextlib.contextmanager
def turn_to_prepare():
    """Wait until nobody else prepares this folder, and keep others waiting; .ci/one-at-a-time takes the same lock.

    The lock ends with this program, also where it becomes another.
    """
    # Open for reading, which is enough for a lock, also where another account made the file.
    file = os.open(ROOT / ".preparing.lock", os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("另一個 make 正在這個資料夾安裝套件或準備資料庫，等它完成就繼續…", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(file)


def prepare_database():
    """Migrate, and load the Secretariat's plan and the demo data where nobody has an account yet.

    A database without accounts is new, or its first start was interrupted: the load is repeated from its beginning.
    """
    import django
    from django.core.management import CommandError, call_command
    from django.core.management.base import SystemCheckError
    from django.db import transaction

    django.setup()
    # Whoever sits at the terminal looks for the address and the password, not for lines of a log.
    logging.disable(logging.INFO)
    from django.contrib.auth import get_user_model

    try:
        # gunicorn itself runs no checks, and a missing library would show only in the first PDF.
        call_command("check", stdout=io.StringIO())
    except SystemCheckError as error:
        sys.exit(str(error))
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except CommandError as error:
        # A migration that stops before it changes anything says why.
        sys.exit(str(error))
    if get_user_model().objects.exists():
        print("沿用原有的資料庫。帳號與密碼在第一次啟動時顯示過；忘記密碼請執行：")
        print("    DEBUG=on .venv/bin/python manage.py changepassword 帳號")
        return
    print("新的資料庫：載入臺北市政府秘書處的計畫與示範資料…", flush=True)
    # Committed once the password is shown, which is shown only once.
    with transaction.atomic():
        call_command("load_plan", PLAN_FIXTURE, verbosity=0)
        call_command("demo", "load")
        sys.stdout.flush()


def become_server(place, listening):
    """Tell the address and turn this process into gunicorn, which takes over the listening socket."""
    print(f"\n請開啟瀏覽器：{place.url}\n按 Ctrl+C 結束。", flush=True)
    listening.set_inheritable(True)
    # Threads, because a browser keeps idle connections open, each of which would hold a whole
    # synchronous worker when no proxy stands in between; processes, for pages and PDFs side by side.
    server = ["gunicorn", "bsc_site.wsgi", "--bind", f"fd://{listening.fileno()}"]
    options = ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "120"]
    quiet = ["--no-control-socket", "--log-level", "warning"]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.execv(sys.executable, [sys.executable, ".ci/interruptible.py", *server, *options, *quiet])


if __name__ == "__main__":
    main()
