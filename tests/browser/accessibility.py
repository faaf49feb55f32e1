"""axe-core on the page a test has open."""

from functools import cache
from pathlib import Path

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe-core" / "axe.min.js"
REFUSED = ("serious", "critical")
MAX_SHOWN = 10
# Without preload: it puts style elements into the page, which the page's CSP rightly refuses.
RUN = "but_not => axe.run({exclude: but_not.map(part => [part])}, {resultTypes: ['violations'], preload: false})"


@cache
def _source():
    return AXE.read_text(encoding="utf-8")


def assert_accessible(page, *, but_not=()):
    """Fail when axe finds anything serious or critical on `page`; name the rule and the elements.

    but_not: selectors of parts that are not ours to mend; the caller says why.

    The source is evaluated through the debugging protocol, which the page's CSP does not concern:
    the page under test is the page as people get it.
    """
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_source())
    found = page.evaluate(RUN, list(but_not))
    lines = [
        f"{violation['impact']} {violation['id']}: {violation['help']} — {node['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in REFUSED
        for node in violation["nodes"]
    ]
    assert not lines, f"{page.url} 無障礙檢測未通過（{len(lines)}）：\n" + "\n".join(lines[:MAX_SHOWN])
