"""`make screenshots`: the pictures of docs/screenshots from a server with the demo data: pages at three widths, and
sample pages of the annual report at 100 dpi.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
WIDTHS = (1440, 1024, 360)
PLAN = "/taipei-secretariat/105"
# name, account, path
PAGES = [
    ("map", "demo-reviewer", f"{PLAN}/map/"),
    ("scorecard", "demo-reviewer", f"{PLAN}/scorecard/"),
    ("kpi", "demo-reviewer", f"{PLAN}/kpis/FC1.1/"),
    ("dashboard", "demo-reviewer", f"{PLAN}/dashboard/"),
    ("compare", "demo-reviewer", "/taipei-secretariat/107/compare/"),
    ("consultation", "demo-staff-1", "/taipei-secretariat/107/consultation/"),
]
REPORT = f"{PLAN}/report.pdf"
# Cover, summary, map, scorecard, missed KPIs, money.
REPORT_PAGES = (1, 3, 4, 5, 11, 16)


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port, server):
    """Return once the server answers; exit when it ends or does not within three minutes."""
    for _ in range(360):
        if server.poll() is not None:
            sys.exit("伺服器沒有啟動，畫面沒有更新。")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit("伺服器三分鐘內沒有回應，畫面沒有更新。")


def take(origin, password):
    """Log in as each account and write every page at every width."""
    TARGET.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        sys.exit("找不到 Chromium，請先執行 make setup-test。")
    fonts = {"FONTCONFIG_FILE": str(ROOT / "static" / "fonts" / "fonts.conf")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"], env=os.environ | fonts
        )
        for width in WIDTHS:
            context = browser.new_context(viewport={"width": width, "height": 900}, base_url=origin)
            page = context.new_page()
            logged_in = None
            for name, account, path in PAGES:
                if account != logged_in:
                    context.clear_cookies()
                    page.goto("/account/login/")
                    page.fill("#id_username", account)
                    page.fill("#id_password", password)
                    page.click("main button[type=submit]")
                    logged_in = account
                page.goto(path)
                page.screenshot(path=TARGET / f"{name}-{width}.png", full_page=width > 400)
                print(f"{name}-{width}.png")
        draw_report(context.request.get(REPORT, timeout=150_000).body())
        browser.close()


def draw_report(content):
    """Write the sample pages of the annual report in place of those of before."""
    for old in TARGET.glob("report-*.png"):
        old.unlink()
    pdftoppm = shutil.which("pdftoppm") or sys.exit("找不到 pdftoppm，請先執行 make setup-test。")
    for page in REPORT_PAGES:
        name = f"report-{page:02d}"
        span = ["-f", str(page), "-l", str(page), "-singlefile"]
        command = [pdftoppm, "-r", "100", "-png", *span, "-", str(TARGET / name)]
        subprocess.run(command, input=content, check=True)
        print(f"{name}.png")


def main():
    """Serve a database of its own on a free port, and take the pictures."""
    port, password = free_port(), secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "DEMO_PASSWORD": password,
            "DEBUG": "on",
        }
        server = subprocess.Popen(
            [sys.executable, ".ci/serve.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            wait_for(port, server)
            take(f"http://127.0.0.1:{port}", password)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
