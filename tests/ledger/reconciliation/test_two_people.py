"""Whoever proposed never approves: not by another spelling, role or account, not as an admin, not twice.

Seeded clerks try whatever they can think of, in any order; what the log holds then is checked as a whole.
"""

from collections import Counter
from random import Random
from typing import Any

import pytest

from ledger.errors import LedgerError
from ledger.events.reconciliation import (
    BreakApproved,
    BreakCorrected,
    BreakEvent,
    BreakOpened,
    BreakProposed,
    CorrectionBegun,
    Effect,
)
from ledger.reconciliation import items
from ledger.reconciliation.acting import Approve, Close, Propose, Refuse, Reopen, Wish, decide
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.people import Person, skeleton, staff_number
from ledger.reconciliation.refused import Refused
from tests.ledger.reconciliation.back_office import ADMIN, CHECKER, CLINIC, MAKER, NOW, THIRD
from tests.spec import instant

PEOPLE = {
    MAKER: Person(MAKER, listed_by=(ADMIN,)),
    CHECKER: Person(CHECKER, listed_by=(ADMIN,)),
    THIRD: Person(THIRD, admin=True, listed_by=(ADMIN,)),
    ADMIN: Person(ADMIN, admin=True),
}
IDENTITIES = {
    "lin": MAKER, "lin_admin": MAKER, "lin_night": MAKER, "mei": CHECKER, "mei_backup": CHECKER,
    "wei": THIRD, "root": ADMIN,
}  # fmt: skip
"""Database roles and accounts: several of one person are one number."""
SPELLINGS = ("{}", " {}", "{} ", "\t{}\n", "\u3000{}\u3000", "\u2003{}")
STAMP: dict[str, Any] = {"at": instant(NOW), "recorded_at": instant(NOW), "request": "r"}


def spelled(number: str, random: Random) -> str:
    """The number in upper or lower case, full width or not, with spaces around."""
    letters = number.lower() if random.random() < 0.5 else number
    if random.random() < 0.5:
        letters = "".join(chr(ord(letter) + 0xFEE0) for letter in letters)
    return random.choice(SPELLINGS).format(letters)


def opened(item: str) -> ReconciliationItem:
    event = BreakOpened(
        **STAMP, party=CLINIC, first="2026-03-01", last="2026-03-31", side="here", key=item,
        break_class="missing_there", effect=Effect(total_fen=-100_00), first_day="2026-03-10",
    )  # fmt: skip
    return items.opened(item, event)


class Attempts:
    """Two items, a crowd of identities, and everything that was ever looked at, to be sent again."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.state = {item: opened(item) for item in ("brk-a", "brk-b")}
        self.log: dict[str, list[BreakEvent]] = {item: [] for item in self.state}
        self.seen: list[tuple[int, str]] = []

    def run(self, steps: int) -> None:
        for _ in range(steps):
            item = self.random.choice(list(self.state))
            state = self.state[item]
            person = self._somebody()
            stamp = {**STAMP, "by": person.staff}
            try:
                events = decide(state, self._wish(state), person, PEOPLE.__getitem__, stamp)
            except Refused:
                continue
            self._write(item, events)
            if self.random.random() < 0.3:
                self._carry_out(item)

    def _somebody(self) -> Person:
        """Through one of the roles, or signed in under a number in some spelling; mostly the maker."""
        role = self.random.choice(["lin", "lin_admin", "lin_night", *IDENTITIES])
        return PEOPLE[staff_number(spelled(IDENTITIES[role], self.random))]

    def _wish(self, state: ReconciliationItem) -> Wish:
        match self.random.randrange(8):
            case 0 | 1:
                return self._proposal()
            case 2 | 3 if state.proposal is not None:
                return Approve(state.proposal.proposal, state.proposal.digest)
            case 4 | 5 if self.seen:
                number, digest = self.random.choice(self.seen)
                return Approve(number, digest)
            case 6 if state.proposal is not None:
                return Refuse(state.proposal.proposal, state.proposal.digest, "no")
            case 7:
                return Close() if self.random.random() < 0.5 else Reopen("not done")
            case _:
                return Approve(self.random.randrange(3), "0" * 32)

    def _proposal(self) -> Propose:
        if self.random.random() < 0.3:
            return Propose("write_off", "small")
        return Propose("refund", "twice", "S-1", self.random.choice([100_00, 200_00]))

    def _write(self, item: str, events: tuple[BreakEvent, ...]) -> None:
        for event in events:
            self.log[item].append(event)
            state = self.state[item]
            self.state[item] = items.evolve(state, state.version + 1, event)
            if isinstance(event, BreakProposed):
                self.seen.append((event.proposal, event.digest))

    def _carry_out(self, item: str) -> None:
        """What `correct` writes once the ledger has taken a correction."""
        state = self.state[item]
        proposal, approved = state.proposal, state.approved
        if state.state != "approved" or proposal is None or approved is None:
            return
        told: dict[str, Any] = {"proposal": proposal.proposal, "digest": proposal.digest}
        people: dict[str, Any] = {"maker": approved.maker, "checker": str(approved.by)}
        self._write(item, (
            CorrectionBegun(**STAMP, **told),
            BreakCorrected(**STAMP, **told, **people, action="refund", refund=f"{item}.refund"),
        ))  # fmt: skip


def check(log: list[BreakEvent]) -> Counter[str]:
    """Nobody's own proposal is approved; each approval is of what stood, and is used once."""
    standing: BreakProposed | None = None
    approved: BreakApproved | None = None
    met: Counter[str] = Counter()
    for event in log:
        met[event.topic] += 1
        match event:
            case BreakProposed():
                standing, approved = event, None
            case BreakApproved():
                assert standing is not None
                assert event.by != standing.by == event.maker
                assert ADMIN not in (event.by, event.maker) or event.by == event.maker
                assert (event.proposal, event.digest) == (standing.proposal, standing.digest)
                approved, standing = event, None
            case CorrectionBegun():
                assert approved is not None
                assert event.digest == approved.digest
                approved = None
            case _:
                pass
    assert met["BreakCorrected"] <= 1
    assert met["BreakApproved"] >= met["CorrectionBegun"]
    return met


def test_ten_thousand_sequences_and_nobody_approves_their_own() -> None:
    met: Counter[str] = Counter()
    for seed in range(10_000):
        attempts = Attempts(seed)
        attempts.run(steps=14)
        for log in attempts.log.values():
            met += check(log)
    assert met["BreakApproved"] > 2_000  # of others: the attempts do get somewhere
    assert met["BreakCorrected"] > 500
    assert met["BreakClosed"] > 500


def test_a_number_is_the_same_however_it_is_typed() -> None:
    random = Random(1)
    assert {staff_number(spelled("S001", random)) for _ in range(200)} == {"S001"}


@pytest.mark.parametrize("typed", ["", "S 1", "Ѕ1", "S1\u200b", "S1\u0301", "-S1", "S" * 33, "李"])
def test_what_is_no_number_is_not_taken_for_one(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        staff_number(typed)
    assert refused.value.code == "staff_number_malformed"


def test_numbers_that_read_alike_are_one() -> None:
    assert len({skeleton(number) for number in ("S001", "S-001", "S.0O1", "SO0I", "S_00L")}) == 1
    assert skeleton("007") == skeleton("7")
    assert skeleton("S001") != skeleton("S002")


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    refused = Refused("own_proposal", staff=MAKER)
    assert isinstance(refused, LedgerError)
    assert MAKER in refused.text("en")
    assert MAKER in refused.text("zh")
