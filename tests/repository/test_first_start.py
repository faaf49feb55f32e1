"""The first `make run`: two at once, interrupted at any moment, and told a HOST or PORT that cannot be."""

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOLD_INTERRUPT = ["env", "--block-signal=INT"]
# No start takes as long, however busy the machine.
PATIENCE = 120


def _take_terminal():
    # Opened by the leader of a session, it becomes the terminal whose Ctrl-C reaches the session.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
    # A suite that runs in the background was started with Ctrl-C ignored, and would pass that on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Started:
    """A command at a terminal of its own, as a person types it: what it printed, Ctrl-C, and its end."""

    def __init__(self, command, folder, environment):
        self.terminal, theirs = pty.openpty()
        self.output = b""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(theirs)

    @property
    def text(self):
        """All that has been printed so far."""
        while select.select([self.terminal], [], [], 0)[0]:
            try:
                self.output += os.read(self.terminal, 4096)
            except OSError:
                # Nobody has the other end open any more.
                break
        return self.output.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, words):
        """Return once the words are printed."""
        end = time.monotonic() + PATIENCE
        while words not in self.text:
            assert self.process.poll() is None and time.monotonic() < end, self.text
            time.sleep(0.02)

    def interrupt(self):
        """Type Ctrl-C, and return all that was printed until the end."""
        os.write(self.terminal, b"\x03")
        return self.end()

    def end(self):
        """Return all that was printed until the command ended by itself."""
        self.process.wait(PATIENCE)
        return self.text

    def remove(self):
        """End whatever still runs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.terminal)


@pytest.fixture
def run(folder):
    """Starts a command in the folder, with these variables besides."""
    started = []

    def start(command, **environment):
        started.append(Started(command, folder, environment))
        return started[-1]

    yield start
    for each in started:
        each.remove()


@pytest.fixture
def folder(tmp_path):
    """A folder like a fresh clone with a .venv but nothing installed: what is written into it stays out of this one."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("bsc_site", "fixtures", "manage.py", "scorecard", "static", "templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".ci" / "system-packages").write_text("exit 0\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".python").touch()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (tmp_path / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    return tmp_path


@pytest.fixture
def port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def serve(run, folder, port):
    """Starts .ci/serve.py as `make run` does."""
    own = {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "DEBUG": "on",
        "HOST": "",
        "MEDIA_ROOT": str(folder / "media"),
        "PORT": str(port),
        "SECRET_KEY": "of a test",
    }
    return lambda **environment: run([*HOLD_INTERRUPT, sys.executable, ".ci/serve.py"], **own | environment)


def test_an_interrupted_first_start_is_completed_by_the_next_and_of_two_at_once_one_serves(serve, port):
    assert "Traceback" not in serve().interrupt()
    first = serve()
    first.wait_for("新的資料庫")
    interrupted = first.interrupt()
    assert "再執行一次 make run" in interrupted and "Traceback" not in interrupted
    both = [serve(), serve()]
    while all(started.process.poll() is None for started in both):
        time.sleep(0.05)
    both.sort(key=lambda started: started.process.poll() is None)
    told, serving = both[0].end(), both[1]
    assert f"http://localhost:{port}/" in told and "已被使用" in told and "Traceback" not in told
    serving.wait_for("請開啟瀏覽器")
    # The server is still starting.
    assert "Traceback" not in serving.interrupt()
    assert re.search(r"密碼（共用，只顯示這一次）：\S{8}", serving.text)
    again = serve()
    again.wait_for("請開啟瀏覽器")
    assert "沿用原有的資料庫" in again.text
    with urlopen(f"http://localhost:{port}/account/login/", timeout=PATIENCE) as answer:
        assert answer.status == 200
    assert "Traceback" not in again.interrupt()


def test_who_comes_while_another_prepares_waits_and_says_so(run, serve, folder):
    """With a PORT of its own it serves afterwards, like the other."""
    holder = subprocess.Popen(
        ["sh", ".ci/one-at-a-time", "cat"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    while not (folder / ".preparing.lock").exists():
        time.sleep(0.02)
    waiting = serve(DATABASE_URL="sqlite:////no/such/folder/db.sqlite3")
    waiting.wait_for("另一個 make 正在這個資料夾")
    also_waiting = run(["sh", ".ci/one-at-a-time", "echo", "輪到了"])
    also_waiting.wait_for("另一個 make 正在這個資料夾")
    assert "輪到了" not in also_waiting.text
    holder.communicate()
    assert "輪到了" in also_waiting.end()
    # It went on to the database, which cannot be.
    assert "unable to open database file" in waiting.end()


def test_two_set_ups_at_once_install_one_after_the_other(run, folder):
    """With a stand-in for pip, which takes as long as it takes to see that the other is waiting."""
    (folder / "requirements.txt").touch()
    pip = folder / "pip"
    pip.write_text("echo begin >>log; while [ ! -e go-on ]; do sleep 0.05; done; echo end >>log\n")
    make = ["make", "setup", f"PIP=sh {pip}"]
    first = run(make)
    first.wait_for("安裝 Python 套件")
    second = run(make)
    second.wait_for("另一個 make")
    (folder / "go-on").touch()
    first.end()
    assert "Traceback" not in second.end()
    assert (folder / "log").read_text().split() == ["begin", "end"]


@pytest.mark.parametrize("moment", [0, 0.1, 1])
def test_the_installation_of_packages_ends_without_a_traceback_at_whatever_moment(run, folder, moment):
    """With an index of packages that never answers."""
    (folder / "requirements.txt").write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        started = run(["make", "setup"], PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=url)
        started.wait_for("安裝 Python 套件")
        time.sleep(moment)
        assert "Traceback" not in started.interrupt()
    assert started.process.returncode != 0
    assert not (folder / ".venv" / ".installed-run").exists()


def test_a_program_that_swallows_exceptions_ends_at_ctrl_c_all_the_same(run, folder):
    """As Python itself does in callbacks of its garbage collector, whatever program it runs."""
    lines = ["print('begun', flush=True)", "while True:", "    try:", "        time.sleep(9)"]
    lines += ["    except BaseException:", "        pass"]
    (folder / "stubborn.py").write_text("\n".join(["import time", *lines]))
    started = run([*HOLD_INTERRUPT, sys.executable, ".ci/interruptible.py", "stubborn"])
    started.wait_for("begun")
    assert "Traceback" not in started.interrupt()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "two..dots"])
def test_a_host_that_does_not_resolve_is_told_as_that(serve, host):
    told = serve(HOST=host).end()
    assert f"HOST 的值「{host}」查不到位址" in told and "連接埠" not in told


def test_a_host_of_another_computer_is_told_as_that(serve):
    # Set apart for documentation (RFC 5737): no computer has it.
    told = serve(HOST="192.0.2.1").end()
    assert "HOST 的值「192.0.2.1」不是這台電腦的位址" in told and "連接埠" not in told


@pytest.mark.parametrize("wrong", ["eighty", "0", "65536", "８０００"])
def test_a_port_that_is_none_is_told_as_that(serve, wrong):
    assert f"PORT 的值「{wrong}」不是連接埠號碼" in serve(PORT=wrong).end()


def test_a_port_in_use_is_told_before_anything_is_done(serve, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"連接埠 {port} 已被使用" in serve(PORT=str(port)).end()
    assert not (folder / "db.sqlite3").exists()


def test_the_key_of_a_computer_is_whole_or_not_there_and_stays_the_same(tmp_path, monkeypatch):
    from bsc_site.environment import debug_secret_key

    path = tmp_path / "key"
    key = debug_secret_key(path)
    assert len(key) > 50 and debug_secret_key(path) == key == path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()

    def interrupted(length):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("secrets.token_urlsafe", interrupted)
        debug_secret_key(path)
    assert len(debug_secret_key(path)) > 50
