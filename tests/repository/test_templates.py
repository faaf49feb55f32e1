"""The project's templates: lines of 120 columns, djhtml's indentation, and a first line that says what is shown."""

import re

import pytest
from django.conf import settings as site
from djhtml.modes import DjHTML

from tests.repository.source_files import files, name_of

TEMPLATES = [path for path in files("templates") if path.suffix in {".html", ".svg"}]
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]


def test_the_templates_are_found():
    assert {"templates/base.html", "templates/_components/light.html"} <= {name_of(path) for path in TEMPLATES}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_lines_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {len(line)}" for number, line in enumerate(lines, start=1) if len(line) > 120] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_djhtml_leaves_it_as_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert DjHTML(text).indent(2) == text


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_its_first_line_says_what_it_shows(path):
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert re.fullmatch(r"\{# .+ #\}", first)


INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)%}')


def has_a_form_to_send(name, seen=()):
    """Whether the template, or one that it includes, has a form's token."""
    path = site.BASE_DIR / "templates" / name
    text = path.read_text(encoding="utf-8")
    included = [other for other, _ in INCLUDE.findall(text) if other not in seen]
    return "csrf_token %}" in text or any(has_a_form_to_send(other, (*seen, name)) for other in included)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_form_that_is_included_with_only_has_its_token(path):
    """Only says that nothing of the page's context comes along, and a form without its token is refused."""
    for name, given in INCLUDE.findall(path.read_text(encoding="utf-8")):
        is_alone = given.split()[-1:] == ["only"]
        assert not is_alone or "csrf_token=csrf_token" in given or not has_a_form_to_send(name), name
