"""How a person's name stands under what they did."""


def with_mark(name: object, is_deputy: bool) -> str:
    """「王小明」; 「王小明（代）」 where the act was a deputy's."""
    return f"{name}（代）" if is_deputy else str(name)
