"""How a person's name stands under what they did."""


def with_mark(name: object, is_deputy: bool) -> str:
    """「王小明」; 「王小明（代）」 where the act was a deputy's."""
    return f"{name}（代）" if is_deputy else str(name)


# As long as the longest name of an account that the columns for kept names hold.
KEPT_NAME_LENGTH = 150


def kept_name(person: object) -> str:
    """The name that stays with an act, whatever the person is called later; "" for nobody."""
    return str(person)[:KEPT_NAME_LENGTH] if person is not None else ""
