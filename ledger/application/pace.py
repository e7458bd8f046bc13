"""How many lines a transaction should take: more while they go fast, fewer when they hold others up."""

from typing import Final

_FIRST: Final = 1000
_LEAST: Final = 125
_MOST: Final = 4000
_QUICK_SECONDS: Final = 0.2
_SLOW_SECONDS: Final = 1.0


class Pace:
    """The size of the next batch, in lines: fixed, or adapted to how long the last ones took."""

    def __init__(self, fixed: int | None = None) -> None:
        self.size = _FIRST if fixed is None else fixed
        self._fixed = fixed is not None

    def note(self, lines: int, seconds: float) -> None:
        """A batch of so many lines took so long. Only full batches say something about the size."""
        if self._fixed or lines < self.size:
            return
        if seconds < _QUICK_SECONDS:
            self.size = min(self.size * 2, _MOST)
        elif seconds > _SLOW_SECONDS:
            self.size = max(self.size // 2, _LEAST)
