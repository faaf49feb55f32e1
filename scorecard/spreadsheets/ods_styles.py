"""The styles of an OpenDocument spreadsheet that change what is read: hidden sheets, struck out and raised text."""

from scorecard.spreadsheets.rich_text import Mark
from scorecard.spreadsheets.xml_events import Attributes, local


class StyleReader:
    """Handles the elements of styles in styles.xml and content.xml. hidden: names of the styles of hidden sheets."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self._name = ""
        self._parents: dict[str, str] = {}
        # {name: its own mark, None where it says that there is none}
        self._marks: dict[str, Mark | None] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "style":
            found = local(attributes)
            self._name = found.get("name", "")
            self._parents[self._name] = found.get("parent-style-name", "")
        elif tag == "text-properties":
            self._take(local(attributes))
        elif tag == "table-properties" and local(attributes).get("display") == "false":
            self.hidden.add(self._name)

    def _take(self, found: dict[str, str]) -> None:
        line = found.get("text-line-through-style") or found.get("text-line-through-type")
        if line:
            self._marks[self._name] = Mark.STRUCK if line != "none" else None
        height = found.get("text-position", "").partition(" ")[0]
        if height and self._marks.get(self._name) is None:
            is_lowered = height == "sub" or height.startswith("-")
            is_even = not height.strip("0.%")
            self._marks[self._name] = None if is_even else Mark.LOWERED if is_lowered else Mark.RAISED

    def mark(self, name: str) -> Mark | None:
        """The mark of a style or of one that it is made from."""
        for _ in range(10):
            if not name:
                return None
            if name in self._marks:
                return self._marks[name]
            name = self._parents.get(name, "")
        return None
