"""ROC years and dates, and numbers as people type them: domain.md §1 and §3."""

import string
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scorecard.domain.roc_years import (
    NumberError,
    YearError,
    date_text,
    datetime_text,
    from_roc,
    parse_amount,
    parse_number,
    parse_year,
    to_roc,
    year_text,
)
from scorecard.domain.scoring import grouped, plain

LARGEST = Decimal("99999999999.9999")
figures = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=4)
# Arbitrary text seldom looks like a number: what people type is mixed in more densely.
texts = st.text() | st.text(alphabet="0123456789０９.,，．-－−%％ 元年民國eE+²½①\u200b\n", max_size=12)
FULL_WIDTH = str.maketrans(string.digits + ".,-", "０１２３４５６７８９．，－")


# Years and dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (105, 2016),
        ("105", 2016),
        ("民國105年", 2016),
        ("民國 105 年", 2016),
        ("105年", 2016),
        ("105 年", 2016),
        (" 105 ", 2016),
        ("１０５", 2016),
        ("2016", 2016),
        (2016, 2016),
        ("2016年", 2016),
        ("1", 1912),
        ("199", 2110),
        ("1912", 1912),
        ("2200", 2200),
    ],
)
def test_a_year_is_read_as_people_write_it(text, expected):
    assert parse_year(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "0", 0, "-5", -5, "105.0", "200", 200, "1911", "2201", 2201, "10500", "0105", "民國2016年", "民國", "年"]
    + ["105年12月", "10⁵", "①", "一〇五", "百零五", True, False, None, 105.0, Decimal(105)]
    + [pytest.param("9" * 5000, id="5000 digits"), pytest.param(10**5000, id="10^5000")],
)
def test_what_is_no_year_is_refused_with_what_to_type_instead(text):
    with pytest.raises(YearError, match="105"):
        parse_year(text)


def test_the_message_about_a_year_quotes_what_was_read():
    with pytest.raises(YearError, match="^「105.0」不是年度"):
        parse_year("105.0")
    with pytest.raises(YearError, match="^「-999999」不是年度"):
        parse_year(-999_999)
    with pytest.raises(YearError, match="^「（過大的數）」不是年度"):
        parse_year(1_000_000)


def test_a_message_quotes_up_to_forty_characters():
    with pytest.raises(YearError, match=f"^「{'年' * 40}」"):
        parse_year("年" * 40)
    with pytest.raises(YearError, match=f"^「{'年' * 40}…」"):
        parse_year("年" * 41)


@given(texts)
def test_no_text_makes_the_reading_of_a_year_fail_otherwise(text):
    try:
        assert 1912 <= parse_year(text) <= 2200
    except YearError:
        pass


@given(st.integers(1912, 2110))
def test_a_year_shown_reads_back_as_itself(year):
    assert parse_year(year_text(year)) == year
    assert parse_year(to_roc(year)) == parse_year(year) == from_roc(to_roc(year)) == year


def test_there_is_no_roc_year_before_1912():
    assert to_roc(1912) == 1
    for impossible in (lambda: to_roc(1911), lambda: from_roc(0), lambda: year_text(105), lambda: date_text(date.min)):
        with pytest.raises(YearError):
            impossible()


def test_years_and_dates_read_in_roc_years():
    assert year_text(2016) == "105 年"
    assert date_text(date(2017, 1, 31)) == "106 年 1 月 31 日"
    assert date_text(datetime(2017, 1, 31, 9, 5)) == "106 年 1 月 31 日"
    assert datetime_text(datetime(2017, 1, 31, 9, 5, tzinfo=UTC)) == "106 年 1 月 31 日 09:05"
    assert datetime_text(datetime(2017, 12, 1, 14, 30)) == "106 年 12 月 1 日 14:30"


