"""Given / when / then on a ledger in memory: commands go in as lines, answers and events come out whole.

    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00))
    spec.when(charge(LIN, 320_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 120_00), cash_fen=150_00))

Amounts are fen written as yuan and fen: `320_00` is 320 yuan. A command without `id`, `at`, `settlement` or
`refund` gets one. Whatever a command is answered, `when` also checks what every answer promises: a refusal
moves nothing, a repeat has no second effect, and every event carries its command's stamp.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.fold import State, empty, fold
from ledger.aggregates.personal_account import PersonalAccount
from ledger.application import Ledger
from ledger.commands.parsing import parse
from ledger.events.account import BindingSlotFreed, QuotaReleased
from ledger.events.envelope import Event, StreamEvent
from ledger.events.family import Unbound
from ledger.ids import account_stream, family_stream
from ledger.persistence.memory import MemoryLog

Command = Mapping[str, Any]

TODAY: Final = "2026-03-10T10:00:00+08:00"
"""When things happen, unless a command says otherwise."""
NOW: Final = "2027-06-30T12:00:00+08:00"
"""When things are recorded: later than everything that happens here."""

_NEEDS_SETTLEMENT: Final = ("charge", "hold", "pay_premium", "record")
_MAY_BE_LATER: Final = (Unbound, BindingSlotFreed, QuotaReleased)
"""The end of a binding by a closing or transfer: no earlier than its family's last change."""


class Outcome(NamedTuple):
    """The part of an answer that rules decide."""

    status: str
    code: str | None
    result: Mapping[str, Any]


class Leg(NamedTuple):
    """What one payer pays out of one bucket; rank 0 is the own account, none somebody who was not bound."""

    payer: str
    rank: int | None
    bucket: str
    amount_fen: int


# What to expect -----------------------------------------------------------------------------------------


def accepted(**result: Any) -> Outcome:
    """Accepted with this whole result."""
    return Outcome("accepted", None, result)


def rejected(code: str, **figures: Any) -> Outcome:
    """Rejected with this code and these figures, and no others."""
    return Outcome("rejected", code, figures)


def repeated(outcome: Outcome) -> Outcome:
    """The first answer again, as a duplicate."""
    return outcome._replace(status="duplicate")


MALFORMED: Final = Outcome("malformed", "malformed", {})


def own(payer: str, amount_fen: int, bucket: str = "current") -> Leg:
    """A leg of the beneficiary's own account."""
    return Leg(payer, 0, bucket, amount_fen)


def by(payer: str, rank: int, amount_fen: int, bucket: str = "current") -> Leg:
    """A leg of the binder at a rank."""
    return Leg(payer, rank, bucket, amount_fen)


def paid(*legs: Leg, cash_fen: int = 0, service_class: str = "outpatient") -> Outcome:
    """Accepted with exactly these legs, in this order, and the sums that follow from them."""
    own_fen = sum(leg.amount_fen for leg in legs if leg.rank == 0)
    return accepted(
        legs=[leg._asdict() for leg in legs],
        own_fen=own_fen,
        shared_fen=sum(leg.amount_fen for leg in legs) - own_fen,
        cash_fen=cash_fen,
        **{"class": service_class},
        review=service_class == "unknown",
    )


def restored(*parts: tuple[str, str, int], cash_fen: int = 0, refundable_fen: int = 0) -> Outcome:
    """Accepted refund: `(payer, bucket, amount)` in order of return."""
    entries = [{"payer": payer, "bucket": bucket, "amount_fen": fen} for payer, bucket, fen in parts]
    return accepted(restored=entries, cash_fen=cash_fen, refundable_fen=refundable_fen)


# The ledger under test ----------------------------------------------------------------------------------


