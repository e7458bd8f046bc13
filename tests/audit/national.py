"""What the platform told of settlements: national fields in the facts of a bill, and some that came later."""

from collections.abc import Mapping
from random import Random
from typing import Final

from ledger.application import Ledger
from ledger.application.noting import note
from ledger.events.facts import FactsAdded
from ledger.ids import facts_stream
from tests.properties.clerk import NOW
from tests.properties.story import Obj

_AMOUNTS: Final = (
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
    "acct_mulaid_pay",
    "psn_cash_pay",
    "hosp_part_amt",
)
_TEXTS: Final = ("mdtrt_id", "medins_setl_id", "insutype", "clr_type", "clr_optins", "setl_optins", "memo")
_TOLD_AMOUNTS: Final = (
    "0", "0.00", "-0", "7", "12.5", "12.50", "-3.1", "-0.05", "007.10", "9999999999999.99", "-9999999999999",
    "", "12.345", "1,000.00", "+1", "1.", ".5", " 1", "1\n", "1e3", "１２", "99999999999999", "none",
)  # fmt: skip
"""Amounts as they may be told, and texts that are none."""
_TOLD_TEXTS: Final = ("11", "510100", 'M"1\\', "a,b", "成都", "\x01\x02", "two\nlines", "null", "𠮷")


def told(settlement: str) -> dict[str, str]:
    """Some facts of a settlement, always the same: a command that comes again has what it had."""
    random = Random(settlement)
    facts = {name: random.choice(_TOLD_AMOUNTS) for name in _AMOUNTS if random.random() < 0.5}
    facts |= {name: random.choice(_TOLD_TEXTS) for name in _TEXTS if random.random() < 0.4}
    return {name: value for name, value in facts.items() if value}


def with_facts(command: Obj) -> Obj:
    """A command as it is, or a bill with what the platform told of it."""
    if command["op"] not in ("charge", "hold", "record"):
        return command
    facts = told(command["settlement"])
    house = {} if len(facts) % 2 else {"institution": f"House {len(facts)}"}
    return command | house | ({"facts": facts} if facts else {})


def add_facts(ledger: Ledger, settlements: Mapping[str, int]) -> None:
    """Facts that became known later of some of these settlements, `settlements` saying how often."""
    for settlement, times in settlements.items():
        for number in range(times):
            added = FactsAdded(
                at=NOW, recorded_at=NOW, request=f"import:{number}", facts=told(f"{settlement}+{number}"),
                institution=f"House {number}" if number else None,
            )  # fmt: skip
            _note(ledger, facts_stream(settlement), added)


def _note(ledger: Ledger, stream: str, added: FactsAdded) -> None:
    note(ledger.log, [stream], lambda _: [(stream, added)])
