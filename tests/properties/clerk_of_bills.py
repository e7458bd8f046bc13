"""Contract sections 5 and 6 by hand: bills, holds, premiums, refunds. Who pays what is the oracle's."""

from typing import Any

from tests.properties import oracle
from tests.properties.oracle import Bill, Legs
from tests.properties.refusing import refuse
from tests.properties.town import Leg, Person, Settlement, Town, local_day, pack_in_force

Obj = dict[str, Any]


class SeenBefore(Exception):
    """The settlement or refund is known with the same content."""

    def __init__(self, result: Obj) -> None:
        super().__init__()
        self.result = result


def seen_before(town: Town, c: Obj) -> None:
    known = town.settlements.get(c["settlement"])
    if known is None:
        return
    if known.state == "released":
        refuse("settlement_released")
    if known.content == c:
        raise SeenBefore(known.result)
    refuse("settlement_conflict")


def payable(town: Town, c: Obj) -> tuple[Person, Obj]:
    person = town.people.get(c["beneficiary"])
    if person is None:
        refuse("beneficiary_not_found")
    if person.status == "closed":
        refuse("account_closed")
    pack = pack_in_force(person.region, local_day(c["at"]))
    if pack is None:
        refuse("no_policy")
    return person, pack


def rule(town: Town, c: Obj) -> tuple[Legs, Obj]:
    """The legs of a bill, and its result."""
    person, pack = payable(town, c)
    name, year = c["beneficiary"], local_day(c["at"]).year
    service_class = pack["med_types"].get(c["med_type"], "unknown")
    own = town.payer(name, 0, name, year, None) if person.insurance == "employee" else None
    binders = []
    for rank, (binding, limit) in enumerate(town.family(name).order_at(c["at"]), start=1):
        payer = town.payer(binding.binder, rank, name, year, binding.number)
        payer.limit = limit
        binders.append(payer)
    bill = Bill(c["amount_fen"], c["self_paid_fen"], service_class, c["sources"])
    legs = oracle.settle(bill, pack["debit"], own, person.status == "active", binders)
    paid = sum(legs.values())
    if c["cash"] == "refused" and paid < c["amount_fen"]:
        refuse("insufficient_funds", needed_fen=c["amount_fen"], available_fen=paid)
    return legs, legs_result(legs, c["amount_fen"] - paid, service_class)


def legs_result(legs: Legs, cash: int, service_class: str) -> Obj:
    own = sum(fen for (_, rank, _), fen in legs.items() if rank == 0)
    return {
        "legs": [
            {"payer": payer, "rank": rank, "bucket": bucket, "amount_fen": fen}
            for (payer, rank, bucket), fen in legs.items()
        ],
        "own_fen": own,
        "shared_fen": sum(legs.values()) - own,
        "cash_fen": cash,
        "class": service_class,
        "review": service_class == "unknown",
    }


def quote(town: Town, c: Obj) -> Obj:
    return rule(town, c)[1]


def charge(town: Town, c: Obj) -> Obj:
    seen_before(town, c)
    legs, result = rule(town, c)
    write_down(town, c, legs, result)
    return result


def write_down(town: Town, c: Obj, legs: Legs, result: Obj) -> None:
    order = town.family(c["beneficiary"]).order_at(c["at"])
    written = []
    for (payer, rank, bucket), fen in legs.items():
        number = order[rank - 1][0].number if rank else None
        quota = (payer, c["beneficiary"], number)
        from_quota = number is not None and quota in town.quotas
        if from_quota and number is not None:
            town.quotas[payer, c["beneficiary"], number] -= fen
        if c["op"] != "hold":
            pay(town, payer, bucket, fen)
        closes = len(town.people[payer].closed_years)
        drawn = fen if from_quota else 0
        written.append(Leg(payer, rank, bucket, fen, closes, number, from_quota, drawn))
    town.settlements[c["settlement"]] = Settlement(
        c,
        c["op"],
        c["beneficiary"],
        local_day(c["at"]).year,
        "held" if c["op"] == "hold" else "charged",
        written,
        result["cash_fen"],
        result,
    )


def pay(town: Town, account: str, bucket: str, fen: int) -> None:
    person = town.people[account]
    setattr(person, bucket, getattr(person, bucket) - fen)


def held(town: Town, c: Obj) -> Settlement:
    settlement = town.settlements.get(c["settlement"])
    if settlement is None:
        refuse("settlement_not_found")
    if settlement.state != "held":
        refuse("not_held")
    for leg in settlement.legs:
        leg.bucket, leg.closes = town.bucket_now(leg), len(town.people[leg.payer].closed_years)
    return settlement


