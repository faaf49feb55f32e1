"""Headless Firefox, Debian's, over WebDriver BiDi: Playwright drives only a Firefox that it has patched itself.

No more than opening, pressing, going back and reading: what a test of pages in Firefox's memory needs.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from urllib.parse import urlsplit

import pytest

BROWSERS = ("firefox-esr", "firefox")
SECONDS = 60
LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
# Nothing is asked of other hosts, and no page of the browser's own opens.
PREFERENCES = {
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


def browser_path():
    """None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class FirefoxError(Exception):
    pass


@contextlib.contextmanager
def start(folder, **options):
    """A Firefox that ends with the block; fails, never skips, where there is none."""
    if browser_path() is None:
        pytest.fail(
            "找不到 Firefox。請執行 make test-long，或由系統管理員執行 apt-get install firefox-esr。",
            pytrace=False,
        )
    browser = Firefox(folder, **options)
    try:
        yield browser
    finally:
        browser.close()


class Firefox:
    """A browser with one page, for one person. folder: an empty one, for its profile."""

    def __init__(self, folder, *, java_script_enabled=True):
        preferences = PREFERENCES | {"javascript.enabled": java_script_enabled}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
        (folder / "user.js").write_text("".join(lines))
        self.log = folder / "output"
        command = [browser_path(), "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)})
        try:
            self.line = WebSocket(f"{self._address()}/session")
            self.count = 0
            self.send("session.new", capabilities={})
            self.page = self.send("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.close()
            raise

    def _address(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            found = LISTENING.search(self.log.read_bytes())
            if found:
                return found[1].decode()
            time.sleep(0.1)
        raise FirefoxError(self.log.read_text(errors="replace"))

    def send(self, method, **params):
        """The result of a command."""
        self.count += 1
        self.line.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            answer = json.loads(self.line.receive())
            if answer.get("id") == self.count:
                if answer["type"] == "error":
                    raise FirefoxError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]

    def add_cookie(self, name, value, url):
        cookie = {"name": name, "domain": urlsplit(url).hostname, "path": "/", "httpOnly": True}
        self.send("storage.setCookie", cookie=cookie | {"value": {"type": "string", "value": value}})

    def goto(self, url):
        self.send("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def press(self, selector):
        """Press the one element with the mouse."""
        nodes = self.send("browsingContext.locateNodes", context=self.page, locator={"type": "css", "value": selector})
        (node,) = nodes["nodes"]
        element = {"type": "element", "element": {"sharedId": node["sharedId"]}}
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": element},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        self.send("input.performActions", context=self.page, actions=[mouse])

    def go_back(self):
        self.send("browsingContext.traverseHistory", context=self.page, delta=-1)

    @property
    def content(self):
        """The page's HTML as it stands, where the page may run no script, too; "" between two pages."""
        wanted = {"expression": "document.documentElement.outerHTML", "awaitPromise": False}
        answer = self.send("script.evaluate", **wanted, target={"context": self.page, "sandbox": "test"})
        return answer["result"]["value"] if answer["type"] == "success" else ""

    def expect(self, text):
        """Wait until the page has the text, and return its HTML."""
        end = time.monotonic() + SECONDS
        content = ""
        while time.monotonic() < end:
            with contextlib.suppress(FirefoxError):
                content = self.content
            if text in content:
                return content
            time.sleep(0.1)
        raise AssertionError(f"{text!r} does not appear in: {content}")

    def close(self):
        self.process.terminate()
        self.process.wait(SECONDS)


class WebSocket:
    """As much of RFC 6455 as a client on the same machine needs."""

    TEXT, CLOSE, PING, PONG = 1, 8, 9, 10

    def __init__(self, url):
        where = urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), SECONDS)
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        self.socket.sendall(
            f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.stream = self.socket.makefile("rb")
        status = self.stream.readline()
        if b" 101 " not in status:
            raise FirefoxError(status.decode())
        while self.stream.readline().strip():
            pass

    def send(self, text):
        self._send(self.TEXT, text.encode())

    def _send(self, kind, data):
        size = len(data)
        if size < 126:
            head = bytes([0x80 | kind, 0x80 | size])
        elif size < 1 << 16:
            head = bytes([0x80 | kind, 0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head = bytes([0x80 | kind, 0x80 | 127]) + size.to_bytes(8, "big")
        mask = secrets.token_bytes(4)
        self.socket.sendall(head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(data)))

    def receive(self):
        """The next text."""
        text = b""
        while True:
            head = self.stream.read(2)
            if len(head) < 2:
                raise FirefoxError("the browser ended")
            first, second = head
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
            data = self.stream.read(size)
            kind = first & 0x0F
            if kind == self.PING:
                self._send(self.PONG, data)
            elif kind == self.CLOSE:
                raise FirefoxError("the browser closed the connection")
            elif kind != self.PONG:
                text += data
                if first & 0x80:
                    return text.decode()
