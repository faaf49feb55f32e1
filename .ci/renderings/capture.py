"""Visits a checkout's addresses and keeps every answer as it came.

Run in the checkout as `python -m renderings.capture SCENE FOLDER PART`. Each answer becomes a file FOLDER/PART/ROLE/…
and an entry of FOLDER/PART.json with its status and headers.
"""

import json
import os
import re
import sys
from pathlib import Path

from renderings import product, visits

# These say when and by which release an answer was made; the length follows from the content.
UNSTABLE_HEADERS = {"etag", "set-cookie", "content-length", "date", "expires"}
ENDINGS = {"text/html": ".html", "application/json": ".json", "text/plain": ".txt"}
MAX_NAME_LENGTH = 150
NOT_IN_NAMES = re.compile(r"[^-+~=&.,\w]")
CLOSING = (
    ("admin", "year/close/", {"reason": "比較用的關閉"}),
    ("admin", "year/", None),
    ("viewer", "downloads/", None),
    ("viewer", "snapshots/1/scorecard.xlsx", None),
    ("viewer", "snapshots/1/report.pdf", None),
    ("viewer", "snapshots/1/data.json", None),
)


class Keeper:
    """Writes answers below a folder and remembers what they were."""

    def __init__(self, folder):
        self.folder, self.answers = folder, {}

    def keep(self, role, address, response, note=""):
        """Write one answer. note: what besides the address tells it apart."""
        content = b"".join(response.streaming_content) if response.streaming else response.content
        kind = response.get("Content-Type", "").partition(";")[0]
        name = self._file_name(address, note, kind)
        if f"{role}/{name}" in self.answers:
            sys.exit(f"Two answers would be named {role}/{name}.")
        target = self.folder / role / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        headers = {name: value for name, value in response.items() if name.lower() not in UNSTABLE_HEADERS}
        self.answers[f"{role}/{name}"] = {
            "address": address,
            "status": response.status_code,
            "redirects": [step for step, _ in getattr(response, "redirect_chain", ())],
            "headers": dict(sorted(headers.items())),
        }

    def _file_name(self, address, note, kind):
        path, _, query = address.strip("/").partition("?")
        stem, dot, ending = path.rpartition(".")
        if not dot or "/" in ending or kind == "text/html":
            stem, ending = path, ENDINGS.get(kind, ".bin").removeprefix(".")
        name = "~".join(part for part in (stem.replace("/", "+") or "home", query, note) if part)
        return f"{NOT_IN_NAMES.sub('_', name)[:MAX_NAME_LENGTH]}.{ending}"

    def finish(self):
        """Write what all answers were."""
        self.folder.mkdir(parents=True, exist_ok=True)
        index = json.dumps(self.answers, ensure_ascii=False, indent=1)
        self.folder.with_suffix(".json").write_text(index, encoding="utf-8")


def capture_gets(keeper, scene, part):
    """Pages or files, as they are read."""
    for role, address, _ in _progress(part, scene[part]):
        keeper.keep(role, address, product.client(scene["sessions"][role]).get(address))


def capture_posts(keeper, scene):
    """What a posted form leads to; whatever it wrote is undone."""
    from django.db import transaction

    for number, (role, address, form) in enumerate(_progress("posts", scene["posts"])):
        with transaction.atomic():
            response = product.client(scene["sessions"][role]).post(address, form, follow=True)
            transaction.set_rollback(True)
        keeper.keep(role, address, response, note=f"form{number}" if form else "")


def capture_closing(keeper, scene):
    """A year is closed, which freezes its files; then what readers get of it."""
    for role, path, form in _progress("closing", CLOSING):
        client, address = product.client(scene["sessions"][role]), f"/{scene['agency']}/106/{path}"
        response = client.get(address) if form is None else client.post(address, form, follow=True)
        keeper.keep(role, address, response)


def capture_style(keeper, scene):
    """The style page, which exists with DEBUG alone, and all routes."""
    keeper.keep("reviewer", "/style/", product.client(scene["sessions"]["reviewer"]).get("/style/"))
    (keeper.folder / "routes.txt").write_text("\n".join(visits.routes()), encoding="utf-8")


def _progress(part, steps):
    """The steps, with a line on the way for whoever waits."""
    for number, step in enumerate(steps, start=1):
        if number % 250 == 0 or number == len(steps):
            print(f"{os.environ['SIDE']}: {part} {number} of {len(steps)}", flush=True)
        yield step


def main(scene_file, folder, part):
    """Capture one part."""
    product.start()
    scene = json.loads(Path(scene_file).read_text(encoding="utf-8"))
    if only := os.environ.get("ONLY"):
        for name in ("pages", "files", "posts"):
            scene[name] = [visit for visit in scene[name] if re.search(only, visit[1])]
    keeper = Keeper(Path(folder) / part)
    parts = {"posts": capture_posts, "closing": capture_closing, "style": capture_style}
    if part in parts:
        parts[part](keeper, scene)
    else:
        capture_gets(keeper, scene, part)
    keeper.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
