"""Lines always fit, nothing is lost, and Chinese punctuation stays where it belongs."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scorecard.drawing.text_wrap import char_em, single_line, text_width, wrap

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
NO_START = "，。、；：？！）」』】〉》…％,.;:!?)]}%"
NO_END = "（「『【〈《([{"

TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="提升公文處理效率，。、；（「《》」）！？％", max_size=300),
    st.text(alphabet="abcXYZ 0123456789-.,()%\n\t　提升", max_size=300),
    st.text(alphabet="👨👩👧\u200d🇹🇼❤\ufe0f👍🏽😀e\u0301 字", max_size=200),
    st.text(alphabet="\u202e\u202d\u200f\u2066אבגשלוםمرحبا123 提", max_size=200),
)
WIDTHS = st.floats(30, 600)
SIZES = st.floats(8, 24)


def em(text: str) -> float:
    return sum(map(char_em, text))


def printed(text: str) -> str:
    """Text as wrap may print it, without any space."""
    return "".join(char for char in "".join(wrap(text, 10**9, 10)) if not char.isspace())


@given(TEXTS, WIDTHS, SIZES)
@example("字" * 10_000, 117.0, 13.0)
@example("word " * 2_000, 117.0, 13.0)
@example("。" * 10_000, 117.0, 13.0)
@example("\u0301" * 10_000, 117.0, 13.0)
@example("👨\u200d" * 3_000, 117.0, 13.0)
@example("x" * 10_000, 117.0, 13.0)
@example("\n" * 10_000, 117.0, 13.0)
def test_every_line_fits_the_width(text, width, size):
    for line in wrap(text, width, size):
        assert line and line == line.strip(" \u3000")
        fits = text_width(line, size) <= width + 1e-6
        assert fits or sum(1 for char in line if char_em(char)) == 1, "more than one character on a line too short"


@given(st.text(alphabet="提升公文處理效率，。、；（「」）abc XYZ 0123.-", max_size=300), WIDTHS, SIZES)
def test_every_line_of_usual_characters_fits_without_exception(text, width, size):
    assert all(text_width(line, size) <= width + 1e-6 for line in wrap(text, width, size))


@given(TEXTS, WIDTHS, SIZES)
def test_nothing_is_lost_or_reordered(text, width, size):
    assert "".join("".join(wrap(text, width, size)).split()) == "".join(printed(text).split())


@given(TEXTS, WIDTHS, SIZES, st.integers(1, 5))
def test_no_more_lines_than_permitted_and_an_ellipsis_where_text_is_left_over(text, width, size, most):
    full = wrap(text, width, size)
    cut = wrap(text, width, size, max_lines=most)
    assert len(cut) <= most
    if len(full) <= most:
        assert cut == full
    else:
        assert cut[-1].endswith("…")
        assert cut[:-1] == full[: most - 1]
        assert text_width(cut[-1], size) <= width + 1e-6


@given(st.lists(st.sampled_from(["提升", "公文", "處理", "，", "。", "（", "）", "「", "」", "、", "市"]), max_size=80))
def test_no_line_starts_with_closing_or_ends_with_opening_punctuation(parts):
    # At most one sign beside each word, so that a rule can always be kept.
    text = "文字" + "".join(f"{part}文字" for part in parts)
    for line in wrap(text, 130, 13):
        assert line[0] not in NO_START
        assert line[-1] not in NO_END


@given(st.lists(st.text(alphabet="abcdefgXYZ0123456789", min_size=1, max_size=8), min_size=1, max_size=40))
def test_words_and_numbers_that_fit_a_line_stay_whole(words):
    lines = wrap(" ".join(words), 130, 13)
    assert [word for line in lines for word in line.split()] == words


@given(st.text(alphabet="提升公文處理效率及市政", min_size=1, max_size=200))
def test_chinese_takes_hardly_more_lines_than_its_length_asks_for(text):
    assert len(wrap(text, 117, 13)) == -(-len(text) // 9)


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_no_character_of_the_embedded_font_is_wider_than_measured(weight):
    ttlib = pytest.importorskip("fontTools.ttLib")
    font = ttlib.TTFont(FONTS / f"NotoSansTC-{weight}.ttf", lazy=True)
    advances, units = font["hmtx"], font["head"].unitsPerEm
    too_wide = {
        chr(point): advances[glyph][0] / units
        for point, glyph in font.getBestCmap().items()
        if point >= 32 and advances[glyph][0] / units > char_em(chr(point))
    }
    assert too_wide == {}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        (" \n\t ", ()),
        ("提高員工職舍配住率", ("提高員工職舍配住率",)),
        ("建構優質、便捷辦公場域", ("建構優質、便捷辦公", "場域")),
        ("提升文檔業務公文處理效率", ("提升文檔業務公文", "處理效率")),
        ("建立各職舍管理機關聯絡網", ("建立各職舍管理", "機關聯絡網")),
        ("提升便捷優質市民服務，及效率", ("提升便捷優質市民", "服務，及效率")),
        ("局處辦公空間搬遷執行率", ("局處辦公空間搬遷", "執行率")),
        ("第一行\n第二行", ("第一行", "第二行")),
        ("完成「會議室專區」（含採購）", ("完成「會議室專區」", "（含採購）")),
        ("參加 UCLG 及 CITYNET 會議", ("參加 UCLG 及", "CITYNET 會議")),
        ("執行率 93.48% 以上", ("執行率 93.48%", "以上")),
        ("Pneumonoultramicroscopic", ("Pneumonoultra", "microscopic")),
    ],
)
def test_lines_break_where_a_reader_expects_it(text, lines):
    assert wrap(text, 117, 13) == lines


def test_marks_joined_emoji_and_flags_stay_with_their_base():
    assert wrap("e\u0301" * 3, 9.5, 13) == ("e\u0301",) * 3
    assert wrap("👍🏽🇹🇼", 40, 13) == ("👍🏽", "🇹🇼")


def test_characters_that_xml_cannot_carry_are_dropped():
    assert wrap("公\x00文\ufffe效\ud800率\x1b", 200, 13) == ("公文效率",)


def test_widths_follow_the_script():
    assert em("字，Ａ") == 3
    assert em("\u0301\u200d\u202e") == 0
    assert 0.5 < em("a") < 0.75
    assert em("😀") > 1


def test_a_single_line_joins_ideographs_directly_and_words_by_a_space():
    assert single_line("提高員工\n職舍配住率") == "提高員工職舍配住率"
    assert single_line("open\r\n data \n平台") == "open data 平台"
    assert single_line("") == ""


@pytest.mark.parametrize("arguments", [(0, 13, None), (100, 0, None), (100, 13, 0)])
def test_senseless_measures_are_refused(arguments):
    with pytest.raises(ValueError):
        wrap("字", *arguments)
