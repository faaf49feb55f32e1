"""Texts of a form, compared and checked."""


def without_spaces(text):
    """The text without any white space: narrow columns break Chinese words anywhere."""
    return "".join(text.split())


def validated_name(messages, place, what, text, longest):
    """The text; with an error where it is longer than can be kept."""
    if len(text) > longest:
        messages.error(place, f"{what}有 {len(text)} 個字，最多 {longest} 個；請縮短。", found=text)
    return text
