"""The tables of standards name tests and files that are there, and leave no requirement out."""

import ast
import re
from functools import cache

import pytest

from tests.repository.source_files import ROOT, matches, own, python, tree

BASELINE = "docs/資通系統防護基準.md"
ASVS = "docs/asvs.md"
TABLES = (BASELINE, ASVS)

# How many requirements of level 普 and 中 the baseline has in each of its parts; the last are of an older version.
BASELINE_LINES = {"1": 12, "2": 11, "3": 5, "4": 11, "5": 16, "7": 7, "8": 2}
HOLDS = {"符合", "部分符合", "不符合", "機關辦理", "不適用", "yes", "partly", "no", "operator"}
WITHOUT_REASON = {"符合", "yes"}
# 機關辦理: some duties have nothing in the product to point at.
WITHOUT_PLACE = {"不符合", "機關辦理", "不適用", "no"}

NUMBER = re.compile(r"\d+\.\d+\.\d+")
# The levels of the requirements of each section of OWASP ASVS 5.0.0, in their order: 1.1.1 and 1.1.2 are of level 2.
ASVS_LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}


def lines(table):
    """The cells of every row that begins with a number such as 1.2 or 1.2.3."""
    text = (ROOT / table).read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| \d+\.\d", line)]
    return [[cell.strip() for cell in row] for row in rows]


def claims(table):
    """(number, whether it holds, what holds it, note) of every line."""
    return [(row[0], row[-3], row[-2], row[-1]) for row in lines(table)]


@cache
def names_of_tests(path):
    """The names of the tests in a file, those in classes too."""
    functions = (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def is_there(named):
    """named: 「folder/file」 or 「folder/file::test」."""
    name, _, test = named.partition("::")
    path = ROOT / name
    return path.exists() and (not test or test in names_of_tests(path))


@pytest.mark.parametrize("table", TABLES)
def test_every_path_and_test_that_the_tables_name_exists(table):
    named = {name for _, _, held, note in claims(table) for name in re.findall(r"`([^`]+)`", held)}
    assert len(named) > 50
    assert sorted(name for name in named if not is_there(name)) == []


@pytest.mark.parametrize("table", TABLES)
def test_what_holds_names_its_place_and_what_does_not_its_reason(table):
    assert {number for number, holds, _, _ in claims(table) if holds not in HOLDS} == set()
    nowhere = {number for number, holds, held, _ in claims(table) if holds not in WITHOUT_PLACE and "`" not in held}
    assert nowhere == set()
    without_reason = {
        number
        for number, holds, held, note in claims(table)
        if holds not in WITHOUT_REASON and not note and not (holds in {"機關辦理", "operator"} and "README" in held)
    }
    assert without_reason == set()


def test_the_baseline_has_every_requirement_of_its_two_levels():
    rows = lines(BASELINE)
    numbers = [f"{part}.{number}" for part, count in BASELINE_LINES.items() for number in range(1, count + 1)]
    assert [row[0] for row in rows] == numbers
    assert {row[2] for row in rows} == {"普", "中"}
    assert all(row[3].endswith("。") for row in rows)


def test_the_asvs_table_has_every_requirement_of_its_two_levels_once():
    required = {
        f"{section}.{number}": level
        for section, levels in ASVS_LEVELS.items()
        for number, level in enumerate(levels, start=1)
        if level in "12"
    }
    assert len(required) == 253
    held = {row[0]: row[1] for row in lines(ASVS)}
    assert len(held) == len(lines(ASVS))
    assert {number: level for number, level in held.items() if required.get(number) != level} == {}
    text = (ROOT / ASVS).read_text(encoding="utf-8").split("## What does not apply")[1]
    chapters = re.findall(r"^\| V\d+ [^|]+\|([\d., ]+)\| \S", text, re.MULTILINE)
    summed_up = [number for numbers in chapters for number in NUMBER.findall(numbers)]
    assert sorted([*held, *summed_up]) == sorted(required)


# What the tables say of the program as a whole, and no test of a part shows.


def test_no_weak_hash_is_used():
    assert matches(python("scorecard", "bsc_site"), r"\b(?:md5|sha1|MD5|SHA1)\b|\brandom\.\w+\(") == []


def test_every_cookie_of_our_own_is_bound_to_the_host_where_there_is_https():
    """settings.py does it for Django's."""
    program = "".join(path.read_text(encoding="utf-8") for path in python("scorecard"))
    used = set(re.findall(r"\.set_(?:signed_)?cookie\(\s*(?:\w+\.)?([^,\s]+),", program))
    bound = set(re.findall(r'^(\w+) = "__Host-\w+" if settings.HTTPS else "\w+"$', program, re.MULTILINE))
    assert len(used) > 2
    assert used - bound == set()


def test_scripts_keep_nothing_in_the_browser():
    scripts = own("static/js", suffixes={".js"})
    assert len(scripts) > 5
    assert matches(scripts, r"\b(?:localStorage|sessionStorage|indexedDB|postMessage)\b|document\.cookie") == []
