"""Folding of texts: what a person means is found however it was typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.text_folding import fold_for_search, has_words, words

FULL_WIDTH = {ord(char): chr(ord(char) + 0xFEE0) for char in map(chr, range(0x21, 0x7F))} | {ord(" "): "\u3000"}
ascii_text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold_for_search(fold_for_search(text)) == fold_for_search(text)


@given(ascii_text)
def test_full_width_and_half_width_are_alike(text):
    assert fold_for_search(text.translate(FULL_WIDTH)) == fold_for_search(text)


@given(st.text())
def test_composed_and_decomposed_characters_are_alike(text):
    assert fold_for_search(unicodedata.normalize("NFD", text)) == fold_for_search(unicodedata.normalize("NFC", text))


@given(ascii_text)
def test_capitals_and_small_letters_are_alike(text):
    assert fold_for_search(text.upper()) == fold_for_search(text.lower())


@given(st.text(), st.text(st.sampled_from("臺台啓啟裏裡羣群")))
def test_variants_that_offices_write_either_way_are_alike(before, text):
    other = text.translate(str.maketrans("臺台啓啟裏裡羣群", "台臺啟啓裡裏群羣"))
    assert fold_for_search(before + text) == fold_for_search(before + other)


@given(st.text(), st.sampled_from(["\u200b", "\ufeff", "\u00ad", "\x07"]), st.text())
def test_invisible_characters_make_no_difference(before, invisible, after):
    # A joiner can keep two characters apart that would otherwise combine.
    if unicodedata.is_normalized("NFC", before + after) and not unicodedata.combining(after[:1] or "x"):
        assert fold_for_search(f"{before}{invisible}{after}") in (
            fold_for_search(before + after),
            fold_for_search(f"{fold_for_search(before)}{fold_for_search(after)}"),
        )


@given(st.text())
def test_no_blank_stands_at_an_end_or_beside_another(text):
    folded = fold_for_search(text)
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("台北", "臺北市政府"),
        ("臺北", "台北畫刊"),
        ("ａｃ１．１", "AC1.1"),
        ("sop", "議員服務案件 ＳＯＰ"),
        ("９０％", "達 90% 以上"),
        ("行動方案", "行動\n方案"),
        ("臺北電臺", "台北 電台"),
        ("①", "1"),
        ("㎡", "每m2"),
    ],
)
def test_a_word_is_found_however_it_was_typed(typed, stored):
    assert has_words([stored], words(typed))


def test_every_word_must_occur_and_each_in_any_of_the_texts():
    texts = ["臺北畫刊等平面刊物", "BC1.1", "國際事務組"]
    assert has_words(texts, words("bc1 畫刊"))
    assert has_words(texts, words("國際　台北"))
    assert not has_words(texts, words("bc1 公文"))


def test_a_word_does_not_reach_from_one_text_into_the_next():
    assert not has_words(["公文", "處理"], words("公文處理"))


def test_no_word_asks_for_nothing():
    assert words(" \u3000\u200b\n") == ()
    assert has_words([], ())


def test_words_are_told_once_in_their_order():
    assert words("乙 甲　乙 ＡＢ ab") == ("乙", "甲", "ab")
