"""Contract section 9 by hand: what was settled elsewhere, and what the ledger would have refused of it."""

from itertools import pairwise
from typing import Any

from tests.properties import oracle
from tests.properties.clerk_of_bills import legs_result, pay, payable, seen_before
from tests.properties.oracle import Bill, Legs, Payer, Rules
from tests.properties.refusing import refuse
from tests.properties.town import Leg, Settlement, Town, local_day

Obj = dict[str, Any]
CODES = ("not_bound", "below_zero", "over_limit", "out_of_class", "other_order")


def record(town: Town, c: Obj) -> Obj:
    seen_before(town, c)
    _, pack = payable(town, c)
    for leg in c["legs"]:
        payer = town.people.get(leg["payer"])
        if payer is None:
            refuse("account_not_found")
        if payer.status == "closed":
            refuse("account_closed")
        if payer.insurance == "resident":
            refuse("no_personal_account")
    if "corrects" in c:
        corrected = town.settlements.get(c["corrects"])
        if (
            corrected is None
            or corrected.left
            or corrected.state == "released"
            or c["corrects"] in town.corrected
        ):
            refuse("correction_not_open")
    told = Told(town, c, pack)
    result = told.result()
    if "corrects" in c:
        town.corrected.add(c["corrects"])
    told.write_down(result)
    return result


