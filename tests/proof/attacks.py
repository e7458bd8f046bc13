"""What whoever owns the database, but no key, may do to the events: each way drawn from a seed.

An attack takes the rows as they are and gives them as it leaves them, with the first position that is wrong
then. What it leaves is held in memory, or put into the table as a superuser would.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from ledger.proof.leaves import LogRow

LAST: Final = 300
"""The last position under a checkpoint."""

Rows = Sequence[LogRow]
Attack = Callable[[Rows, Random], tuple[list[LogRow], int]]

EVE: Final = LogRow(0, "account:EVE", 1, "Credited", b'{"amount_fen":1}')


def flipped_bit(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    position = random.randint(1, LAST)
    state = bytearray(rows[position - 1].state)
    bit = random.randrange(8 * len(state))
    state[bit // 8] ^= 1 << bit % 8
    return changed(rows, position, state=bytes(state)), position


def changed(rows: Rows, position: int, **parts: object) -> list[LogRow]:
    left = list(rows)
    left[position - 1] = left[position - 1]._replace(**parts)  # type: ignore[arg-type]  # parts of any row
    return left


def in_state(old: bytes, new: bytes) -> Attack:
    def attack(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
        row = random.choice([row for row in rows[:LAST] if old in row.state])
        return changed(rows, row.position, state=row.state.replace(old, new)), row.position

    return attack


def in_part(change: Callable[[LogRow], LogRow]) -> Attack:
    def attack(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
        position = random.randint(1, LAST)
        return [*rows[: position - 1], change(rows[position - 1]), *rows[position:]], position

    return attack


def swapped(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    one, other = sorted(random.sample(range(1, LAST + 1), 2))
    return exchanged(rows, one, other), one


def neighbours_swapped(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    one = random.randint(1, LAST - 1)
    return exchanged(rows, one, one + 1), one


def exchanged(rows: Rows, one: int, other: int) -> list[LogRow]:
    left = list(rows)
    left[one - 1] = rows[other - 1]._replace(position=one)
    left[other - 1] = rows[one - 1]._replace(position=other)
    return left


def moved(rows: Rows, by: int) -> list[LogRow]:
    return [row._replace(position=row.position + by) for row in rows]


def deleted(low: int, high: int) -> Attack:
    def attack(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
        position = random.randint(low, high)
        return [*rows[: position - 1], *rows[position:]], position

    return attack


def deleted_and_closed_up(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    position = random.randint(1, LAST)
    return [*rows[: position - 1], *moved(rows[position:], -1)], position


def last_ones_deleted(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    left = LAST - random.randint(1, 3)
    return list(rows[:left]), left + 1


def cut(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    left = random.randint(0, LAST - 1)
    return list(rows[:left]), left + 1


def inserted(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    position = random.randint(1, LAST)
    return [*rows[: position - 1], EVE._replace(position=position), *moved(rows[position - 1 :], 1)], position


def said_twice(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    position = random.randint(1, LAST)
    return [*rows[:position], EVE._replace(position=position), *rows[position:]], position


def renumbered(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    position = random.randint(1, LAST)
    return [*rows[: position - 1], *moved(rows[position - 1 :], random.randint(1, 9))], position


def other_history(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    """Another log from some position on, as long or longer."""
    position = random.randint(1, LAST)
    longer = [row._replace(version=row.version + 1000) for row in moved(rows[:40], len(rows))]
    longer = longer[: random.randint(0, 40)]
    return [*rows[: position - 1], *gone_on_otherwise([*rows[position - 1 :], *longer])], position


def back_to_a_backup(rows: Rows, random: Random) -> tuple[list[LogRow], int]:
    """As it was once, then gone on otherwise, not as far as it had been."""
    position = random.randint(1, LAST)
    return [
        *rows[: position - 1],
        *gone_on_otherwise(rows[position - 1 : random.randint(position, LAST)]),
    ], position


def gone_on_otherwise(rows: Rows) -> list[LogRow]:
    return [row._replace(state=row.state[:-1] + b',"again":1}') for row in rows]


ATTACKS: Final[dict[str, Attack]] = {
    "a bit in an event": flipped_bit,
    "amount": in_state(b'"amount_fen":100', b'"amount_fen":99'),
    "request": in_state(b'"request":"r-', b'"request":"s-'),
    "actor": in_state(b'"by":"window-3"', b'"by":"window-4"'),
    "time": in_state(b'"recorded_at":"2026-01-05', b'"recorded_at":"2026-01-04'),
    "what a checkpoint event states": in_state(b'"size":', b'"size":1'),
    "account": in_part(lambda row: row._replace(stream="account:EVE")),
    "topic": in_part(lambda row: row._replace(topic="Adjusted")),
    "stream version": in_part(lambda row: row._replace(version=row.version + 1000)),
    "two swapped": swapped,
    "neighbours swapped": neighbours_swapped,
    "deleted last": last_ones_deleted,
    "deleted middle": deleted(2, LAST - 1),
    "deleted first": deleted(1, 1),
    "deleted and closed up": deleted_and_closed_up,
    "inserted": inserted,
    "a position said twice": said_twice,
    "renumbered": renumbered,
    "recomputed after an edit": in_state(b'"amount_fen":100', b'"amount_fen":900'),
    "cut below a checkpoint": cut,
    "forked": other_history,
    "rolled back to an old backup": back_to_a_backup,
}
