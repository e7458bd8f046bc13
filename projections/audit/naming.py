"""What happened, from what was found: rows that stand on one side only, and events in places not theirs."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from projections.audit.findings import Difference

_PAYMENTS: Final = frozenset(
    {"CoPaymentCharged", "CoPaymentHeld", "CoPaymentCaptured", "HoldReleased", "CoPaymentRefunded"}
)


class Unequal(NamedTuple):
    """A row that one side holds more often. `surplus` above 0: expected so often more than found."""

    place: str
    position: int
    surplus: int
    expected: int
    line: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """What one table should hold of one event, and what it holds instead."""

    place: str
    position: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    doubled: bool


def rows_named(unequal: Iterable[Unequal], rows_of: Mapping[int, int], reached: int) -> list[Difference]:
    """The differences between rows expected and rows found, one per event and table.

    `rows_of` says how many rows an event should have in all tables together, `reached` where the log ends.
    """
    pairs = _pairs(unequal)
    swapped = _swapped(pairs)
    lost: dict[int, int] = defaultdict(int)
    for pair in pairs:
        if not pair.extra:
            lost[pair.position] += len(pair.missing)
    skipped = {position for position, rows in lost.items() if rows_of.get(position) == rows}
    return [_difference(pair, swapped, skipped, rows_of, reached) for pair in pairs]


def _pairs(unequal: Iterable[Unequal]) -> list[_Pair]:
    found: dict[tuple[int, str], list[Unequal]] = defaultdict(list)
    for row in unequal:
        found[row.position, row.place].append(row)
    return [
        _Pair(
            place,
            position,
            tuple(row.line for row in rows for _ in range(row.surplus) if row.surplus > 0),
            tuple(row.line for row in rows for _ in range(-row.surplus) if row.surplus < 0),
            all(row.surplus < 0 and row.expected > 0 for row in rows),
        )
        for (position, place), rows in sorted(found.items())
    ]


def _without_position(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        sorted(json.dumps({k: v for k, v in json.loads(line).items() if k != "position"}) for line in lines)
    )


def _swapped(pairs: Sequence[_Pair]) -> dict[tuple[int, str], int]:
    """Events whose rows stand at each other's positions, in whatever tables they have any."""
    missing: dict[int, set[tuple[str, tuple[str, ...]]]] = defaultdict(set)
    extra: dict[int, set[tuple[str, tuple[str, ...]]]] = defaultdict(set)
    for pair in pairs:
        if pair.missing:
            missing[pair.position].add((pair.place, _without_position(pair.missing)))
        if pair.extra:
            extra[pair.position].add((pair.place, _without_position(pair.extra)))
    partners: dict[tuple[int, str], int] = {}
    for pair in pairs:
        here = (frozenset(missing[pair.position]), frozenset(extra[pair.position]))
        for other in {*missing, *extra} - {pair.position}:
            if (frozenset(extra[other]), frozenset(missing[other])) == here:
                partners[pair.position, pair.place] = other
    return partners


def _difference(
    pair: _Pair,
    swapped: Mapping[tuple[int, str], int],
    skipped: set[int],
    rows_of: Mapping[int, int],
    reached: int,
) -> Difference:
    expected, found = "; ".join(pair.missing) or None, "; ".join(pair.extra) or None
    partner = swapped.get((pair.position, pair.place))
    if partner is not None:
        said = f"the rows of positions {pair.position} and {partner} stand at each other's"
        return Difference(pair.position, "events_swapped", pair.place, said, expected, found)
    if pair.missing and pair.extra:
        kind = "order_differs" if _is_order(pair) else "row_differs"
    elif pair.extra and pair.position > reached:
        return Difference(pair.position, "event_missing", "log", pair.place, "the event of this row", found)
    elif pair.extra:
        kind = "row_doubled" if pair.doubled else "row_unfounded"
    else:
        kind = _kind_of_loss(pair, skipped, rows_of)
    return Difference(pair.position, kind, pair.place, None, expected, found)


def _kind_of_loss(pair: _Pair, skipped: set[int], rows_of: Mapping[int, int]) -> str:
    """A payment with one row in all is told as a leg: skipping its event leaves the same behind."""
    is_payment = pair.place == "entries" and all(
        json.loads(line)["type"] in _PAYMENTS for line in pair.missing
    )
    if is_payment and (pair.position not in skipped or rows_of.get(pair.position) == 1):
        return "leg_missing"
    return "position_skipped" if pair.position in skipped else "row_missing"


def _is_order(pair: _Pair) -> bool:
    return pair.place == "binding_steps" and all(
        json.loads(line)["step"] == "reordered" for line in (*pair.missing, *pair.extra)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An event, as far as its place in the log goes."""

    position: int
    stream: str
    version: int
    topic: str
    request: str
    rank: int


def with_swaps_named(
    differences: Iterable[Difference], near: Sequence[Standing], follow: frozenset[tuple[str, str]]
) -> list[Difference]:
    """The differences, with events that stand in each other's places named as such.

    `near` are the events around those out of place. A swap is named only if undoing it leaves nothing out of
    place among them and no other pair would.
    """
    found = sorted(differences)
    healing = [
        (first, second)
        for place, first in enumerate(near)
        for second in near[place + 1 :]
        if first.request != second.request or first.stream == second.stream or first.topic != second.topic
        if _faults(_exchanged(near, first, second), follow) == 0
    ]
    if not near or not _faults(near, follow) or not healing:
        return found
    first, second = min(healing, key=lambda pair: (pair[0].position, pair[1].position))
    said = f"positions {first.position} and {second.position}"
    swap = Difference(
        first.position, "events_swapped", "log", said,
        f"{second.topic} of {second.stream} at {first.position}", f"{first.topic} of {first.stream}",
    )  # fmt: skip
    return sorted([swap, *found])


def _exchanged(near: Sequence[Standing], first: Standing, second: Standing) -> list[Standing]:
    places = {first.position: second, second.position: first}
    return [replace(places.get(one.position, one), position=one.position) for one in near]


def _faults(near: Sequence[Standing], follow: frozenset[tuple[str, str]]) -> int:
    """How many events stand where they cannot, by what the grammar and the versions say."""
    faults = 0
    versions: dict[str, int] = {}
    for before, one in zip((None, *near[:-1]), near, strict=True):
        if versions.get(one.stream, one.version - 1) >= one.version:
            faults += 1
        versions[one.stream] = one.version
        if before is None or before.position + 1 != one.position:
            continue
        same = before.request == one.request and (
            one.topic != "RequestRefused" or before.topic == "PolicyRecorded"
        )
        if (before.topic if same else "", one.topic) not in follow:
            faults += 1
        if not same and (before.topic, "") not in follow:
            faults += 1
        if same and before.topic == one.topic and before.topic in _PAYMENTS:
            refund = one.topic == "CoPaymentRefunded"
            faults += one.rank >= before.rank if refund else one.rank <= before.rank
    return faults
