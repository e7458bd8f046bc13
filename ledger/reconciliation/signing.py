"""The signature under a period: proposed by one person, given by another, every fen explained."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ledger.application.noting import Known, ToWrite, note
from ledger.events.periods import NamedRest, PeriodSigned, SignOffProposed, SignOffRefused, Statement
from ledger.ids import break_stream, periods_stream
from ledger.reconciliation.acting import checked_text
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.office import Book, Moved, Office, book_of, item_of, stamp, stream_of
from ledger.reconciliation.periods import Period, PeriodKey, check_decidable, check_open
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.statement import (
    check_explained,
    closing,
    draw_up,
    statement_digest,
    still_open,
)

_TRIES: Final = 8
Decide = Callable[[Book, dict[str, ReconciliationItem]], ToWrite]


class SignOff(NamedTuple):
    """A sheet that waits for a signature, or has it: the proposal, its digest, and where it stands."""

    period: Period
    proposal: int
    digest: str
    statement: Statement


def sheet(office: Office, key: PeriodKey, rest: Sequence[NamedRest]) -> Statement:
    """The sheet as it is now; once signed, as it was signed. Raises `Refused`: `period_not_found`,
    `not_matched`, `previous_not_signed`."""
    book = office.periods(key.party)
    period = book.get(key)
    if period.signed is not None:
        return period.signed.statement
    named = rest or (() if period.proposal is None else period.proposal.rest)
    return _drawn(office, book, key, office.items(_on_the_sheet(book, key)), named)


def propose(office: Office, key: PeriodKey, rest: Sequence[NamedRest]) -> SignOff:
    """Ask for a signature. Raises `Refused`: as `sheet`, `period_signed`, `not_explained`."""
    for part in rest:
        checked_text("rest", part.reason)

    def decide(book: Book, items: dict[str, ReconciliationItem]) -> ToWrite:
        period, maker = book.get(key), office.people().present()
        statement = _drawn(office, book, key, items, rest)
        check_explained(statement)
        number = period.proposals + 1
        head = stamp(f"{key}.sign.{number}", office.clock(), maker.staff)
        event = SignOffProposed(**head, proposal=number, digest=statement_digest(statement), rest=tuple(rest))
        return ((stream_of(key), event),)

    _write(office, key, decide)
    return _standing(office, key)


def sign(office: Office, key: PeriodKey, proposal: int, digest: str) -> SignOff:
    """Sign a sheet that is still as it was proposed. Raises `Refused`: as `propose`, `nothing_proposed`,
    `stale_proposal` (it changed since), `own_proposal`, `enlisted_by_each_other`."""

    def decide(book: Book, items: dict[str, ReconciliationItem]) -> ToWrite:
        period, people = book.get(key), office.people()
        checker = people.present()
        proposed = check_decidable(period, proposal, digest, checker, people.person)
        statement = _drawn(office, book, key, items, proposed.rest)
        check_explained(statement)
        if statement_digest(statement) != digest:
            raise Refused("stale_proposal", proposal=proposal)
        event = PeriodSigned(
            **stamp(f"{key}.sign.{proposal}", office.clock(), checker.staff),
            proposal=proposal,
            digest=digest,
            maker=str(proposed.by),
            position=office.ledger.log.end(),
            statement=statement,
            open_items=still_open((*statement.carried, *statement.items, *statement.settled)),
        )
        return ((stream_of(key), event),)

    _write(office, key, decide)
    return _standing(office, key)


def refuse(office: Office, key: PeriodKey, proposal: int, digest: str, reason: str) -> Period:
    """Do not sign. Raises `Refused` as `sign` does."""
    checked_text("reason", reason)

    def decide(book: Book, _: dict[str, ReconciliationItem]) -> ToWrite:
        people = office.people()
        checker = people.present()
        proposed = check_decidable(book.get(key), proposal, digest, checker, people.person)
        head = stamp(f"{key}.sign.{proposal}", office.clock(), checker.staff)
        event = SignOffRefused(**head, proposal=proposal, maker=str(proposed.by), reason=reason)
        return ((stream_of(key), event),)

    _write(office, key, decide)
    return office.periods(key.party).get(key)


def _write(office: Office, key: PeriodKey, decide: Decide) -> None:
    """Decide on what stands in the transaction that writes: periods and every item of the sheet."""
    for _ in range(_TRIES):
        book = office.periods(key.party)
        wanted = _on_the_sheet(book, key)
        streams = {*book.streams, stream_of(key), *map(break_stream, wanted)}

        def decided(known: Known, wanted: tuple[str, ...] = wanted) -> ToWrite:
            now = book_of(key.party, {periods_stream(key.party): (), **known})
            check_open(now.get(key))
            if _on_the_sheet(now, key) != wanted:
                raise Moved("something was decided meanwhile; run it again", "期间已有其他处理；请重新运行")
            return decide(now, {item: item_of(item, known) for item in wanted})

        try:
            note(office.ledger.log, streams, decided, alone=True)
        except Moved:
            continue
        return
    raise Refused("files_changed")


def _on_the_sheet(book: Book, key: PeriodKey) -> tuple[str, ...]:
    carried = closing(book.before(key)).open_items
    return tuple(dict.fromkeys((*carried, *book.get(key).breaks)))


def _drawn(
    office: Office,
    book: Book,
    key: PeriodKey,
    items: dict[str, ReconciliationItem],
    rest: Sequence[NamedRest],
) -> Statement:
    return draw_up(book.get(key), book.before(key), items, rest, office.today(), office.workdays)


def _standing(office: Office, key: PeriodKey) -> SignOff:
    period = office.periods(key.party).get(key)
    if period.signed is not None:
        return SignOff(period, period.signed.proposal, period.signed.digest, period.signed.statement)
    assert period.proposal is not None, "it was written just now"
    statement = sheet(office, key, period.proposal.rest)
    return SignOff(period, period.proposal.proposal, period.proposal.digest, statement)
