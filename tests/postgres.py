"""Run a command with a private, throw-away PostgreSQL server: `python tests/postgres.py pytest …`.

The server listens on a socket in a temporary folder only, keeps nothing on disk safely (speed), and ends
with the command, whose exit status this program returns. TEST_DATABASE_URL tells the command where it is.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "bsc"
SPEED_BEFORE_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")
# Between tests the tables are empty: whoever notes that then makes every query of the next ones look cheap to do badly.
SPEED_BEFORE_SAFETY += ("autovacuum=off",)
START_SECONDS = 30


def program(name):
    """Return the path of a server program; exit with the cure when there is none."""
    # Debian keeps them out of PATH, a folder for each version: take the newest.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which(name, path=os.pathsep.join([*map(str, reversed(folders)), os.environ.get("PATH", "")]))
    if not found:
        sys.exit(
            f"找不到 PostgreSQL 的程式 {name}。請執行 make setup-test，或由系統管理員執行 apt-get install postgresql。"
        )
    return found


def server_account():
    """Return the subprocess arguments that make a server run as somebody it accepts.

    initdb and postgres refuse root; anybody else runs them as themselves.
    """
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def initialise(data, account):
    """Make the cluster in folder `data`; exit with initdb's own words when it fails."""
    command = [program("initdb"), "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    done = subprocess.run([*command, "--no-sync"], capture_output=True, text=True, cwd=data.parent, **account)
    if done.returncode:
        sys.exit(f"無法建立測試用的 PostgreSQL 資料庫：\n{done.stdout}{done.stderr}")


def wait_until_ready(server, folder, log):
    """Return when the server accepts connections; exit with its log when it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    command = [program("pg_isready"), "-q", "-h", folder, "-U", SUPERUSER, "-d", "postgres"]
    while subprocess.run(command).returncode:
        if server.poll() is not None or time.monotonic() > end:
            sys.exit(f"測試用的 PostgreSQL 未能啟動：\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


@contextmanager
def running_server():
    """Yield the address of a fresh server (a database URL), and stop and delete it afterwards."""
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix="bsc-pg-"))
    server = None
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        data, log = folder / "data", folder / "log"
        initialise(data, account)
        options = [f"unix_socket_directories={folder}", "listen_addresses=", *SPEED_BEFORE_SAFETY]
        command = [program("postgres"), "-D", data, *(word for option in options for word in ("-c", option))]
        with log.open("wb") as output:
            # A session of its own: Ctrl-C then reaches the tests first, and the server when they are done.
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **account
            )
        wait_until_ready(server, folder, log)
        yield f"postgresql://{SUPERUSER}@{quote(str(folder), safe='')}/postgres"
    finally:
        if server:
            # Immediate shutdown: the data is thrown away, and no forgotten connection may delay it.
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def main(command):
    """Run `command` and return its exit status."""
    # A terminated run must still stop its server: turn the signal into an exit that unwinds.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with running_server() as url:
        child = subprocess.Popen(command, env=os.environ | {"TEST_DATABASE_URL": url})
        try:
            return child.wait()
        except BaseException:
            # After Ctrl-C the child has had the signal as well, and may print its summary.
            child.terminate()
            child.wait()
            raise


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("用法：python tests/postgres.py 指令 [參數…]")
    sys.exit(main(sys.argv[1:]))