def ended_result(settlement: Settlement) -> Obj:
    legs = [
        {"payer": leg.payer, "rank": leg.rank, "bucket": leg.bucket, "amount_fen": leg.fen}
        for leg in settlement.legs
    ]
    return {**settlement.result, "legs": legs}


def capture(town: Town, c: Obj) -> Obj:
    settlement = held(town, c)
    for leg in settlement.legs:
        pay(town, leg.payer, leg.bucket, leg.fen)
    settlement.state = "captured"
    return ended_result(settlement)


def release(town: Town, c: Obj) -> Obj:
    settlement = held(town, c)
    for leg in settlement.legs:
        if leg.from_quota and leg.binding is not None:
            town.quotas[leg.payer, settlement.beneficiary, leg.binding] += leg.fen
    settlement.state = "released"
    return ended_result(settlement)


def pay_premium(town: Town, c: Obj) -> Obj:
    seen_before(town, c)
    beneficiary, payer = town.people.get(c["beneficiary"]), town.people.get(c["payer"])
    if beneficiary is None:
        refuse("beneficiary_not_found")
    if payer is None:
        refuse("account_not_found")
    if "closed" in (beneficiary.status, payer.status):
        refuse("account_closed")
    if payer.insurance != "employee":
        refuse("no_personal_account")
    pack = pack_in_force(beneficiary.region, local_day(c["at"]))
    if pack is None:
        refuse("no_policy")
    if c["scheme"] not in pack["debit"]["premium_schemes"]:
        refuse("scheme_not_offered")
    rank, number = 0, None
    if c["payer"] != c["beneficiary"]:
        order = [binding for binding, _ in town.family(c["beneficiary"]).order_at(c["at"])]
        names = [binding.binder for binding in order]
        if c["payer"] not in names:
            refuse("not_bound")
        if payer.status != "active":
            refuse("binder_not_active")
        rank = names.index(c["payer"]) + 1
        number = order[rank - 1].number
    year = local_day(c["at"]).year
    asked = town.payer(c["payer"], rank, c["beneficiary"], year, number)
    legs = oracle.premium(c["amount_fen"], pack["debit"], asked)
    if sum(legs.values()) < c["amount_fen"]:
        refuse("insufficient_funds", needed_fen=c["amount_fen"], available_fen=sum(legs.values()))
    result = legs_result(legs, 0, "premium")
    write_down(town, c, legs, result)
    return result


def refund(town: Town, c: Obj) -> Obj:
    if c["refund"] in town.refunds:
        content, result = town.refunds[c["refund"]]
        if content == c:
            raise SeenBefore(result)
        refuse("refund_conflict")
    settlement = town.settlements.get(c["settlement"])
    if settlement is None:
        refuse("settlement_not_found")
    if settlement.state in ("held", "released"):
        refuse("not_settled")
    left = settlement.left
    amount = c.get("amount_fen", left)
    if amount > left or left == 0:
        refuse("over_refund", refundable_fen=left)
    restored = []
    cash = min(amount, settlement.cash - settlement.cash_refunded)
    settlement.cash_refunded += cash
    still = amount - cash
    for leg in reversed(settlement.legs):
        back = min(still, leg.fen - leg.refunded)
        if back:
            restored.append(
                {"payer": leg.payer, "bucket": give_back(town, settlement, leg, back), "amount_fen": back}
            )
            still -= back
    result = {"restored": restored, "cash_fen": cash, "refundable_fen": left - amount}
    town.refunds[c["refund"]] = (c, result)
    return result


def give_back(town: Town, settlement: Settlement, leg: Leg, fen: int) -> str:
    """Money returns to one leg; the bucket it went to."""
    drawn_back = sum(1 for place in range(fen) if leg.refunded + place >= leg.fen - leg.drawn)
    leg.refunded += fen
    person = town.people[leg.payer]
    if person.status == "closed":
        person.suspense += fen
        return "suspense"
    bucket = town.bucket_now(leg)
    pay(town, leg.payer, bucket, -fen)
    if leg.from_quota and leg.binding is not None:
        binding = town.family(settlement.beneficiary).bindings[leg.binding - 1]
        if binding.until is None:
            town.quotas[leg.payer, settlement.beneficiary, leg.binding] += drawn_back
    return bucket
