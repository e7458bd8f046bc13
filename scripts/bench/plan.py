"""How much is measured, for how long, and where its files stand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

SEED: Final = 7
CLIENTS: Final = (1, 8, 64)
"""Callers at once: alone, a desk, a city at noon."""

QuestionName = Literal["balance", "debit-order", "limits", "statement"]
Form = Literal["now", "at", "position", "both"]
QUESTIONS: Final[tuple[QuestionName, ...]] = get_args(QuestionName)
FORMS: Final[tuple[Form, ...]] = get_args(Form)
"""As of now, a service time, a log position, or both."""
PEOPLE: Final = ("common", "busy")
"""A city's accounts, and those that moved ten thousand times."""


PartName = Literal[
    "queries", "proof", "vault", "files", "matching", "reconcile", "replay", "runner", "redecide"
]
PARTS: Final[tuple[PartName, ...]] = get_args(PartName)
"""What is measured beside the contenders, on logs of its own."""


def query_run(question: QuestionName, people: str, form: Form) -> str:
    """The name under which the times of a question are kept."""
    return f"queries-{question}-{people}-{form}"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of the benchmark. `folder` holds the command files and the server's data.

    `events` is the log that questions are asked about, `identities` how many people the vault holds, `lines`
    a detail file, `log_events` the log that is replayed, read and decided again, `long_events` what its
    archive is made longer to: so many events, and so many charges; `matching` how many settlements two
    sides compare.
    """

    folder: Path
    rounds: int
    charges: int
    seconds: float
    memory_charges: int
    events: int = 0
    identities: int = 0
    lines: int = 0
    log_events: int = 0
    long_events: int = 0
    matching: int = 0
    quick: bool = False

    @property
    def people(self) -> int:
        """Two charges a person, as in the figure for the writer's memory."""
        return max(self.charges // 2, 50)

    @property
    def cascade(self) -> int:
        """Charges of the heaviest kind: fewer, since each five need a family of seven."""
        return max(self.charges // 5, 50)

    @property
    def stock_accounts(self) -> int:
        """As many accounts for the stock library as the city has people, so that histories stay as short."""
        return self.people

    @property
    def natural_file(self) -> Path:
        """The city's charges in their natural mix."""
        return self.folder / "natural.jsonl"

    @property
    def cascade_file(self) -> Path:
        """Charges that three accounts pay."""
        return self.folder / "cascade.jsonl"

    @property
    def rows_file(self) -> Path:
        """The events of `natural_file` as the log stores them, in COPY's binary format."""
        return self.folder / "rows.copy"
