"""Totals per institution and business day are those a clerk adds up by hand."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ledger.clock import business_date
from ledger.events.account import AccountOpened
from ledger.events.settlement import SettlementCaptured, SettlementDecided, SettlementRefunded
from projections import queries
from projections.store import Store
from tests.projections.desk import BAO, LIN, WEI, Desk, Log, instant

CLINIC = "Qingyang Clinic"
MONEY = ("amount_fen", "own_fen", "shared_fen", "cash_fen")


@pytest.fixture
def family(desk: Desk) -> Desk:
    """Lin has 50.00 of her own, Wei pays the rest up to 1000.00; Bao has no account money."""
    desk.opens(LIN, fen=50_00)
    desk.opens(WEI, fen=1000_00)
    desk.opens(BAO, insurance="resident")
    desk.binds(WEI, LIN, at="2026-02-01T10:00:00+08:00")
    desk.binds(WEI, BAO, at="2026-02-01T10:00:00+08:00")
    return desk


def told(desk: Desk, **asked: Any) -> list[tuple[Any, ...]]:
    """Each total as day, direction, count and amounts."""
    found = desk.asks(queries.totals, **asked)["totals"]
    return [(t["business_day"], t["direction"], t["count"], *(t[name] for name in MONEY)) for t in found]


def test_a_charge_counts_on_its_day_in_shanghai(family: Desk) -> None:
    family.charges(LIN, 120_00, institution=CLINIC, at="2026-03-10T23:59:59+08:00")
    family.charges(LIN, 30_00, institution=CLINIC, at="2026-03-10T16:00:00Z")
    assert told(family) == [
        ("2026-03-10", "forward", 1, 120_00, 50_00, 70_00, 0),
        ("2026-03-11", "forward", 1, 30_00, 0, 30_00, 0),
    ]


def test_a_hold_counts_when_it_is_captured_and_a_released_one_never(family: Desk) -> None:
    for settlement in ("s-1", "s-2", "s-3"):
        family.charges(LIN, 60_00, "hold", settlement=settlement, at="2026-03-10T09:00:00+08:00")
    assert told(family) == []
    family.does("capture", settlement="s-1", at="2026-03-12T09:00:00+08:00")
    family.does("release", settlement="s-2", at="2026-03-12T09:00:00+08:00")
    assert told(family) == [("2026-03-12", "forward", 1, 60_00, 50_00, 10_00, 0)]


def test_a_refund_is_a_reverse_entry_on_its_own_day(family: Desk) -> None:
    """Case 64: settled on 31 August, taken back on 1 September; neither month hides the other."""
    family.charges(LIN, 200_00, settlement="s-1", at="2026-08-31T10:00:00+08:00")
    family.does("refund", settlement="s-1", at="2026-09-01T10:00:00+08:00")
    assert told(family, last=date(2026, 8, 31)) == [("2026-08-31", "forward", 1, 200_00, 50_00, 150_00, 0)]
    assert told(family, first=date(2026, 9, 1)) == [("2026-09-01", "reverse", 1, 200_00, 50_00, 150_00, 0)]
    assert family.asks(queries.totals)["sum"]["net"] == dict.fromkeys(MONEY, 0)


def test_a_refund_of_the_same_day_is_counted_beside_what_was_settled(family: Desk) -> None:
    """Case 63: 100, 200 and 300 settled, the 200 cancelled: net 400, three settlements and one refund."""
    for number, fen in enumerate((100_00, 200_00, 300_00)):
        family.charges(LIN, fen, settlement=f"s-{number}")
    family.does("refund", settlement="s-1")
    found = family.asks(queries.totals)["sum"]
    assert (found["forward"]["count"], found["reverse"]["count"]) == (3, 1)
    assert found["net"]["amount_fen"] == 400_00


def test_a_part_refund_gives_back_cash_then_shared_then_own_money(family: Desk) -> None:
    family.charges(LIN, 1100_00, settlement="s-1", at="2026-03-10T10:00:00+08:00")
    family.does("refund", settlement="s-1", amount_fen=1070_00, at="2026-03-11T10:00:00+08:00")
    assert told(family, first=date(2026, 3, 11)) == [
        ("2026-03-11", "reverse", 1, 1070_00, 20_00, 1000_00, 50_00)
    ]


def test_totals_are_apart_by_whatever_reconciles_apart(family: Desk) -> None:
    """One call of the national interface is of one insurance, one class, one agency."""
    family.charges(LIN, 10_00, institution=CLINIC)
    family.charges(LIN, 10_00, institution=CLINIC, med_type="41")
    family.charges(BAO, 10_00, institution=CLINIC)
    family.charges(LIN, 10_00)
    family.does("pay_premium", payer=WEI, beneficiary=BAO, amount_fen=10_00, scheme="resident")
    found = family.asks(queries.totals)["totals"]
    assert [(t["institution"], t["insurance"], t["class"], t["op"]) for t in found] == [
        (CLINIC, "employee", "outpatient", "charge"),
        (CLINIC, "employee", "pharmacy", "charge"),
        (CLINIC, "resident", "outpatient", "charge"),
        (None, "employee", "outpatient", "charge"),
        (None, "resident", "premium", "pay_premium"),
    ]
    assert {t["region"] for t in found} == {"510104"}
    assert len(family.asks(queries.totals, institution=CLINIC)["totals"]) == 3
    assert family.asks(queries.totals, institution="Nowhere")["totals"] == []


def test_what_is_told_late_changes_the_day_but_not_what_was_known_of_it(family: Desk) -> None:
    family.charges(LIN, 10_00, at="2026-03-10T10:00:00+08:00")
    known = family.asks(queries.totals)["position"]
    family.charges(LIN, 20_00, at="2026-03-10T11:00:00+08:00")
    assert told(family) == [("2026-03-10", "forward", 2, 30_00, 30_00, 0, 0)]
    assert told(family, position=known) == [("2026-03-10", "forward", 1, 10_00, 10_00, 0, 0)]
    half_past = instant("2026-03-10T10:30:00+08:00")
    assert told(family, at=half_past) == [("2026-03-10", "forward", 1, 10_00, 10_00, 0, 0)]


def test_at_every_position_totals_are_what_the_log_adds_up_to(year: tuple[Log, Store], database: str) -> None:
    log, store = year
    random = Random(5)
    with store.snapshot() as moment:
        for position in (*random.sample(range(len(log)), 40), len(log)):
            first, last = sorted(date.fromordinal(random.randint(739_650, 740_100)) for _ in range(2))
            found = queries.totals(moment, first=first, last=last, position=position)
            assert by_key(found["totals"]) == added_up(log[:position], first, last)
        everything = queries.totals(moment)
    assert {total["op"] for total in everything["totals"]} == {"charge", "hold", "pay_premium"}
    assert by_key(everything["totals"]) == added_up(log, date.min, date.max)
    with psycopg.connect(database, row_factory=dict_row) as connection:
        rows = connection.execute("SELECT *, service_class AS class FROM read_model.totals").fetchall()
    assert by_key(rows) == by_key(everything["totals"])


def by_key(totals: list[dict[str, Any]]) -> dict[tuple[str, ...], Any]:
    """What each total counts, by what it is of."""
    key = ("business_day", "region", "insurance", "class", "op", "direction")
    return {
        tuple(str(total[name]) for name in key): tuple(total[name] for name in ("count", *MONEY))
        for total in totals
    }


def added_up(log: Log, first: date, last: date) -> dict[tuple[str, ...], Any]:
    """The same, by hand."""
    sums: dict[tuple[str, ...], Counter[str]] = {}
    for day, key, money in counted(log):
        if first <= day <= last:
            total = sums.setdefault((str(day), *key), Counter())
            total.update({"count": 1, **dict(zip(MONEY, money, strict=True))})
    return {key: tuple(total[name] for name in ("count", *MONEY)) for key, total in sums.items()}


def counted(log: Log) -> Iterator[tuple[date, tuple[str, ...], tuple[int, int, int, int]]]:
    """Every settlement that counts, and every refund: its day, what it is of, and its money."""
    insurance: dict[str, str] = {}
    bills: dict[str, SettlementDecided] = {}
    for recorded in log:
        event = recorded.event
        if isinstance(event, AccountOpened):
            insurance[recorded.subject] = event.insurance
        if isinstance(event, SettlementDecided):
            bills[recorded.subject] = event
        if not isinstance(event, SettlementDecided | SettlementCaptured | SettlementRefunded):
            continue
        bill = bills[recorded.subject]
        of = (bill.region, insurance[bill.beneficiary], bill.service_class, bill.op)
        if isinstance(event, SettlementRefunded):
            back = [(leg.payer, leg.amount_fen) for leg in event.restored]
            yield business_date(event.at), (*of, "reverse"), split(bill, back, event.cash_fen)
        elif isinstance(event, SettlementCaptured) or bill.op != "hold":
            paid = [(leg.payer, leg.amount_fen) for leg in bill.legs]
            yield business_date(event.at), (*of, "forward"), split(bill, paid, bill.cash_fen)


def split(bill: SettlementDecided, paid: list[tuple[str, int]], cash_fen: int) -> tuple[int, int, int, int]:
    """In all, own, shared, cash."""
    own = sum(fen for payer, fen in paid if payer == bill.beneficiary)
    shared = sum(fen for payer, fen in paid if payer != bill.beneficiary)
    return own + shared + cash_fen, own, shared, cash_fen
