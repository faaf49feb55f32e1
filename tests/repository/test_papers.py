"""The two READMEs say the same, and what the papers name is there."""

import ast
import re

import pytest
from django.core.management import get_commands

from tests.repository.source_files import ROOT, files, name_of, python, tree

ENGLISH, CHINESE = "README.md", "README.zh-Hant.md"
READMES = (ENGLISH, CHINESE)
PAPERS = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/architecture.md")
DECISIONS = sorted(name_of(path) for path in (ROOT / "docs" / "decisions").glob("*.md"))
SUFFIXES = r"\.(?:py|md|txt|in|toml|yaml|json|html|svg|css|js|png|ttf)"
# Read from the environment by these functions of bsc_site/settings.py.
READERS = {"env_text", "env_bool", "env_int", "env_positive", "env_list", "env_networks", "env_oidc_url"}


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name):
    """(language, lines) of every fenced block."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)
    return [(language, text.splitlines()) for language, text in found]


def prose(name):
    """The text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(name), flags=re.MULTILINE | re.DOTALL)


def commands(name):
    """(language, lines without comments) of every block in a language."""
    return [
        (language, [re.sub(r"\s+# .*", "", line) for line in lines]) for language, lines in blocks(name) if language
    ]


def folder_map(name):
    """The lines of the block without a language."""
    (lines,) = [lines for language, lines in blocks(name) if not language]
    return lines


def headings(name):
    """The level of every heading, in order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(name), re.MULTILINE)]


def settings_rows(name):
    """(names, values between backticks in the column of defaults) of every row of the table of settings."""
    rows = re.findall(r"^\| (`[A-Z][^|]*) \| ([^|]*) \|", prose(name), re.MULTILINE)
    return [(re.findall(r"`(\w+)`", names), re.findall(r"`([^`]+)`", default)) for names, default in rows]


def names_in_table(name):
    return [setting for names, _ in settings_rows(name) for setting in names]


def names_read():
    """Every variable that the product or `make run` reads from the environment by its name."""
    found = set()
    for path in [*python("bsc_site", "scorecard"), ROOT / ".ci" / "serve.py"]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and node.args and reads_environment(node.func):
                argument = node.args[0]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                argument = node.slice if isinstance(node.ctx, ast.Load) else None
            else:
                continue
            if isinstance(argument, ast.Constant):
                found.add(argument.value)
    return found


def reads_environment(function):
    return ast.unparse(function) in READERS | {"os.environ.get", "os.environ.pop", "os.getenv"}


# The two READMEs


@pytest.mark.parametrize(("name", "other"), [(ENGLISH, CHINESE), (CHINESE, ENGLISH)])
def test_each_readme_links_the_other_in_its_first_line(name, other):
    assert f"]({other})" in text_of(name).splitlines()[0]


def test_the_readmes_have_the_same_headings():
    assert len(headings(ENGLISH)) > 10
    assert headings(ENGLISH) == headings(CHINESE)


def test_the_readmes_give_the_same_commands():
    assert len(commands(ENGLISH)) > 5
    assert commands(ENGLISH) == commands(CHINESE)


def test_the_readmes_show_the_same_pictures_and_links():
    def targets(name):
        return set(re.findall(r"\]\(([^)]+)\)", prose(name))) - set(READMES)

    assert targets(ENGLISH) == targets(CHINESE)


def test_the_readmes_list_the_same_settings_with_the_same_defaults():
    assert len(settings_rows(ENGLISH)) > 10
    assert settings_rows(ENGLISH) == settings_rows(CHINESE)


@pytest.mark.parametrize("name", READMES)
def test_the_table_lists_every_setting_that_is_read_once_and_no_other(name):
    assert {"SECRET_KEY", "SSO_USER_HEADER", "DEMO_PASSWORD", "HOST", "PORT"} <= names_read()
    assert sorted(names_in_table(name)) == sorted(names_read())


@pytest.mark.parametrize("name", READMES)
def test_the_folder_map_names_every_folder_and_every_room(name):
    lines = folder_map(name)
    folders = {line.split("/")[0] for line in lines if not line.startswith(" ")}
    assert folders == {name_of(path).split("/")[0] for path in files() if "/" in name_of(path)}
    rooms = {path.parent.name for path in (ROOT / "scorecard").glob("*/__init__.py")} - {"migrations"}
    assert {room for room in rooms if f"{room}/" not in "\n".join(lines)} == set()


# What the papers name


def named_files(paper):
    """What looks like a file or folder of the repository, between backticks or in the brackets of a link."""
    names = re.findall(rf"`((?:[\w.-]+/)+|(?:[\w.-]+/)*[\w-][\w.-]*{SUFFIXES})`", prose(paper))
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", prose(paper))
    # manage.py's lines in the READMEs name files that they write; those are in blocks, which prose() leaves out.
    return sorted({*names, *links})


def is_there(paper, name):
    """From the repository's root, from the paper's own folder, or below scorecard/."""
    return any((ROOT / folder / name).exists() for folder in ("", "scorecard", (ROOT / paper).parent))


def test_named_files_are_found():
    assert len(named_files("docs/architecture.md")) > 30
    assert len(named_files("CONTRIBUTING.md")) > 30


@pytest.mark.parametrize("paper", [*PAPERS, *DECISIONS])
def test_every_file_that_a_paper_names_is_there(paper):
    assert [name for name in named_files(paper) if not is_there(paper, name)] == []


def test_every_file_that_the_licence_names_is_there_and_every_vendored_folder_is_named():
    text = text_of("LICENSE")
    named = re.findall(r"(?:static|tests|fixtures|docs)/[\w./-]*\w", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    vendored = [name_of(path) for folder in ("static", "tests") for path in (ROOT / folder / "vendor").glob("*/")]
    fonts = [name_of(path) for path in (ROOT / "static" / "fonts").glob("*.ttf")]
    assert vendored and fonts
    assert [name for name in [*vendored, *fonts] if name not in text] == []


def targets_named():
    """Every `make` target that a paper names."""
    found = set()
    for paper in PAPERS:
        found |= set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text_of(paper), re.MULTILINE))
    return sorted(found)


@pytest.mark.parametrize("target", targets_named())
def test_every_make_target_that_a_paper_names_is_there_with_its_line_of_help(target):
    assert re.search(rf"^{target}:.*## \S", text_of("Makefile"), re.MULTILINE)


@pytest.mark.parametrize("name", READMES)
def test_every_management_command_that_a_readme_names_is_there(name):
    named = set(re.findall(r"manage\.py ([a-z_]+)", text_of(name)))
    assert len(named) > 10
    assert named - set(get_commands()) == set()
