"""Random histories of a small town: command lines, and the answers the contract gives to them.

What happens is made up in `tests/properties/story.py`; the answers are worked out in `clerk.py` there.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.properties.clerk import Answer, Clerk
from tests.properties.story import Story, line_of

HALF = settings(max_examples=settings().max_examples // 2)
"""For properties that run each history more than once."""


class History:
    """Commands in file order, the answer the contract gives to each, and the clerk who worked them out."""

    def __init__(self, commands: list[dict[str, Any]], answers: list[Answer], clerk: Clerk) -> None:
        self.commands = commands
        self.answers = answers
        self.clerk = clerk

    @property
    def lines(self) -> list[bytes]:
        return [line_of(command) for command in self.commands]

    def __repr__(self) -> str:
        """A failing history can be pasted into a file and applied."""
        return "\n" + "\n".join(line.decode() for line in self.lines)


@st.composite
def histories(
    draw: st.DrawFn, max_commands: int = 40, last: Callable[[Story], None] | None = None
) -> History:
    """A town is founded, then lives on for up to `max_commands` commands; `last` happens at the end."""
    story = Story(draw)
    story.found()
    for _ in range(draw(st.integers(0, max_commands))):
        story.go_on()
    if last is not None:
        last(story)
    return History(story.commands, story.answers, story.clerk)
