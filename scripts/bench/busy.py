"""People whose accounts have moved ten thousand times, in a city whose accounts moved a few dozen times each.

A busy account pays for as many members as it may: for four under a yearly limit, for one out of a quota; it
pays its own bills, takes money in, holds some and gets some back. Its lines stand evenly among those of the
city, so its rows lie as far apart on the disk as they do in life.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from scripts.generate import lines as city_lines

MOST_MOVEMENTS: Final = 10_000
EVENTS_A_PERSON: Final = 36
"""What a year of the city comes to, from its opening day on."""
_EVENTS_A_MOVEMENT: Final = 2.7
_ONE_BUSY_ACCOUNT_IN: Final = 250_000  # events
_OPENED: Final = datetime.fromisoformat("2026-01-12T09:00:00+08:00")
_LIFE: Final = timedelta(days=280)
_START: Final = "2025-11"  # the city's year ends with theirs


def busy_accounts(events: int) -> list[str]:
    """Their person numbers: one for each quarter of a million events."""
    return [f"BUSY{number}" for number in range(max(1, events // _ONE_BUSY_ACCOUNT_IN))]


def members_of(account: str) -> list[str]:
    """For whom it pays: four under a limit, the last out of a quota."""
    return [f"{account}-M{number}" for number in range(5)]


def movements_for(events: int) -> int:
    """How often each moves: ten thousand times, in a log that is long enough for it."""
    return min(MOST_MOVEMENTS, events // 25)


def people_for(events: int) -> int:
    """So many persons that a year of them, with the busy ones, comes to about so many events."""
    busy = len(busy_accounts(events)) * movements_for(events) * _EVENTS_A_MOVEMENT
    return max(int(events - busy) // EVENTS_A_PERSON, 20)


def log_lines(events: int, seed: int) -> Iterator[bytes]:
    """The commands behind a log of about so many events; some of the city's are refused, on purpose."""
    for account in busy_accounts(events):
        yield from _opening(account)
    lives = [_life(account, movements_for(events)) for account in busy_accounts(events)]
    left = movements_for(events) * len(lives)
    city = city_lines(people_for(events), 12, seed, _START)
    apart = max(1, events // 2 // left)
    while among := list(islice(city, apart)):
        yield from among
        yield from islice(lives[left % len(lives)], 1)
        left -= 1
    for life in lives:
        yield from life


def _opening(account: str) -> Iterator[bytes]:
    for number, person in enumerate((account, *members_of(account))):
        yield _line(
            _OPENED, f"{account}-o{number}", "open_account",
            f'"account":"{person}","region":"130102","insurance":"employee"',
        )  # fmt: skip
    yield _line(_OPENED, f"{account}-c", "credit", f'"account":"{account}","amount_fen":900000000')
    *limited, granted = members_of(account)
    terms = dict.fromkeys(limited, '"limit_fen":800000000') | {granted: '"quota_fen":800000000'}
    for member, term in terms.items():
        yield _line(
            _OPENED, f"{member}-b", "bind",
            f'"binder":"{account}","beneficiary":"{member}","relation":"parent",'
            f'"authorisation":"face",{term}',
        )  # fmt: skip


def _life(account: str, movements: int) -> Iterator[bytes]:
    """One line, one movement of the account."""
    *limited, granted = members_of(account)
    for number in range(movements):
        at = _OPENED + timedelta(hours=1) + _LIFE * number / movements
        key, member = f"{account}-{number}", limited[number // 10 % len(limited)]
        match number % 10:
            case 0 | 1 | 2 | 3:
                yield _bill(at, key, "charge", member)
            case 4 | 5:
                yield _bill(at, key, "charge", granted)
            case 6:
                yield _bill(at, key, "charge", account)
            case 7:
                yield _bill(at, key, "hold", member)
            case 8:
                op = "capture" if number % 20 < 10 else "release"
                yield _line(at, key, op, f'"settlement":"{account}-{number - 1}"')
            case _:
                before = f'"settlement":"{account}-{number - 9}"'
                yield _line(at, key, "refund", f'{before},"refund":"{key}","amount_fen":50')


def _bill(at: datetime, key: str, op: str, patient: str) -> bytes:
    return _line(
        at, key, op, f'"settlement":"{key}","beneficiary":"{patient}","amount_fen":100,"med_type":"11"'
    )


def _line(at: datetime, key: str, op: str, fields: str) -> bytes:
    return f'{{"id":"{key}","op":"{op}","at":"{at.isoformat()}",{fields}}}'.encode()
