"""How much is measured, for how long, and where its files stand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SEED: Final = 7
CLIENTS: Final = (1, 8, 64)
"""Callers at once: alone, a desk, a city at noon."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of the benchmark. `folder` holds the command files and the server's data."""

    folder: Path
    rounds: int
    charges: int
    seconds: float
    memory_charges: int
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
