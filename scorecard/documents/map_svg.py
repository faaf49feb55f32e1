"""The strategy map as a file of its own."""

from django.template.loader import render_to_string


def map_svg(drawn):
    """UTF-8. drawn: from build_strategy_map()."""
    # Some programs tell a file's type by its first characters.
    return render_to_string("_drawings/strategy_map.svg", {"map": drawn}).lstrip().encode()
