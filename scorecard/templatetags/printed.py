"""What printed pages say of a scorecard as a whole."""

from django import template

register = template.Library()


@register.filter
def purpose(scorecard):
    """(heading, text) of vision, mission and core values, those that the plan has."""
    texts = (
        ("願景", scorecard.vision),
        ("使命", "、".join(scorecard.mission)),
        ("核心價值", "、".join(scorecard.core_values)),
    )
    return tuple((heading, text) for heading, text in texts if text)


@register.filter
def foot_text(scorecard):
    """What the foot of every page says of the data: 「資料版本 12　含尚未審核數值　草稿」; of a copy 「非正式版本」."""
    parts = [f"資料版本 {scorecard.data_version}"]
    if scorecard.include_provisional:
        parts.append("含尚未審核數值")
    if scorecard.mark:
        parts.append(scorecard.mark)
    return "　".join(parts)
