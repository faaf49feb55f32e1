"""The characters of a text that changed: the runs make up the texts, and what is not marked is in both."""

from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.text_changes import LONGEST, TextPart, changed_parts

TEXTS = st.text(alphabet="甲乙丙丁1\n", max_size=30)


def marked(old, new):
    """Both texts with what changed in brackets."""
    return tuple(
        "".join(f"[{part.text}]" if part.is_changed else part.text for part in parts)
        for parts in changed_parts(old, new)
    )


def test_the_words_that_changed_are_marked():
    old, new = "局處現場處理民眾到府集體陳情件數提升率", "局處現場處理民眾到府集體陳情件數比率"
    assert marked(old, new) == ("局處現場處理民眾到府集體陳情件數[提升]率", "局處現場處理民眾到府集體陳情件數[比]率")
    assert marked("民眾陳情比率降低", "民眾陳情比率") == ("民眾陳情比率[降低]", "民眾陳情比率")
    assert marked("甲乙丙丁", "子丑寅卯") == ("甲乙丙丁", "子丑寅卯")
    assert marked("", "新") == ("", "新")
    long = "甲" * (LONGEST + 1)
    assert marked(long, long[1:]) == (long, long[1:])


@given(TEXTS, TEXTS)
def test_the_runs_are_the_texts_and_what_both_have_is_the_same(old, new):
    for text, parts in zip((old, new), changed_parts(old, new), strict=True):
        assert "".join(part.text for part in parts) == text
    olds, news = changed_parts(old, new)
    assert old != new or (olds, news) == ((TextPart(old, False),), (TextPart(new, False),))
    if any(part.is_changed for part in (*olds, *news)):
        kept = ["".join(part.text for part in parts if not part.is_changed) for parts in (olds, news)]
        assert kept[0] == kept[1]