# Numbers


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("28", "", "28"),
        ("1.46", "", "1.46"),
        ("1,545,480", "", "1545480"),
        ("1,545,480.25", "", "1545480.25"),
        ("100%", "%", "100"),
        ("100 %", "%", "100"),
        ("100％", "%", "100"),
        ("100%", "％", "100"),
        ("12次數", "次數", "12"),
        (" 12 次數 ", "次數", "12"),
        ("12", "次數", "12"),
        ("12 m²", "m²", "12"),
        ("１２．５", "", "12.5"),
        ("１，５４５，４８０", "", "1545480"),
        ("-5", "", "-5"),
        ("－５", "", "-5"),
        ("\u22125", "", "-5"),
        ("0", "", "0"),
        ("-0.00", "", "0"),
        (".5", "", "0.5"),
        ("007", "", "7"),
        ("1.500000", "", "1.5"),
        ("0.0001", "", "0.0001"),
        ("\u202d93.48\u202c", "", "93.48"),
        ("99999999999.9999", "", "99999999999.9999"),
    ],
)
def test_a_number_is_read_as_people_type_it(text, unit, expected):
    number = parse_number(text, unit=unit)
    assert isinstance(number, Decimal)
    assert str(number) == expected


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\t\n", "\ufeff", None])
def test_a_blank_is_no_number_and_never_zero(text):
    assert parse_number(text) is None
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("1,5", "", "「1,5」的千分位逗號位置不對"),
        ("1545,480", "", "千分位"),
        ("154,5480", "", "千分位"),
        ("0,123", "", "千分位"),
        ("1,545,", "", "千分位"),
        (",5", "", "千分位"),
        ("1.5,000", "", "千分位"),
        ("1.2.3", "", "「1.2.3」的小數點寫法不對"),
        ("5.", "", "小數點"),
        ("275件", "%", "「275件」的數字後面是「件」，不是這一項的單位「%」"),
        ("100%", "", "「100%」的數字後面還有「%」"),
        ("100%", "次數", "不是這一項的單位「次數」"),
        ("12%%", "%", "「%%」"),
        ("1e5", "", "「e5」"),
        ("1E+5", "%", "「E+5」"),
        ("10²", "", "「²」"),
        ("5½", "", "「½」"),
        ("1 545 480", "", "「545480」"),
        ("5-", "", "「-」"),
        ("100\n(已完成)", "", "「(已完成)」"),
        ("未統計", "", "「未統計」不是數字"),
        ("—", "", "不是數字"),
        ("%", "%", "不是數字"),
        ("①", "", "不是數字"),
        ("-", "", "不是數字"),
        (".", "", "不是數字"),
        ("+5", "", "不是數字"),
        ("--5", "", "不是數字"),
        ("NaN", "", "不是數字"),
        ("Infinity", "", "不是數字"),
        ("٣", "", "不是數字"),
        ("1.23456", "", "有 5 位小數"),
        ("100000000000", "", "太大"),
        pytest.param("9" * 5000, "", "太大", id="5000 digits"),
    ],
)
def test_what_is_no_certain_number_is_refused_with_what_was_read(text, unit, told):
    with pytest.raises(NumberError) as refusal:
        parse_number(text, unit=unit)
    assert told in str(refusal.value)
    assert len(str(refusal.value)) < 120


@given(texts, st.sampled_from(["", "%", "次數", "元", "²"]))
@example("\x00\ud800", "")
@example("9" * 5000, "")
def test_no_text_makes_the_reading_of_a_number_fail_otherwise(text, unit):
    try:
        number = parse_number(text, unit=unit)
    except NumberError as refusal:
        assert str(refusal).isprintable()
    else:
        assert number is None or (number.is_finite() and abs(number) <= LARGEST and number == round(number, 4))


@given(figures, st.sampled_from(["", "%", "次數"]))
def test_a_figure_shown_reads_back_as_itself(number, unit):
    for shown in (plain(number), grouped(number), grouped(number).translate(FULL_WIDTH)):
        assert parse_number(shown, unit=unit) == number
        assert parse_number(f"{shown} {unit}", unit=unit) == number


# Amounts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("-0", 0),
        ("100,017,217", 100017217),
        ("11740000元", 11740000),
        ("11,740,000 元", 11740000),
        ("１１７４００００", 11740000),
        ("100.00", 100),
        ("1,000,000,000,000,000", 10**15),
    ],
)
def test_an_amount_is_whole_dollars(text, expected):
    amount = parse_amount(text)
    assert (amount, type(amount)) == (expected, int)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-1", "「-1」是負數"),
        ("0.5", "不是整數"),
        ("1000000000000001", "太大"),
        pytest.param("9" * 5000, "太大", id="5000 digits"),
        ("5千元", "「千元」"),
        ("5%", "不是這一項的單位「元」"),
        ("元", "不是數字"),
        ("1,5", "千分位"),
    ],
)
def test_what_is_no_amount_is_refused_with_what_was_read(text, told):
    with pytest.raises(NumberError) as refusal:
        parse_amount(text)
    assert told in str(refusal.value)


@given(texts)
@example("9" * 5000)
def test_no_text_makes_the_reading_of_an_amount_fail_otherwise(text):
    try:
        amount = parse_amount(text)
    except NumberError:
        pass
    else:
        assert amount is None or 0 <= amount <= 10**15


@given(st.integers(0, 10**15))
def test_an_amount_shown_reads_back_as_itself(amount):
    assert parse_amount(f"{amount:,} 元") == amount
