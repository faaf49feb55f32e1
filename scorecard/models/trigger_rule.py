"""One rule that the database keeps by a trigger; models/triggers.py installs them."""

from dataclasses import dataclass

EVENTS = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Trigger:
    """One rule: before `event` on `table`, where `condition` (SQL over OLD and NEW) holds, refuse with `name`.

    The refusal reaches Django as an IntegrityError that names the rule, like any other constraint. message: what a
    reader is told; empty where forms tell it before the database is asked.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str = ""
