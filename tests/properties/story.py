"""Someone who makes up what happens in a small town, one command after the other.

What happens stands in `family_happenings.py`, `bill_happenings.py` and `account_happenings.py`. Each command
is drawn with the town's books at hand: who is bound, which holds are open, what can still be refunded. Most
are accepted; a share goes wrong on purpose, comes late or comes again.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.properties.clerk import Answer, Clerk
from tests.properties.town import SHANGHAI

Obj = dict[str, Any]
T = TypeVar("T")
Number = Callable[[int, int], int]
"""Draws a whole number between two, both included."""

PEOPLE = ("LIN", "WEI", "MEI", "JUN", "HUA")
REVIEWED = "900500"  # where a bind waits for a review
REGIONS = ("900100", "900100", "900200", "900300", "900400", REVIEWED, "900600", "910101", "910200")
BORN = ("1950-02-28", "2010-12-01", "2020-06-01")
MED_TYPES = ("11", "11", "11", "41", "41", "21", "77", "140104")
START = datetime(2026, 12, 5, 9, 0, tzinfo=SHANGHAI)
STEPS = (0, 0, 1, 60, 60, 1440, 2880, 10_080)  # minutes between one command and the next
LATE = (0, 0, 0, 0, 60, 1440, 7200, 40_000, 15_000_000)  # minutes a command comes late


def line_of(command: Obj) -> bytes:
    return json.dumps(command, ensure_ascii=False).encode()


class Story:
    """Draws one command after the other. `now` is the town's clock; ids are numbered."""

    def __init__(self, number: Number) -> None:
        self.number = number
        self.clerk = Clerk()
        self.commands: list[Obj] = []
        self.answers: list[Answer] = []
        self.now = START
        self.regions = tuple(self.pick(REGIONS) for _ in range(3))

    # drawing -------------------------------------------------------------------------------------

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(0, len(choices) - 1)]

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) < percent

    def rarely_late(self) -> int:
        """Some minutes before now, for a command that should not be late."""
        return self.pick(LATE) if self.chance(15) else 0

    def often_late(self) -> int:
        return self.pick(LATE) if self.chance(60) else 0

    def fen(self, most: int = 150) -> int:
        return self.number(1, most)

    def tell(self, command: Obj) -> None:
        """Write a command down, with the answer it should get."""
        self.answers.append(self.clerk.answer(command))
        self.commands.append(command)

    def say(self, op: str, *, late: int = 0, **fields: Any) -> None:
        """Write a command down, as of now or some minutes late."""
        at = self.now - timedelta(minutes=late)
        zone = self.pick((SHANGHAI, SHANGHAI, None))
        by = {"by": self.pick(("window-1", "window-2"))} if op == "review" or self.chance(90) else {}
        text = at.astimezone(zone).isoformat() if zone else at.isoformat()
        self.tell({"id": f"r-{len(self.commands)}", "op": op, "at": text, **by, **fields})
