"""The way of every file: digest, unpacking, lines, rows; or everything that is wrong with it, and no rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Generic, NamedTuple, TypeVar, assert_never

from ledger.ids import without_citizen_ids
from ledger.reconciliation.files.cells import day
from ledger.reconciliation.files.defects import BadLine, Refused, refused
from ledger.reconciliation.files.objects import JsonObjects
from ledger.reconciliation.files.packing import digest_of, unpacked
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.table import Batch, batches
from ledger.reconciliation.rows import Direction

Row = TypeVar("Row")


class Taken(NamedTuple, Generic[Row]):
    """A file that was read whole: its SHA-256, what it was called, its profile's name and its rows."""

    file: str
    name: str
    profile: str
    rows: Sequence[Row]


class Columns:
    """The cells of some lines by what they mean, whatever the profile calls them. Absent columns are None."""

    def __init__(self, profile: Profile, batch: Batch, file: str, name: str) -> None:
        self.profile = profile
        self.batch = batch
        self.file = file
        self.name = name

    def get(self, column: str) -> Iterable[str | None]:
        """A column as it stands."""
        return self.batch.cells[column] if column in self.batch.cells else self._nothing()

    def settlements(self) -> Iterable[str | None]:
        """Settlement ids, unless the column holds local receipt numbers."""
        return self._nothing() if self.profile.receipt_column == "setl_id" else self.get("setl_id")

    def receipts(self) -> Iterable[str | None]:
        """Local receipt numbers, from the column that the profile names."""
        if self.profile.receipt_column is not None:
            return self.get(self.profile.receipt_column)
        return self._extra("receipt")

    def messages(self) -> Iterable[str | None]:
        """Sender message ids."""
        return self.get("msgid") if "msgid" in self.batch.cells else self._extra("message")

    def days(self) -> Iterable[date | None]:
        """Days of the other side."""
        texts = self.get("day") if "day" in self.batch.cells else self._extra("day")
        known: dict[str | None, date | None] = {None: None}
        known.update((text, day(text)) for text in set(self.batch.cells.get("day") or ()) if text)
        return (known[text] if text in known else day(text or "") for text in texts)

    def memos(self) -> Iterable[str | None]:
        """What the other side says in words. A citizen-ID number in it is blotted out."""
        texts = self.get("memo") if "memo" in self.batch.cells else self._extra("text")
        if isinstance(texts, repeat) or not any(texts):
            return self._nothing()
        return (None if text is None else without_citizen_ids(text) for text in texts)

    def directed(
        self, amounts: Sequence[str], bad: list[BadLine]
    ) -> tuple[Sequence[Direction], list[Sequence[int | None]]]:
        """Each line's direction, and these amounts without their sign. A sign against it is unreadable."""
        signs = self.profile.direction
        signed = [self.batch.fen[column] for column in amounts]
        if signs is None:
            return ["forward"] * len(self.batch.lines), signed
        words: Mapping[str | None, Direction] = {signs.forward: "forward", signs.reverse: "reverse"}
        directions = [words[code] for code in self.batch.cells[signs.column]]
        if signs.reverse_amounts == "positive":
            return directions, signed
        for column, values in zip(amounts, signed, strict=True):
            bad += [
                BadLine(self.batch.lines[row], column, "sign_against_flag")
                for row, (direction, fen) in enumerate(zip(directions, values, strict=True))
                if fen and (fen < 0) is (direction == "forward")
            ]
        return directions, [[None if fen is None else abs(fen) for fen in values] for values in signed]

    def _extra(self, what: str) -> Iterable[str | None]:
        return self.get("exp_content") if self.profile.exp_content == what else self._nothing()

    def _nothing(self) -> Iterable[None]:
        return repeat(None, len(self.batch.lines))


Build = Callable[[Columns, list[BadLine]], Iterable[Row]]


def read(profile: Profile, name: str, content: bytes, build: Build[Row]) -> Taken[Row] | Refused:
    """A file by its profile. A single bad line refuses it whole."""
    file = digest_of(content)
    text = unpacked(profile, content)
    if isinstance(text, BadLine):
        return refused(file, name, [text])
    bad: list[BadLine] = []
    rows: list[Row] = []
    for batch in _batches(profile, text, bad):
        rows.extend(build(Columns(profile, batch, file, name), bad))
    return refused(file, name, bad) if bad else Taken(file, name, profile.name, rows)


def _batches(profile: Profile, text: bytes, bad: list[BadLine]) -> Iterator[Batch]:
    match profile.form:
        case "text":
            return batches(profile, text, bad)
        case "json_lines":
            return JsonObjects(profile, bad).lines(text)
        case "json":
            return JsonObjects(profile, bad).document(text)
        case _:
            assert_never(profile.form)
