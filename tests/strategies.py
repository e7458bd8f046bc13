"""Random histories of a small town: command lines, and the answers the contract gives to them.

What happens is made up by `tests/properties/story.py` and the modules it names; the answers are worked out by
`clerk.py` there.
"""

import random
from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st

from tests.properties import account_happenings as accounts
from tests.properties import bill_happenings as bills
from tests.properties import family_happenings as families
from tests.properties.clerk import Answer, Clerk
from tests.properties.story import BORN, PEOPLE, STEPS, Obj, Story, line_of

Happening = Callable[[Story], None]

MANY = settings(max_examples=min(5 * settings().max_examples, 4000))
"""For properties that see every rule at once."""

HALF = settings(max_examples=settings().max_examples // 2)
"""For properties that run each history more than once."""


class History:
    """Commands in file order, the answer the contract gives to each, and the clerk who worked them out."""

    def __init__(self, commands: list[Obj], answers: list[Answer], clerk: Clerk) -> None:
        self.commands = commands
        self.answers = answers
        self.clerk = clerk

    @property
    def lines(self) -> list[bytes]:
        return [line_of(command) for command in self.commands]

    def __repr__(self) -> str:
        """A failing history can be pasted into a file and applied."""
        return "\n" + "\n".join(line.decode() for line in self.lines)


# What happens how often; in each town some of it happens more often still.
WEIGHTS: dict[Happening, int] = {
    bills.charge: 12, bills.hold: 7, bills.capture: 4, bills.release: 3, bills.refund: 6,
    bills.pay_premium: 2, bills.quote: 2, bills.record: 5,
    accounts.credit: 4, accounts.adjust: 2, accounts.close_year: 2, accounts.set_status: 2,
    accounts.transfer: 1, accounts.again: 4, accounts.stranger: 1,
    families.bind: 4, families.review: 3, families.unbind: 2, families.reorder: 3, families.set_limit: 3,
    families.grant_quota: 3, families.release_quota: 1,
}  # fmt: skip
EVENTS = [happening for happening, weight in WEIGHTS.items() for _ in range(weight)]


@st.composite
def histories(draw: st.DrawFn, most: int = 60, last: Happening | None = None) -> History:
    """A town is founded, then up to `most` things happen, and `last` at the end.

    All of it follows from one seed: drawn number by number, five histories in six would repeat parts of
    another. A failing history is cut off where it first fails.
    """
    seed = draw(st.integers(0, 2**32 - 1))
    happenings = draw(st.sampled_from(range(most + 1)))
    story = Story(random.Random(seed).randint)
    found(story)
    theme = [story.pick(list(WEIGHTS)) for _ in range(4)]
    for _ in range(happenings):
        story.now += timedelta(minutes=story.pick(STEPS))
        story.pick(theme if story.chance(50) else EVENTS)(story)
    if last is not None:
        last(story)
    return History(story.commands, story.answers, story.clerk)


def found(story: Story) -> None:
    """Accounts, some money, and a family for LIN."""
    for person in PEOPLE:
        insurance = "resident" if person == "LIN" and story.chance(50) else "employee"
        born: Obj = {"born": story.pick(BORN)} if story.chance(60) else {}
        story.say(
            "open_account", account=person, region=story.pick(story.regions), insurance=insurance, **born
        )
        for bucket in ("current", "carried"):
            if insurance == "employee" and story.chance(80):
                story.say("credit", account=person, amount_fen=story.fen(400), bucket=bucket)
    for binder in PEOPLE[1:4]:
        families.bind(story, binder, "LIN")
