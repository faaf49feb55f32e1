"""Proves that two checkouts draw the same: pages, files and pictures of one database at one moment.

    git worktree add ../old COMMIT
    .venv/bin/python .ci/compare_renderings.py ../old [NEW_CHECKOUT] [--pages] [--files] [--pixels] [--only PATTERN]

A folder given as --out keeps the database and the older checkout's captures for the next run.

Ends with 0 where nothing differs but what .ci/renderings/intended.py lists, else with 1 and a list of what differs.
The older checkout fills the database, so that both draw the same rows. See .ci/renderings for each step.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from renderings import compare

TOOLS = Path(__file__).resolve().parent
PARTS = {"pages": ("style", "pages", "posts"), "files": ("files", "closing"), "pixels": ("pixels",)}
# The style page exists with DEBUG alone.
WITH_DEBUG = ("style", "pixels")
# The same on both sides, or sessions would not hold on the other.
SECRET_KEY = "for comparing alone, never for a site that people use"
FORGOTTEN = ("DEFAULT_FROM_EMAIL", "EMAIL_HOST", "SITE_URL", "SSO_USER_HEADER", "CSRF_TRUSTED_ORIGINS", "TRUST_PROXY")


def environment(side, folder, checkout, *, debug="off"):
    """The variables of a child process that runs in a checkout; folder holds the side's database and files."""
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    return kept | {
        "SIDE": side,
        "DEBUG": debug,
        "SECRET_KEY": SECRET_KEY,
        "ALLOWED_HOSTS": "localhost",
        "HTTPS": "off",
        "LOG_LEVEL": "CRITICAL",
        "DEMO_PASSWORD": "demonstration-only",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "PDF_FOLDER": f"{folder}/pdf",
        # A busy machine is no difference.
        "PDF_SECONDS": "3600",
        "STATIC_ROOT": f"{folder}/static",
        "PYTHONPATH": str(TOOLS),
        # Django's admin lists what may not be deleted in the order of a set.
        "PYTHONHASHSEED": "0",
        "PYTHONPYCACHEPREFIX": f"{folder}/bytecode",
        "FONTCONFIG_FILE": str(Path(checkout) / "static" / "fonts" / "fonts.conf"),
    }


def run(module, *arguments, checkout, environment):
    """Run a module of .ci/renderings in a checkout; stop where it fails."""
    command = [sys.executable, "-m", f"renderings.{module}", *map(str, arguments)]
    if subprocess.run(command, cwd=checkout, env=environment).returncode:
        sys.exit(f"renderings.{module} failed in {checkout}.")


def copy_of(filled, folder):
    """A copy of the filled database and uploads for one part, so that parts cannot disturb each other."""
    folder.mkdir(parents=True)
    shutil.copy(filled / "db.sqlite3", folder)
    shutil.copytree(filled / "media", folder / "media", dirs_exist_ok=True)
    return folder


def capture(side, checkout, out, wanted, only):
    """All parts of one side; the pictures need a browser, so they have a program of their own."""
    for part in wanted:
        whole = out / side / f"{part}.whole"
        if side == "old" and whole.exists() and not only:
            continue
        whole.unlink(missing_ok=True)
        shutil.rmtree(out / side / part, ignore_errors=True)
        with tempfile.TemporaryDirectory() as scratch:
            folder = copy_of(out / "filled", Path(scratch) / "copy")
            debug = "on" if part in WITH_DEBUG else "off"
            variables = environment(side, folder, checkout, debug=debug) | {"ONLY": only}
            program = "pixels" if part == "pixels" else "capture"
            run(program, out / "scene.json", out / side, part, checkout=checkout, environment=variables)
        if not only:
            whole.touch()


def fill(out, checkout):
    """Let the older checkout make the database, and the list of what is to be visited."""
    filled = out / "filled"
    shutil.rmtree(filled, ignore_errors=True)
    filled.mkdir(parents=True)
    variables = environment("old", filled, checkout, debug="on")
    run("fill", out / "scene.json", checkout=checkout, environment=variables)


def options():
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old", type=Path, help="checkout of the older commit")
    parser.add_argument("new", type=Path, nargs="?", default=TOOLS.parent, help="checkout to compare (this one)")
    for part in PARTS:
        parser.add_argument(f"--{part}", action="store_true", help=f"{part} alone, or with the others named")
    parser.add_argument("--only", default="", metavar="PATTERN", help="addresses that match the regular expression")
    parser.add_argument("--out", type=Path, help="folder for all that is captured (a temporary one)")
    return parser.parse_args()


def main():
    """Fill, capture both sides side by side, compare, report."""
    asked, began = options(), time.monotonic()
    wanted = [name for part, names in PARTS.items() if getattr(asked, part) for name in names]
    wanted = wanted or [name for names in PARTS.values() for name in names]
    if asked.only:
        wanted = [part for part in wanted if part not in {"style", "closing"}]
    out = (asked.out or Path(tempfile.mkdtemp(prefix="renderings-"))).resolve()
    sides = {"old": asked.old.resolve(), "new": asked.new.resolve()}
    if not (out / "scene.json").exists():
        fill(out, sides["old"])
        print(f"database filled after {time.monotonic() - began:.0f} s", flush=True)
    with ThreadPoolExecutor(len(sides)) as pool:
        running = [pool.submit(capture, side, sides[side], out, wanted, asked.only) for side in sides]
        for side in running:
            side.result()
    print(f"both sides captured after {time.monotonic() - began:.0f} s", flush=True)
    is_equal = compare.report(out, sides, wanted)
    print(f"compared after {time.monotonic() - began:.0f} s; captures in {out}")
    sys.exit(0 if is_equal else 1)


if __name__ == "__main__":
    main()
