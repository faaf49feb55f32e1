"""What .ci/compare_renderings.py takes for the same page and for another; one that overlooks changes proves nothing."""

import pytest

from tests.repository.source_files import ROOT

SHEET = """
.flex { display: flex; }
.tag { display: inline-block; }
.lines { white-space: pre-line; }
.crumbs li { display: inline; }
"""


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """A function from a page's body to its lines."""
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    from renderings.page_text import page_lines

    (tmp_path / "page.css").write_text(SHEET, encoding="utf-8")
    head = '<link rel="stylesheet" href="/static/page.css">'
    return lambda body: page_lines((head + body).encode(), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<div><p>a  b\n</p>\n<p>c</p></div>", "<div><p>a b</p><p>c</p></div>"),
        ("<p>a \n<b>c</b>\n</p>", "<p>a <b>c</b></p>"),
        ("<ul><li>a</li> <li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ('<div class="flex">\n<a>x</a>\n<a>y</a></div>', '<div class="flex"><a>x</a><a>y</a></div>'),
        ('<p>a <span class="tag"> b\n</span></p>', '<p>a <span class="tag">b</span></p>'),
        ('<div class="lines">a\nb</div>', '<div class="lines"><span class="text-lines">a\nb</span></div>'),
        ('<p id="x" class="a b">x</p>', '<p class="b  a" id="x">x</p>'),
        ('<script src="/static/js/a.js"></script>', '<script src="/static/js/b/c.js"></script>'),
    ],
)
def test_what_a_browser_shows_alike_is_the_same_page(lines, old, new):
    assert lines(old) == lines(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>a b</p>", "<p>a c</p>"),
        ("<p>a\u3000b</p>", "<p>a b</p>"),
        ("<p>a <b>c</b></p>", "<p>a<b>c</b></p>"),
        ("<p>a <input>b</p>", "<p>a <input> b</p>"),
        ("<p><a>x</a>\n<a>y</a></p>", "<p><a>x</a><a>y</a></p>"),
        ('<ul class="crumbs"><li>a</li> <li>b</li></ul>', '<ul class="crumbs"><li>a</li><li>b</li></ul>'),
        ('<p>a <span class="tag">b</span></p>', '<p>a<span class="tag">b</span></p>'),
        ('<p class="lines">a\nb</p>', '<p class="lines">a b</p>'),
        ('<p class="lines">\na</p>', '<p class="lines">a</p>'),
        ("<textarea>a\n b</textarea>", "<textarea>a b</textarea>"),
        ('<p class="a b">x</p>', '<p class="a">x</p>'),
        ("<p><b>x</b></p>", "<p><i>x</i></p>"),
    ],
)
def test_what_a_browser_shows_otherwise_is_another_page(lines, old, new):
    assert lines(old) != lines(new)
