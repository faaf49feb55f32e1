"""Addresses as logs may keep them: the token of a link that opens an account is a secret."""


def without_tokens(text, match):
    """The text with the tokens of the address left out. match: the request's resolver_match, None where there is none.

    The tokens of files are UUIDs, which open nothing by themselves and stay.
    """
    for name, value in match.kwargs.items() if match else ():
        if name == "token" and isinstance(value, str):
            text = text.replace(value, "…")
    return text