class Spec:
    """One ledger in memory with a clock that stands still until a test moves it (`now`)."""

    def __init__(self, *policies: Path, now: str = NOW) -> None:
        self.now = now
        self.ledger = Ledger.in_memory(policies, clock=lambda: instant(self.now))
        self.answer: dict[str, Any] = {}
        self.command: Command = {}
        self.lines = 0
        self._before = 0

    def given(self, *commands: Command) -> None:
        """What has happened before: every command must be accepted."""
        for command in commands:
            self.when(command)
            assert self.outcome.status == "accepted", f"{self.command} was answered {self.answer}"

    def when(self, command: Command) -> Outcome:
        """Send one command; its answer, and its events, are looked at by `then` and `then_recorded`."""
        self.lines += 1
        self.command = {**_defaults(command, self.lines), **command}
        return self._send(orjson.dumps(self.command))

    def when_line(self, line: bytes) -> Outcome:
        """Send one line as it stands."""
        self.lines += 1
        self.command = {}
        return self._send(line)

    def again(self, **changes: Any) -> Outcome:
        """Send the last command once more, with some fields changed (`None` leaves a field out)."""
        changed = {**self.command, **changes}
        return self.when({name: value for name, value in changed.items() if value is not None})

    @property
    def outcome(self) -> Outcome:
        """The last answer's status, code and result."""
        return Outcome(self.answer["status"], self.answer["code"], self.answer["result"])

    def then(self, expected: Outcome) -> None:
        """The last command was answered exactly this."""
        assert self.outcome == expected, f"{self.command}\n  was answered {self.answer}\n  and not {expected}"

    def refuses(self, command: Command, code: str, **figures: Any) -> None:
        """Send one command; it is rejected with this code and exactly these figures."""
        self.when(command)
        self.then(rejected(code, **figures))

    # What was recorded --------------------------------------------------------------------------------

    @property
    def log(self) -> Sequence[StreamEvent]:
        """Every event so far, in recorded order."""
        assert isinstance(self.ledger.log, MemoryLog)
        return self.ledger.log.events

    @property
    def new_events(self) -> list[tuple[str, Event]]:
        """What the last command recorded: stream and event; a pack's first use aside."""
        new = self.log[self._before :]
        return [(e.originator_id, e.event) for e in new if e.originator_id != "policies"]

    def then_recorded(self, *expected: tuple[str, type[Event], dict[str, Any]]) -> None:
        """The last command recorded exactly these events: stream, class, and every field but the stamp."""
        stamp = {
            "at": instant(self.command["at"]),
            "recorded_at": instant(self.now),
            "request": self.command["id"],
            "by": self.command.get("by"),
        }
        wanted = [(stream, msgspec.convert({**stamp, **fields}, cls)) for stream, cls, fields in expected]
        assert self.new_events == wanted, f"recorded {self.new_events}\n  and not {wanted}"

    def digest(self, command: Command | None = None) -> str:
        """The digest of a command's content (32 hex digits): that of the last one unless told."""
        return parse(orjson.dumps(dict(command or self.command))).digest().hex()

    def policy(self, name: str = "national-2026") -> dict[str, str]:
        """A pack's name and digest, as decisions carry them."""
        pack = self.ledger.catalogue.by_name(name)
        assert pack is not None
        return {"policy": name, "policy_digest": pack.digest}

    # What follows from it -----------------------------------------------------------------------------

    def account(self, account: str) -> PersonalAccount:
        """A person's account, folded from its events."""
        state = self._folded(account_stream(account))
        assert isinstance(state, PersonalAccount)
        return state

    def family(self, beneficiary: str) -> FamilyGroup:
        """A beneficiary's family, folded from its events."""
        state = self._folded(family_stream(beneficiary))
        assert isinstance(state, FamilyGroup)
        return state

    def order(self, beneficiary: str) -> list[str]:
        """The present binders in debit order."""
        return [ranked.binder for ranked in self.family(beneficiary).order]

    def used(self, beneficiary: str, year: int = 2026) -> dict[str, int]:
        """What each binder's limits have used up for a beneficiary in a year; those of nothing left out."""
        uses = self.family(beneficiary).uses
        return {binder: used for (binder, of_year), used in uses.items() if of_year == year and used}

    def then_money(self, account: str, **expected: int) -> None:
        """An account's money, all of it: what is not named is 0, `available_fen` and `balance_fen` follow.

        Names: current_fen, carried_fen, reserved_fen, held_fen, suspense_fen.
        """
        names = ("current_fen", "carried_fen", "reserved_fen", "held_fen", "suspense_fen")
        state, wanted = self.account(account), {**dict.fromkeys(names, 0), **expected}
        balance = wanted["current_fen"] + wanted["carried_fen"]
        wanted.setdefault("balance_fen", balance)
        wanted.setdefault("available_fen", max(0, balance - wanted["reserved_fen"] - wanted["held_fen"]))
        found = {name: getattr(state, name) for name in wanted}
        assert found == wanted, f"{account} has {found}\n  and not {wanted}"

    def available(self, account: str) -> int:
        """What an account can spend now, in fen."""
        return self.account(account).available_fen

    # How it works -------------------------------------------------------------------------------------

    def _send(self, line: bytes) -> Outcome:
        self._before = len(self.log)
        (result,) = self.ledger.submit([line], first_line=self.lines)
        self.answer = orjson.loads(result.to_json())
        assert self.answer["line"] == self.lines
        self._keeps_its_promises()
        return self.outcome

    def _keeps_its_promises(self) -> None:
        """What contract section 2 says of every answer with a status."""
        topics = [event.topic for _, event in self.new_events]
        match self.outcome.status:
            case "accepted":
                assert topics or self.command["op"] == "quote"
            case "rejected":
                assert topics in (["RequestRefused"], []), "nothing moves when a rule says no"
            case "duplicate":
                assert topics in (["RequestRepeated"], []), "a repeat has no second effect"
            case _:
                assert topics == [], "what is not a command leaves no trace"
        for _, event in self.new_events:
            assert event.request == self.command["id"]
            assert event.by == self.command.get("by")
            assert event.recorded_at == instant(self.now)
            assert event.at == instant(self.command["at"]) or isinstance(event, _MAY_BE_LATER)

    def _folded(self, stream: str) -> State | None:
        state = empty(stream)
        for event in self.log:
            if event.originator_id == stream:
                state = fold(stream, state, event.originator_version, event.event)
        return state


def _defaults(command: Command, line: int) -> dict[str, Any]:
    defaults: dict[str, Any] = {"id": f"r-{line}", "at": TODAY}
    if command.get("op") in _NEEDS_SETTLEMENT:
        defaults["settlement"] = f"s-{line}"
    if command.get("op") == "refund":
        defaults["refund"] = f"f-{line}"
    return defaults


def instant(text: str) -> datetime:
    """An RFC 3339 time as the ledger keeps it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def pack(folder: Path, *, name: str = "house-rules", effective: str = "2020-01-01", **sections: Any) -> Path:
    """A policy file for Hebei (`13`), or for other `regions`, with the sections given over the defaults."""
    keys = {"name": name, "regions": ["13"], "effective": effective, "source": "a test", "certainty": "I"}
    path = folder / f"{name}.yaml"
    path.write_bytes(orjson.dumps({**keys, **sections}))  # JSON is YAML
    return path