class Told:
    """A bill with the legs told of it. `ranks` has everybody who may pay here, then who did without."""

    def __init__(self, town: Town, c: Obj, pack: Obj) -> None:
        self.town, self.c, self.name = town, c, c["beneficiary"]
        self.rules: Rules = pack["debit"]
        self.service_class = pack["med_types"].get(c["med_type"], "unknown")
        self.year = local_day(c["at"]).year
        self.order = town.family(self.name).order_at(c["at"])
        names = [self.name, *(binding.binder for binding, _ in self.order)]
        names += dict.fromkeys(leg["payer"] for leg in c["legs"] if leg["payer"] not in names)
        self.ranks = {name: rank for rank, name in enumerate(names)}
        self.bill = Bill(c["amount_fen"], c["self_paid_fen"], self.service_class)

    def paid(self, payer: str, bucket: str | None = None) -> int:
        return sum(
            leg["amount_fen"]
            for leg in self.c["legs"]
            if leg["payer"] == payer and bucket in (None, leg["bucket"])
        )

    def payer(self, name: str) -> Payer:
        """Somebody as the books have them now."""
        rank = self.ranks[name]
        bound = 0 < rank <= len(self.order)
        number = self.order[rank - 1][0].number if bound else None
        payer = self.town.payer(name, rank, self.name, self.year, number)
        payer.limit = self.order[rank - 1][1] if bound else None
        return payer

    def result(self) -> Obj:
        legs: Legs = {}
        for leg in self.c["legs"]:
            key = (leg["payer"], self.ranks[leg["payer"]], leg["bucket"])
            legs[key] = legs.get(key, 0) + leg["amount_fen"]
        result = legs_result(legs, self.c["amount_fen"] - sum(legs.values()), self.service_class)
        shown = [
            {"rank": rank if rank <= len(self.order) else None, **leg}
            for leg in self.c["legs"]
            for rank in (self.ranks[leg["payer"]],)
        ]
        return {**result, "legs": shown, "exceptions": self.exceptions()}

    # what would have been refused ----------------------------------------------------------------------

    def exceptions(self) -> list[str]:
        found = {
            "not_bound": any(rank > len(self.order) and self.paid(name) for name, rank in self.ranks.items()),
            "below_zero": any(map(self.below_zero, self.ranks)),
            "over_limit": self.over_limit(),
            "out_of_class": self.out_of_class(),
        }
        others = any(found.values())
        found["other_order"] = self.out_of_order() or self.passed_over() or (not others and self.differs())
        return [code for code in CODES if found[code]]

    def below_zero(self, name: str) -> bool:
        """Whether some fen of it was not there, taking one after the other."""
        payer = self.payer(name)
        for bucket in ("current", "carried"):
            for _ in range(self.paid(name, bucket)):
                money = payer.money
                there = money.available >= 1 if payer.quota is None else money.beyond_holds >= 1
                if not there or money.bucket_with_a_fen([bucket]) is None:
                    return True
                money.lose_a_fen(bucket)
        return False

    def over_limit(self) -> bool:
        legs: Legs = {}
        for name, rank in self.ranks.items():
            payer = self.payer(name)
            for _ in range(self.paid(name) if rank else 0):
                if not oracle.every_cap_leaves_a_fen(legs, self.rules, payer) or payer.quota == 0:
                    return True
                payer.quota = None if payer.quota is None else payer.quota - 1
                legs[name, rank, ""] = legs.get((name, rank, ""), 0) + 1
        return False

    def out_of_class(self) -> bool:
        own = self.paid(self.name)
        shared = sum(self.paid(name) for name in self.ranks) - own
        return (
            (own > 0 and self.service_class not in self.rules["own_classes"])
            or (shared > 0 and self.service_class not in self.rules["shared_classes"])
            or shared > oracle.shared_part(self.bill, self.rules, own)
        )

    def out_of_order(self) -> bool:
        places = [(self.ranks[leg["payer"]], leg["bucket"] == "carried") for leg in self.c["legs"]]
        return any(later < before for before, later in pairwise(places))

    def passed_over(self) -> bool:
        """Whether somebody would have paid more, once those before it had paid what was told of them."""
        own = self.payer(self.name) if self.town.people[self.name].insurance == "employee" else None
        alone = oracle.settle(self.bill, self.rules, own, False, [])
        if self.more(alone):
            return True
        if not self.shares():
            return False
        need = oracle.shared_part(self.bill, self.rules, self.paid(self.name))
        legs: Legs = {}
        for binding, _ in self.order:
            name = binding.binder
            asked = dict(legs)
            for _ in range(need - sum(legs.values())):
                if not oracle.someone_pays_a_fen(asked, self.rules, [self.payer_after(name, asked)]):
                    break
            if self.more({key: fen for key, fen in asked.items() if key[0] == name}):
                return True
            for bucket in ("current", "carried"):
                if fen := self.paid(name, bucket):
                    legs[name, self.ranks[name], bucket] = fen
        return False

    def payer_after(self, name: str, legs: Legs) -> Payer:
        """Somebody who has paid these fen already."""
        payer = self.payer(name)
        for (who, _, bucket), fen in legs.items():
            for _ in range(fen if who == name else 0):
                payer.money.lose_a_fen(bucket)
                payer.quota = None if payer.quota is None else payer.quota - 1
        return payer

    def shares(self) -> bool:
        active = self.town.people[self.name].status == "active"
        return active and self.service_class in self.rules["shared_classes"]

    def more(self, legs: Legs) -> bool:
        return any(fen > self.paid(name, bucket) for (name, _, bucket), fen in legs.items())

    def differs(self) -> bool:
        own = self.payer(self.name) if self.town.people[self.name].insurance == "employee" else None
        binders = [self.payer(binding.binder) for binding, _ in self.order]
        active = self.town.people[self.name].status == "active"
        legs = oracle.settle(self.bill, self.rules, own, active, binders)
        decided = {(name, bucket): fen for (name, _, bucket), fen in legs.items()}
        told = {(leg["payer"], leg["bucket"]) for leg in self.c["legs"]}
        return decided != {(name, bucket): self.paid(name, bucket) for name, bucket in told}

    # books ---------------------------------------------------------------------------------------------

    def write_down(self, result: Obj) -> None:
        written = []
        for leg in self.c["legs"]:
            name, rank, fen = leg["payer"], self.ranks[leg["payer"]], leg["amount_fen"]
            number = self.order[rank - 1][0].number if 0 < rank <= len(self.order) else None
            drawn, from_quota = 0, False
            if number is not None and (name, self.name, number) in self.town.quotas:
                from_quota, drawn = True, min(fen, self.town.quotas[name, self.name, number])
                self.town.quotas[name, self.name, number] -= drawn
            pay(self.town, name, leg["bucket"], fen)
            closes = len(self.town.people[name].closed_years)
            written.append(Leg(name, rank, leg["bucket"], fen, closes, number, from_quota, drawn))
        cash = result["cash_fen"]
        self.town.settlements[self.c["settlement"]] = Settlement(
            self.c, "record", self.name, self.year, "charged", written, cash, result
        )
