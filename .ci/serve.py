"""`make run`: bring the database up to date, fill a new one, and serve it on PORT (default 8000)."""

import io
import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAN_FIXTURE = "taipei-secretariat-105"


def free_address():
    """Return (host, port) to serve on; exit with the cure when the port is wrong or taken."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        sys.exit(f"PORT 的值「{port}」不是連接埠號碼，請改為 1 到 65535 的整數，例如 make run PORT=8001")
    try:
        # Exactly as gunicorn will bind it, so that a port in TIME_WAIT counts as free.
        with socket.create_server((host, int(port))):
            pass
    except OSError:
        sys.exit(f"{host} 的連接埠 {port} 已被使用，或不允許使用。請改用其他連接埠，例如 make run PORT=8001")
    return host, int(port)


def prepare_database():
    """Migrate, and load the Secretariat's plan and the demo data where nobody has an account yet.

    A database without accounts is new, or its first start was interrupted: both loads may be repeated.
    """
    import django
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    django.setup()
    from django.contrib.auth import get_user_model

    try:
        # gunicorn itself runs no checks, and a missing library would show only in the first PDF.
        call_command("check", stdout=io.StringIO())
    except SystemCheckError as error:
        sys.exit(str(error))
    call_command("migrate", interactive=False, verbosity=0)
    if get_user_model().objects.exists():
        print("沿用原有的資料庫。帳號與密碼在第一次啟動時顯示過；忘記密碼請執行：")
        print("    DEBUG=on .venv/bin/python manage.py changepassword 帳號")
        return
    print("新的資料庫：載入臺北市政府秘書處的計畫與示範資料…")
    call_command("loaddata", PLAN_FIXTURE, verbosity=0)
    call_command("demo", "load")


def main():
    """Prepare, tell the address, and become the server."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "bsc_site.settings"
    # For one's own computer: a server for others sets DEBUG=off and what README.md names.
    os.environ.setdefault("DEBUG", "on")
    host, port = free_address()
    prepare_database()
    shown = "localhost" if host == "127.0.0.1" else host
    print(f"\n請開啟瀏覽器：http://{shown}:{port}/\n按 Ctrl+C 結束。", flush=True)
    # Threads, because a browser keeps idle connections open, each of which would hold a whole
    # synchronous worker when no proxy stands in between; processes, for pages and PDFs side by side.
    server = [sys.executable, "-m", "gunicorn", "bsc_site.wsgi", "--bind", f"{host}:{port}"]
    options = ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "120"]
    os.execv(sys.executable, [*server, *options, "--no-control-socket", "--log-level", "warning"])


if __name__ == "__main__":
    main()
