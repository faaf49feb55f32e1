"""The strategy map alone as an SVG file."""

from django.template.loader import render_to_string


def map_svg(strategy_map):
    """UTF-8. A draft's map, or a copy of a closed year's, says so across it; the map frozen with the year does not."""
    mark = strategy_map.scorecard.outside_mark
    # Some programs tell a file's type by its first characters.
    return render_to_string("_drawings/strategy_map.svg", {"map": strategy_map, "mark": mark}).lstrip().encode()
