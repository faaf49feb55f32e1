"""Serves a checkout and takes pictures of whole pages in Chromium, with the words that stand on them.

Run in the checkout as `python -m renderings.pixels SCENE FOLDER PART`.
"""

import json
import os
import re
import shutil
import sys
import threading
from pathlib import Path

from renderings import product

WIDTHS = (1440, 360)
# The last three keep what was drawn in pieces from differing by a shade at their seams.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-lcd-text",
    "--disable-partial-raster",
    "--disable-skia-runtime-opts",
)
ATTEMPTS = 6
# Not the table with a draft typed in: its script saves it after a while, and says when.
IN_YEAR = {
    "reviewer": (
        "map/",
        "map/?compare=105",
        "scorecard/",
        "scorecard/?light=missed&columns=results,state,division&provisional=1",
        "dashboard/",
        "dashboard/?provisional=1",
        "objectives/AC1/",
        "themes/A/",
        "kpis/AF1.1/",
        "kpis/GF1.1/",
        "kpis/BC1.1/",
        "divisions/1/",
        "review/",
        "links/?cause=AC1",
        "search/?q=公文",
        "downloads/",
        "report/",
        "report/pdf/",
    ),
    "staff-1": (
        "reporting/",
        "reporting/1/",
        "reporting/1/check/",
        "reporting/1/paste/",
        "reporting/1/AF1.1/evidence/",
        "reporting/receipts/",
        "reporting/receipts/1/",
        "reporting/1/fill-in/",
    ),
    "staff-4": ("reporting/4/",),
    "admin": ("year/",),
}
ELSEWHERE = {
    "admin": (
        "/agencies/{agency}/members/",
        "/agencies/{agency}/transfer/",
        "/agencies/{agency}/mails/",
        "/agencies/{agency}/import/",
        "/admin/",
        "/admin/scorecard/kpi/",
        "/admin/scorecard/kpi/1/change/",
    ),
    "anonymous": ("/account/login/", "/account/forgotten/"),
    "viewer": ("/account/password/", "/{agency}/106/year/"),
    "operator": ("/", "/style/"),
}


def pictures(scene):
    """(role, address) of every page that is pictured."""
    base = f"/{scene['agency']}/106/"
    found = [(role, base + path) for role, paths in IN_YEAR.items() for path in paths]
    found += [("reviewer", f"/{scene['agency']}/105/dashboard/"), ("admin", f"/{scene['agency']}/105/year/")]
    found += [(role, path.format(**scene)) for role, paths in ELSEWHERE.items() for path in paths]
    found += [("reviewer", address) for address in scene["previews"]]
    return [picture for picture in found if re.search(os.environ["ONLY"], picture[1])]


def serve():
    """Start the site in a thread; its address."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        """Says nothing of requests."""

        def log_message(self, *arguments):
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}"


def settled_picture(page):
    """The whole page as PNG, once two pictures in a row are the same."""
    pictures = [b""]
    for _ in range(ATTEMPTS):
        pictures.append(page.screenshot(full_page=True, animations="disabled"))
        if pictures[-1] == pictures[-2]:
            break
    return pictures[-1]


def take(origin, scene, folder):
    """Picture every page at every width."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or sys.exit("There is no Chromium; run make setup-test.")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        wanted = pictures(scene)
        for width in WIDTHS:
            context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
            page = context.new_page()
            for role, address in wanted:
                context.clear_cookies()
                if key := scene["sessions"][role]:
                    context.add_cookies([{"name": "sessionid", "value": key, "url": origin}])
                page.goto(origin + address)
                # A caret blinks; a script may have set the focus.
                page.evaluate("document.activeElement && document.activeElement.blur()")
                name = address.strip("/").replace("/", "+").replace("?", "~") or "home"
                target = folder / str(width) / f"{role}~{name}"
                target.parent.mkdir(parents=True, exist_ok=True)
                Path(f"{target}.png").write_bytes(settled_picture(page))
                Path(f"{target}.txt").write_text(page.evaluate("document.body.innerText"), encoding="utf-8")
            print(f"{os.environ['SIDE']}: {len(wanted)} pictures of {width} pixels", flush=True)
        browser.close()


def main(scene_file, folder, part):
    """Serve, and take the pictures."""
    product.start()
    scene = json.loads(Path(scene_file).read_text(encoding="utf-8"))
    target = Path(folder) / part
    take(serve(), scene, target)
    target.with_suffix(".json").write_text("{}", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
