"""A rule that the database enforces by a trigger; models/triggers.py installs it."""

from dataclasses import dataclass

EVENTS = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Trigger:
    """Refuse the event on the table where condition (SQL over OLD and NEW) is true.

    The refusal is an IntegrityError with the name in it, as for any other constraint. message: for users; "" where
    forms refuse before the database does.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str = ""
