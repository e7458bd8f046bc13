"""Files of the other side, taken in once, however often and in however many pieces they come.

Which rows are the same, and how many of them count, says `files.identity`; the files of the period before are
looked at, too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

from ledger.application.noting import Known, ToWrite, note
from ledger.events.periods import FileTaken, PeriodListed, PeriodOpened
from ledger.events.reconciliation import Sums
from ledger.ids import periods_stream, without_citizen_ids
from ledger.reconciliation.files.identity import added, after, taken_from
from ledger.reconciliation.matching.board import money_there
from ledger.reconciliation.office import Book, Moved, Office, book_of, stamp, stream_of
from ledger.reconciliation.periods import Period, PeriodKey, place
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.rows import Theirs

_TRIES: Final = 8


class GivenFile(NamedTuple):
    """A file as it was read: `file` is the SHA-256 of its bytes, `rows_digest` of its rows in any order."""

    file: str
    name: str
    profile: str
    profile_digest: str
    rows_digest: str
    rows: Sequence[Theirs]


class Taken(NamedTuple):
    """What became of a file. `new` are the sums of rows that were not there before; a `known` file was taken
    before and changes nothing; `late_for` is the signed period it was sent for."""

    period: PeriodKey
    outcome: Literal["taken", "known"]
    sums: Sums
    new: Sums
    late_for: PeriodKey | None = None


def take_file(office: Office, key: PeriodKey, given: GivenFile) -> Taken:
    """Take a file in for a period, which is begun if it is new. Sent for a signed one it goes into the next.
    A citizen-ID number in its name is blotted out.

    Raises `Refused`: `period_overlaps`, `period_out_of_order`, `period_signed` (and no later one is
    open yet); `StoreUnavailable`, `Busy`.
    """
    office.store.keep(given.file, given.rows)
    for _ in range(_TRIES):
        book = office.periods(key.party)
        target, late_for = _target(book, key)
        known = next((p for p in book.periods.values() if _has(p, given.file)), None)
        if known is not None:
            return Taken(known.key, "known", _sums(given.rows), Sums(), late_for)
        fresh = _sums(added(_seen(office, book, target), given.rows))
        taken = Taken(target, "taken", _sums(given.rows), fresh, late_for)
        try:
            _write(office, book, taken, given)
        except Moved:
            continue
        return taken
    raise Refused("files_changed")


def rows_of(office: Office, book: Book, key: PeriodKey) -> list[Theirs]:
    """The rows of a period: of each file those that no file before it brought, in order."""
    before = book.before(key)
    earlier = () if before is None else before.files
    seen = taken_from(list(office.store.rows(file.file, file.name)) for file in earlier)
    rows: list[Theirs] = []
    for file in book.get(key).files:
        mine = list(office.store.rows(file.file, file.name))
        rows += added(seen, mine)
        seen = after(seen, mine)
    return rows


def _seen(office: Office, book: Book, key: PeriodKey) -> Counter[str]:
    """For each row, how often it was taken, of the files of a period and of the one before it."""
    both = (book.before(key), book.periods.get(key))
    files = [file for period in both if period is not None for file in period.files]
    return taken_from(list(office.store.rows(file.file, file.name)) for file in files)


def _sums(rows: Iterable[Theirs]) -> Sums:
    count = total = fund = account = 0
    for row in rows:
        amounts = money_there(row)
        count += 1
        total += amounts.total_fen
        fund += amounts.fund_fen
        account += amounts.account_fen
    return Sums(rows=count, total_fen=total, fund_fen=fund, account_fen=account)


def _target(book: Book, key: PeriodKey) -> tuple[PeriodKey, PeriodKey | None]:
    """Where a file for a period goes, and the signed period it is late for."""
    period = book.periods.get(key)
    if period is None or period.signed is None:
        return key, None
    later = book.open_after(key)
    if later is None:
        raise Refused("period_signed", period=key)
    return later.key, key


def _has(period: Period, file: str) -> bool:
    return any(taken.file == file for taken in period.files)


def _write(office: Office, book: Book, taken: Taken, given: GivenFile) -> None:
    key = taken.period
    streams = {*book.streams, stream_of(key)}

    def decide(known: Known) -> ToWrite:
        now = book_of(key.party, {periods_stream(key.party): (), **known})
        if now != book:
            raise Moved("a file was taken meanwhile; run it again", "期间已收其他文件；请重新运行")
        head = stamp(f"{key}.{given.file[:16]}", office.clock(), office.actor())
        event = FileTaken(
            **head,
            file=given.file,
            name=without_citizen_ids(given.name),
            profile=given.profile,
            profile_digest=given.profile_digest,
            rows_digest=given.rows_digest,
            sums=taken.sums,
            new=taken.new,
            late_for=None if taken.late_for is None else str(taken.late_for),
        )
        return (*begun(now, key, head), (stream_of(key), event))

    note(office.ledger.log, streams, decide, alone=True)


def begun(book: Book, key: PeriodKey, head: dict[str, Any]) -> ToWrite:
    """The opening of a period, if it is new. Raises `Refused`: `period_overlaps`, `period_out_of_order`."""
    if key in book.periods:
        return ()
    after = place(key, list(book.periods))
    days: dict[str, Any] = {"first": key.first.isoformat(), "last": key.last.isoformat()}
    opened = PeriodOpened(**head, party=key.party, after=None if after is None else str(after), **days)
    return ((stream_of(key), opened), (periods_stream(key.party), PeriodListed(**head, **days)))
