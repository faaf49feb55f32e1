"""Another file or another library is another version; the same ones are the same."""

import os

import pytest

from scorecard.pdf import version_key as module
from scorecard.pdf.version_key import pdf_version_key, version_key


@pytest.fixture
def root(tmp_path):
    (tmp_path / "scorecard").mkdir()
    (tmp_path / "scorecard/a.py").write_text("a = 1\n", encoding="utf-8")
    return tmp_path


def key(root):
    return version_key(root, ["scorecard"], {".py"}, ["django"])


def test_the_same_files_have_the_same_key(root):
    before = key(root)
    (root / "scorecard/a.pyc").touch()
    (root / "b.py").touch()
    assert key(root) == before
    assert len(before) == 64


def add(root):
    (root / "scorecard/b.py").touch()


def remove(root):
    (root / "scorecard/a.py").unlink()


def rename(root):
    (root / "scorecard/a.py").rename(root / "scorecard/b.py")


def lengthen(root):
    state = (root / "scorecard/a.py").stat()
    (root / "scorecard/a.py").write_text("a = 10\n", encoding="utf-8")
    os.utime(root / "scorecard/a.py", ns=(state.st_atime_ns, state.st_mtime_ns))


def put_back_an_older_one(root):
    os.utime(root / "scorecard/a.py", ns=(0, 0))


@pytest.mark.parametrize("change", [add, remove, rename, lengthen, put_back_an_older_one])
def test_another_file_is_another_key(root, change):
    before = key(root)
    change(root)
    assert key(root) != before


def test_another_library_is_another_key(root, monkeypatch):
    before = key(root)
    monkeypatch.setattr(module, "version", lambda name: "0.0")
    assert key(root) != before


def test_a_font_is_part_of_what_makes_a_pdf(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "static/fonts").mkdir(parents=True)
    before = pdf_version_key.__wrapped__()
    (tmp_path / "static/fonts/a.ttf").touch()
    assert pdf_version_key.__wrapped__() != before
