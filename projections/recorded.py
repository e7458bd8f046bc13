"""An event as a read model meets it, and what a read model is."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from ledger.events.envelope import Event

E_co = TypeVar("E_co", bound=Event, covariant=True)


class Recorded(NamedTuple, Generic[E_co]):
    """An event at its place: log `position` (dense from 1), `stream`, `version` in the stream (from 1)."""

    position: int
    stream: str
    version: int
    event: E_co

    @property
    def subject(self) -> str:
        """What the stream is about: the id after the stream's prefix."""
        return self.stream.partition(":")[2]


class Table(NamedTuple):
    """A table and the shape of its rows: the fields of `row` are its columns, in the same order.

    Where a row is worked out from others, `project` gives a `due` instead, and the statement `worked_out_by`
    adds the row that its fields ask for, in the same transaction, behind the rows of the tables before it.
    """

    name: str
    row: type[tuple[Any, ...]]
    due: type[tuple[Any, ...]] | None = None
    worked_out_by: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of a row."""
        return tuple(self.row.__annotations__)

    @property
    def projected(self) -> type[tuple[Any, ...]]:
        """What `project` gives for it."""
        return self.due or self.row


class Model(NamedTuple):
    """A read model: append-only tables, filled from the events it reads.

    `project` is pure: one event in, the rows it adds out. Rows are never changed, so the model as of an
    earlier position is its rows up to that position. Raise `version` when tables or `project` change: the
    tables are then made anew and filled from the log.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    reads: tuple[type[Event], ...]
    project: Callable[[Recorded[Any]], Iterable[tuple[Any, ...]]]
