"""What became known of a settlement after it was recorded (stream `facts:<settlement id>`).

A stream of its own: no decision about money rests on it, so that none is taken again because of it.
"""

from typing import ClassVar

from ledger.events.envelope import Noted


class FactsAdded(Noted, frozen=True, kw_only=True):
    """Facts of the national settlement that it lacked, by their names there; never others instead.

    `institution` is where the bill arose, if that was not told before. `file` is the SHA-256 of the file that
    told it, where one did.
    """

    topic: ClassVar[str] = "FactsAdded"
    facts: dict[str, str]
    institution: str | None = None
    file: str | None = None


FACTS_EVENTS = (FactsAdded,)
