"""Plans for the tests of the strategy map's geometry: generated ones, the Secretariat's real one, and measuring."""

from hypothesis import strategies as st

from scorecard.drawing.map_layout import Arrow, Card, Column, Row

SECRETARIAT_THEMES = (
    ("A", "優化職舍環境", "總務組"),
    ("B", "推動城市交流", "國際事務組"),
    ("C", "活化辦公場域", "公管中心"),
    ("D", "優化文檔效能", "文書組"),
    ("E", "強化府會和諧", "機要組"),
    ("F", "精進陳情服務", "市民服務組"),
    ("G", "強化市政透明", "媒體事務組"),
    ("H", "提升文書效率", "視察及動員組"),
)
SECRETARIAT_PERSPECTIVES = (("C", "顧客"), ("P", "內部流程"), ("L", "學習成長"), ("F", "財務"))
SECRETARIAT_OBJECTIVES = """
AC1 提高員工職舍配住率、BC1 提升本市國際知曉度、CC1 建構優質，便捷辦公場域、DC1 提升文檔業務公文處理效率
EC1 落實議員服務案件登錄、FC1 重視民眾陳情案件、GC1 加強市民對政策知曉度及強化市政行銷、HC1 提升公文處理效率
AP1 強化經管職舍環境管理、BP1 深化國際及兩岸交流、CP1 市政大樓空間調整重置、DP1 完善文檔作業規範
DP2 發展整合式文檔新系統、EP1 及時協助解決府會最新狀況、FP1 迅速回應陳情事件、GP1 建置輿情資訊整合暨預警系統
HP1 強化文書處理品質、AL1 建立各職舍管理機關聯絡網、BL1 活化本府國際人才、CL1 完善服務設施管理訓練
DL1 強化文檔職能教育訓練、EL1 加強機關聯絡員密切橫向聯繫及協調、FL1 強化專業職能訓練
GL1 強化新聞聯繫人橫向聯絡機制、GL2 辦理新聞聯絡人資訊軟體應用能力訓練、HL1 增進文書處理能力
AF1 修繕及養護經管職舍環境、BF1 鼓勵民間參與城市外交、CF1 發揮大樓空間改造效益、DF1 建立少紙化文書處理機制
EF1 運用通訊軟體傳遞資訊、FF1 善用網路資源、GF1 運用現有資源加強市政行銷、HF1 建立文書規範宣導電子化
"""
# Drawn examples; the source names no links.
SECRETARIAT_LINKS = """
AP1>AC1 BP1>BC1 CP1>CC1 DP1>DC1 DP2>DP1 EP1>EC1 FP1>FC1 GP1>GC1 HP1>HC1 AL1>AP1 BL1>BP1 CL1>CP1 DL1>DP1 DL1>DP2
EL1>EP1 FL1>FP1 GL1>GP1 GL2>GC1 HL1>HP1 AF1>AL1 BF1>BP1 CF1>CP1 DF1>DP2 DF1>DC1 EF1>EP1 FF1>FP1 GF1>GC1 HF1>HP1
HP1>DC1 GP1>FC1 DP2>HC1
"""

CHINESE = "提升公文處理效率，及國際（都市）交流「資訊」系統、與市民服務；一二三"
NAMES = st.one_of(
    st.text(alphabet=CHINESE, max_size=200),
    st.text(alphabet=CHINESE, min_size=2, max_size=20),
    st.text(alphabet="abc DEFGhijklmMW, 105.%-(UCLG)", max_size=200),
    st.text(alphabet="👨‍👩‍👧🇹🇼❤️字a😀 ", max_size=40),
    st.text(max_size=60),
)
SHORT_NAMES = st.one_of(st.text(alphabet=CHINESE, max_size=12), NAMES)


def secretariat(links: str = SECRETARIAT_LINKS) -> dict:
    """The Secretariat's map as arguments of lay_out."""
    objectives = [item.split(" ") for item in SECRETARIAT_OBJECTIVES.replace("\n", "、").split("、") if item]
    return {
        "columns": [Column(*theme) for theme in SECRETARIAT_THEMES],
        "rows": [Row(*perspective) for perspective in SECRETARIAT_PERSPECTIVES],
        "cards": [Card(code, name.replace("，", "、"), code[0], code[1]) for code, name in objectives],
        "arrows": [Arrow(*link.split(">")) for link in links.split()],
    }


@st.composite
def plans(draw, *, names=NAMES, max_links: int = 60) -> dict:
    """Arguments of lay_out: 1–12 themes, 2–6 perspectives, 0–4 cards a cell, links between any two cards."""
    columns = [
        Column(chr(65 + place), draw(SHORT_NAMES), draw(st.none() | SHORT_NAMES))
        for place in range(draw(st.integers(1, 12)))
    ]
    rows = [Row(str(place), draw(SHORT_NAMES)) for place in range(draw(st.integers(2, 6)))]
    # A few names for all cards: drawing one for each of up to 288 would leave no room for the links.
    pool = draw(st.lists(names, min_size=1, max_size=6))
    fullest = draw(st.integers(1, 4))
    cells = [(column.code, row.code) for row in rows for column in columns]
    depths = draw(st.lists(st.integers(0, fullest), min_size=len(cells), max_size=len(cells)))
    cards = [
        Card(f"{column}{row}{place}", pool[(number + place) % len(pool)], column, row)
        for number, ((column, row), depth) in enumerate(zip(cells, depths, strict=True))
        for place in range(depth)
    ]
    arrows = []
    if len(cards) > 1:
        ends = st.integers(0, len(cards) - 1)
        # The number is drawn first: a list of open length would nearly always be short.
        number = draw(st.integers(0, max_links))
        links = draw(st.lists(st.tuples(ends, ends), min_size=number, max_size=number))
        arrows = [
            Arrow(cards[cause].code, cards[effect].code) for cause, effect in dict.fromkeys(links) if cause != effect
        ]
    return {"columns": columns, "rows": rows, "cards": cards, "arrows": arrows}


def runs(points) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight pieces between corner points."""
    return list(zip(points, points[1:], strict=False))


def enters_box(run, box, *, slack: float = 0.05) -> bool:
    """Whether a straight piece touches the inside of a box (x, y, w, h); running along its edge does not count."""
    (x1, y1), (x2, y2) = run
    x, y, w, h = box
    return (
        max(x1, x2) > x + slack
        and min(x1, x2) < x + w - slack
        and max(y1, y2) > y + slack
        and min(y1, y2) < y + h - slack
    )


def box_of(thing) -> tuple[float, float, float, float]:
    return thing.x, thing.y, thing.w, thing.h


def shared_length(one, other) -> float:
    """How long two straight pieces lie on each other."""
    for axis, along in ((0, 1), (1, 0)):
        if all(abs(point[axis] - one[0][axis]) < 0.05 for point in (*one, *other)):
            low = max(min(one[0][along], one[1][along]), min(other[0][along], other[1][along]))
            high = min(max(one[0][along], one[1][along]), max(other[0][along], other[1][along]))
            return max(0.0, high - low)
    return 0.0
