"""What is listed: decisions that do not come out as recorded, and how they differ."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from ledger.events.envelope import Event

Kind = Literal[
    "unreadable",  # the bytes are no event
    "missing",  # a position of the log is empty
    "out_of_place",  # an event has no place in its stream there
    "not_a_command",  # no command can have been answered like this
    "request",  # this request id was answered before, or its conflict is none
    "policy",  # another pack, another digest, or a pack that the log does not hold
    "refused",  # recorded as accepted; the rules refuse it
    "accepted",  # recorded as refused; the rules accept it
    "refusal",  # refused for another reason, or with other figures
    "content",  # the digest is not that of the content
    "class",  # the service class is not that of the medical type
    "year",  # the year is not that of the service time
    "order",  # the debit order seen, or a rank in it
    "figures",  # what a source had, or what was left of a quota, limit or cap
    "amounts",  # what was taken, given back, set aside or left as cash
    "exceptions",  # what would have been refused of a bill that was decided elsewhere
    "bound_by",  # what limited a source, or why it was not asked
    "events",  # an event too many, too few, or another one
    "facts",  # anything else that is recorded otherwise
    "bytes",  # the same facts in bytes that no ledger writes
]

Rests = Literal["own", "log"]
"""On what a decision fails: facts of its own, or the log before it."""

_KINDS: Final[tuple[tuple[Kind, frozenset[str]], ...]] = (
    ("policy", frozenset({"policy", "policy_digest", "pack"})),
    ("content", frozenset({"digest"})),
    ("class", frozenset({"service_class"})),
    ("year", frozenset({"year", "limit_year", "month"})),
    ("order", frozenset({"order", "rank", "payer"})),
    (
        "amounts",
        frozenset(
            {
                "from_current_fen", "from_carried_fen", "cash_fen", "amount_fen", "suspense_fen", "bucket",
                "refundable_fen", "balance_fen", "current_fen", "carried_fen", "moved_fen", "held_fen",
                "released_fen", "returned_fen",
            }
        ),
    ),
    ("exceptions", frozenset({"exceptions"})),
    ("bound_by", frozenset({"bound_by", "own_unasked", "binders_unasked"})),
    (
        "figures",
        frozenset(
            {
                "room.current_fen", "room.carried_fen", "free_fen", "quota_fen", "spendable_fen", "limit_fen",
                "per_leg_cap_fen", "yearly_cap_fen", "account_version", "binding",
            }
        ),
    ),
)  # fmt: skip
"""The kind of a difference by the name of its field, the first that fits."""

LISTED: Final = 1_000
"""How many findings are kept; more are counted."""


class Difference(NamedTuple):
    """A field that is recorded otherwise: `where` is topic and path (`SettlementDecided.sources[1].rank`)."""

    where: str
    recorded: Any
    given: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """A decision that its facts do not support.

    `rests` says which ones: `own` facts (the event contradicts itself and the pack it names), or the `log`
    before it (it is right in itself, but not what the log says stood then).
    """

    position: int
    kind: Kind
    op: str
    request: str | None
    stream: str
    rests: Rests
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class Report:
    """What deciding again has found, up to log position `position`.

    `undecidable` counts decisions that rest on a birth date: they come out as recorded for somebody of the
    age they speak of, and the log cannot say whether that was the age.
    """

    position: int = 0
    decisions: int = 0
    supported: int = 0
    undecidable: int = 0
    unsupported: int = 0
    by_op: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def merge(self, other: "Report") -> None:
        """Take in what was found of another share of the same log."""
        self.decisions += other.decisions
        self.supported += other.supported
        self.undecidable += other.undecidable
        self.unsupported += other.unsupported
        self.by_op += other.by_op
        self.by_kind += other.by_kind
        self.findings = sorted((*self.findings, *other.findings), key=lambda finding: finding.position)[
            :LISTED
        ]

    def add(self, finding: Finding) -> None:
        """Count a finding, and list it while there is room."""
        self.unsupported += 1
        self.by_kind[finding.kind] += 1
        if len(self.findings) < LISTED:
            self.findings.append(finding)


def differences(recorded: Event, given: Event) -> tuple[Difference, ...]:
    """Every field of two events of one class that differs."""
    return tuple(_differences(type(recorded).topic, recorded.as_dict(), given.as_dict()))


def kind_of(found: Sequence[Difference]) -> Kind:
    """The kind of what differs: what explains most comes first."""
    names = {_field(difference.where) for difference in found}
    return next((kind for kind, fields in _KINDS if names & fields), "facts")


def _field(where: str) -> str:
    """The name of the field. What a source had in its buckets is not what an account paid out of them."""
    name = where.rpartition(".")[2].partition("[")[0]
    return f"room.{name}" if name in ("current_fen", "carried_fen") and ".sources[" in where else name


def _differences(where: str, recorded: Any, given: Any) -> Iterator[Difference]:
    if recorded == given:
        return
    if isinstance(recorded, Mapping) and isinstance(given, Mapping):
        for name in {**recorded, **given}:
            yield from _differences(f"{where}.{name}", recorded.get(name), given.get(name))
    elif (
        isinstance(recorded, list | tuple) and isinstance(given, list | tuple) and len(recorded) == len(given)
    ):
        for place, (one, other) in enumerate(zip(recorded, given, strict=True)):
            yield from _differences(f"{where}[{place}]", one, other)
    else:
        yield Difference(where, recorded, given)
