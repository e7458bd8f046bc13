"""A family's wild year: random commands of every op, some refused, some told late; same seed, same year."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from tests.projections.desk import BAO, JUN, LIN, MEI, WEI

Command = dict[str, Any]

BINDERS: Final = (WEI, MEI, JUN)
CARED_FOR: Final = (LIN, LIN, LIN, BAO)
_START: Final = datetime.fromisoformat("2026-02-01T09:00:00+08:00")
_OPS: Final = {
    "charge": 14, "hold": 5, "capture": 3, "release": 3, "refund": 9, "credit": 8, "bind": 7, "unbind": 2,
    "reorder": 4, "set_limit": 2, "grant_quota": 3, "release_quota": 2, "adjust": 2, "pay_premium": 2,
    "suspend": 1, "resume": 3, "transfer": 1, "close_year": 1, "close": 1,
}  # fmt: skip


class Turmoil:
    """One year: it remembers which bills and holds there were, so that most of what follows makes sense."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._bills: list[str] = ["s-unknown"]
        self._holds: list[str] = ["s-unknown"]

    def commands(self, count: int) -> Iterator[Command]:
        """Everybody opens an account, the binders with money; then so many commands over fourteen months."""
        for account in (LIN, BAO, *BINDERS):
            insurance = "resident" if account == BAO else "employee"
            opening = {"account": account, "region": "510104", "insurance": insurance}
            yield {"op": "open_account", "at": _START.isoformat()} | opening
        for binder in BINDERS:
            yield {"op": "credit", "account": binder, "amount_fen": 900_00, "at": _START.isoformat()}
        ops = self._random.choices(list(_OPS), list(_OPS.values()), k=count)
        for number, op in enumerate(ops):
            when = _START + timedelta(days=420 * number / count)
            if self._random.random() < 0.1:
                when -= timedelta(days=self._random.randint(1, 30))
            too_early = op == "close" and number < count * 3 // 4  # a closed account stays closed
            yield {"at": when.isoformat()} | self._command("credit" if too_early else op)

    def _command(self, op: str) -> Command:
        random = self._random
        binder, beneficiary = random.choice(BINDERS), random.choice(CARED_FOR)
        pair = {"op": op, "binder": binder, "beneficiary": beneficiary}
        match op:
            case "charge" | "hold" | "pay_premium":
                return {"op": op} | self._bill(op, binder, beneficiary)
            case "capture" | "release":
                return {"op": op, "settlement": random.choice(self._holds[-4:])}
            case "refund":
                part = {} if random.random() < 0.4 else {"amount_fen": random.randint(1, 60_00)}
                return {
                    "op": op,
                    "settlement": random.choice(random.choice((self._bills, self._bills[-8:]))),
                } | part
            case "bind":
                return pair | {"relation": "other" if random.random() < 0.1 else "child"} | self._terms()
            case "unbind" | "release_quota":
                return pair
            case "reorder":
                return {"op": op, "beneficiary": LIN, "order": random.sample(BINDERS, 2)}
            case "set_limit":
                return pair | {"limit_fen": random.choice((None, 0, 50_00, 400_00))}
            case "grant_quota":
                return pair | {"amount_fen": random.randint(1, 90_00)}
            case _:
                return self._of_account(op, random.choice((LIN, *BINDERS)))

    def _bill(self, op: str, payer: str, beneficiary: str) -> Command:
        settlement = f"s-{len(self._bills)}"
        self._bills.append(settlement)
        if op == "hold":
            self._holds.append(settlement)
        bill = {
            "settlement": settlement,
            "beneficiary": beneficiary,
            "amount_fen": self._random.randint(1, 90_00),
        }
        if op == "pay_premium":
            return bill | {"payer": payer, "scheme": "resident"}
        return bill | {"med_type": self._random.choice(("11", "11", "11", "11", "21", "x9"))}

    def _terms(self) -> Command:
        """What a bind is agreed with: a kind, a limit, a quota, each now and then."""
        terms: Command = {"authorisation": "face"}
        if self._random.random() < 0.15:
            return terms | {"kind": "proxy_credential"}
        if self._random.random() < 0.4:
            terms["limit_fen"] = self._random.randint(0, 300_00)
        if self._random.random() < 0.3:
            terms["quota_fen"] = self._random.randint(1, 90_00)
        return terms

    def _of_account(self, op: str, account: str) -> Command:
        bucket = {"account": account, "bucket": self._random.choice(("current", "carried"))}
        match op:
            case "credit":
                return {"op": op, "amount_fen": self._random.randint(1, 250_00)} | bucket
            case "adjust":
                delta = self._random.choice((-120_00, -5_00, 40_00))
                return {"op": op, "delta_fen": delta, "reason": "clearing"} | bucket
            case "transfer":
                return {"op": op, "account": account, "region": self._random.choice(("510104", "510107"))}
            case "close_year":
                return {"op": op, "account": account, "year": self._random.choice((2025, 2026))}
            case _:
                status = {"suspend": "suspended", "resume": "active", "close": "closed"}[op]
                return {"op": "set_status", "account": account, "status": status}
