"""Compares what was captured of two checkouts, and tells what differs beyond the intended.

Answers with the same bytes are equal and are not looked into. The others are compared as their kind asks for: pages as
lines of elements and texts, spreadsheets as lines of cells, PDFs as text and pictures, pictures by pixels.
"""

import difflib
import io
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from PIL import Image, ImageChops

from renderings.intended import INTENDED, without_intended
from renderings.office_text import ods_lines, xlsx_lines
from renderings.page_text import mask, page_lines
from renderings.pdf_text import pdf_lines, pdf_pictures
from renderings.svg_text import svg_lines

PROCESSES = 2
SHOWN = 40
LINES_SHOWN = 6
SERVER_ERROR = 500


@dataclass
class Result:
    """One answer on both sides. differences: words for people; seen: intended differences that were found."""

    name: str
    differences: list = field(default_factory=list)
    seen: set = field(default_factory=set)
    is_same_bytes: bool = False


@dataclass(frozen=True)
class Pair:
    """An answer's two files. statics: the folders behind /static/ on both sides."""

    name: str
    old: Path
    new: Path
    statics: tuple[Path, Path]
    target: Path


def report(out, sides, parts):
    """Print the comparison of the parts; whether nothing differs beyond the intended."""
    results = []
    for part in parts:
        found = compare_part(out, sides, part)
        results += found
        same = sum(result.is_same_bytes for result in found)
        wrong = sum(bool(result.differences) for result in found)
        print(f"{part}: {len(found)} compared, {same} of them byte for byte equal, {wrong} differ", flush=True)
        print(f"    {_tally(out / 'new' / part)}", flush=True)
    seen = set().union(*(result.seen for result in results))
    for change in INTENDED:
        print(f"intended difference {'found' if change in seen else 'not found'}: {change.why}")
    alike = {}
    for result in results:
        if result.differences:
            alike.setdefault(tuple(result.differences), []).append(result.name)
    for differences, names in list(alike.items())[:SHOWN]:
        print(f"\n{names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else ""))
        for line in differences[:LINES_SHOWN]:
            print(f"    {line[:200]}")
    if len(alike) > SHOWN:
        print(f"\n… and {len(alike) - SHOWN} other differences.")
    if alike:
        print(f"\nWhole differences and pictures: {out / 'differences'}; captures: {out / 'old'}, {out / 'new'}")
    return not alike


def compare_part(out, sides, part):
    """Results of everything captured in a part; headers and statuses are compared besides the contents."""
    folders = [out / side / part for side in sides]
    names = [_names(folder) for folder in folders]
    index = Result(f"{part}.json")
    index.differences += [f"only old: {name}" for name in sorted(names[0] - names[1])]
    index.differences += [f"only new: {name}" for name in sorted(names[1] - names[0])]
    answers = [_answers(folder) for folder in folders]
    for name in sorted(answers[0].keys() & answers[1].keys()):
        old, new = answers[0][name], answers[1][name]
        if old != new:
            index.differences.append(f"{name}: {_changed(old, new)}")
        elif new["status"] >= SERVER_ERROR:
            index.differences.append(f"{name}: the server failed on both sides, {new['status']}")
    _, index.differences = without_intended(index.name, [], index.differences, index.seen)
    statics = tuple(checkout / "static" for checkout in sides.values())
    pairs = [
        Pair(f"{part}/{name}", *(folder / name for folder in folders), statics, out / "differences" / part / name)
        for name in sorted(names[0] & names[1])
    ]
    with ProcessPoolExecutor(PROCESSES) as pool:
        return [index, *pool.map(compare, pairs, chunksize=8)]


def _answers(folder):
    """{name: status, headers and so on}; the order of the policy's directives says nothing and changes by itself."""
    answers = json.loads(folder.with_suffix(".json").read_text(encoding="utf-8"))
    for answer in answers.values():
        if policy := answer["headers"].get("Content-Security-Policy"):
            answer["headers"]["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
    return answers


def _tally(folder):
    """How often the new side answered with which status; a comparison of error pages alone would show here."""
    statuses = Counter(answer["status"] for answer in _answers(folder).values())
    return ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())) or "pictures and texts"


def _names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _changed(old, new):
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def compare(pair):
    """The Result of one pair; what differs is also written to its target."""
    result = Result(pair.name)
    old, new = pair.old.read_bytes(), pair.new.read_bytes()
    if pair.old.suffix == ".html":
        old, new = mask(old), mask(new)
    if old == new:
        result.is_same_bytes = True
        return result
    lines = [_lines(pair.old.suffix, content, static) for content, static in zip((old, new), pair.statics, strict=True)]
    if lines[0] is not None:
        # The first two lines name the sides.
        changes = list(difflib.unified_diff(*lines, lineterm="", n=2))[2:]
        by_sign = {sign: [line[1:] for line in changes if line[0] == sign] for sign in "-+"}
        removed, added = without_intended(pair.name, by_sign["-"], by_sign["+"], result.seen)
        result.differences += [f"-{line}" for line in removed] + [f"+{line}" for line in added]
        if result.differences:
            _write(pair.target.with_name(f"{pair.target.name}.diff"), "\n".join(changes).encode())
    pictures = [_pictures(pair.old.suffix, content) for content in (old, new)]
    found = compare_pictures(*pictures, pair.target)
    _, found = without_intended(f"{pair.name} pictures", [], found, result.seen)
    result.differences += found
    return result


def _lines(suffix, content, static):
    """The answer as lines, None for a picture."""
    if suffix == ".png":
        return None
    if suffix == ".html":
        return page_lines(content, static)
    if suffix == ".svg":
        return svg_lines(content)
    readers = {".xlsx": xlsx_lines, ".ods": ods_lines, ".pdf": pdf_lines}
    if suffix in readers:
        return readers[suffix](content)
    # CSV, JSON: every byte counts, line ends too.
    return [repr(line) for line in content.decode(errors="backslashreplace").splitlines(keepends=True)]


def _pictures(suffix, content):
    if suffix == ".pdf":
        return pdf_pictures(content)
    return [content] if suffix == ".png" else []


def compare_pictures(old, new, target):
    """What differs between two lists of pictures; writes the three pictures beside each other that people look at."""
    differences = [f"{len(old)} pictures, now {len(new)}"] if len(old) != len(new) else []
    for number, pair in enumerate(zip(old, new, strict=False), start=1):
        before, after = (Image.open(io.BytesIO(content)).convert("RGB") for content in pair)
        if before.size != after.size:
            differences.append(f"picture {number}: {before.size} pixels, now {after.size}")
        size = tuple(map(max, before.size, after.size))
        before, after = (_enlarged(picture, size) for picture in (before, after))
        change = ImageChops.difference(before, after)
        if change.getbbox():
            most = reduce(ImageChops.lighter, change.split())
            count = sum(most.histogram()[1:])
            differences.append(f"picture {number}: {count} pixels differ within {change.getbbox()}")
            for name, picture in (
                ("old", before),
                ("new", after),
                ("difference", change.point(lambda v: min(255, v * 8))),
            ):
                file = io.BytesIO()
                picture.save(file, "PNG")
                _write(target.with_name(f"{target.name}-{number}-{name}.png"), file.getvalue())
    return differences


def _enlarged(picture, size):
    sheet = Image.new("RGB", size, "white")
    sheet.paste(picture)
    return sheet


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
