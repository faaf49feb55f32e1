"""Comparing and checking texts of a form."""


def without_spaces(text):
    """For comparing: narrow columns break Chinese words anywhere."""
    return "".join(text.split())


def validated_name(messages, place, what, text, longest):
    """Returns the text; adds an error if it is longer than the database allows."""
    if len(text) > longest:
        messages.error(place, f"{what}有 {len(text)} 個字，最多 {longest} 個；請縮短。", found=text)
    return text
