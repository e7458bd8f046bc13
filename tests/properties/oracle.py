"""Contract section 5, rules 1 to 3, once more and as slowly as possible: one fen after the other.

Written from the contract's words alone. For each fen of a bill it asks who may pay it; there is no minimum,
no subtraction of caps and no order of limits to get wrong. Good for bills of a few hundred fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rules = Mapping[str, Any]
"""The `debit` section of a policy, every key of it."""


@dataclass
class Money:
    """A person's money now, in fen: two buckets, open holds on each, unused quotas granted to others."""

    current: int = 0
    carried: int = 0
    held_current: int = 0
    held_carried: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        balance = self.current + self.carried
        return max(0, balance - self.reserved - (self.held_current + self.held_carried))

    @property
    def beyond_holds(self) -> int:
        return self.current + self.carried - (self.held_current + self.held_carried)

    def bucket_with_a_fen(self, buckets: Sequence[str]) -> str | None:
        """The first of these buckets with a fen beyond its own open holds; `current` comes first."""
        if "current" in buckets and self.current - self.held_current >= 1:
            return "current"
        if "carried" in buckets and self.carried - self.held_carried >= 1:
            return "carried"
        return None

    def lose_a_fen(self, bucket: str) -> None:
        setattr(self, bucket, getattr(self, bucket) - 1)


@dataclass
class Payer:
    """Someone who is asked: a binder, with what limits it, or the beneficiary itself at rank 0.

    The `used…` figures are shared legs of this year so far: of this binder for this beneficiary, of all
    binders for this beneficiary, of this binder for everyone.
    """

    name: str
    rank: int
    money: Money
    active: bool = True
    quota: int | None = None
    limit: int | None = None
    used: int = 0
    used_of_beneficiary: int = 0
    used_by_binder: int = 0


@dataclass
class Bill:
    amount: int
    self_paid: int
    service_class: str
    sources: str = "own_then_shared"


Legs = dict[tuple[str, int, str], int]
"""What each payer, at its rank, pays out of each bucket; in the order of the first fen taken."""


def settle(bill: Bill, rules: Rules, own: Payer | None, active: bool, binders: Sequence[Payer]) -> Legs:
    """Who pays a bill. `own` is none where the beneficiary has no account money."""
    legs: Legs = {}
    if own is not None and bill.sources != "shared" and bill.service_class in rules["own_classes"]:
        for _ in range(bill.amount):
            bucket = own.money.bucket_with_a_fen(("current", "carried"))
            if own.money.available < 1 or bucket is None:
                break
            own.money.lose_a_fen(bucket)
            _count(legs, own, bucket)
    if active and bill.sources != "own" and bill.service_class in rules["shared_classes"]:
        shared: Legs = {}
        for _ in range(shared_part(bill, rules, sum(legs.values()))):
            if not someone_pays_a_fen(shared, rules, binders):
                break
        legs |= shared
    return legs


def premium(amount: int, rules: Rules, payer: Payer) -> Legs:
    """What the one chosen payer can pay of a premium; no limit and no cap binds."""
    buckets = ("current", "carried") if payer.rank == 0 else rules["shared_buckets"]
    legs: Legs = {}
    for _ in range(amount):
        bucket = _bucket_that_may_pay(payer, buckets)
        if bucket is None:
            break
        _pay(legs, payer, bucket)
    return legs


def shared_part(bill: Bill, rules: Rules, own_legs: int) -> int:
    if rules["own_pays_first"] == "self_paid":
        return max(0, bill.amount - max(bill.self_paid, own_legs))
    return max(0, bill.amount - bill.self_paid - own_legs)


def someone_pays_a_fen(legs: Legs, rules: Rules, binders: Sequence[Payer]) -> bool:
    for binder in binders:
        bucket = _bucket_that_may_pay(binder, rules["shared_buckets"])
        if binder.active and bucket is not None and every_cap_leaves_a_fen(legs, rules, binder):
            _pay(legs, binder, bucket)
            return True
    return False


def _bucket_that_may_pay(payer: Payer, buckets: Sequence[str]) -> str | None:
    money = payer.money
    if payer.quota is None:
        return money.bucket_with_a_fen(buckets) if money.available >= 1 else None
    balance, held = money.current + money.carried, money.held_current + money.held_carried
    if payer.quota < 1 or balance - held < 1:
        return None
    return money.bucket_with_a_fen(("current", "carried"))


def every_cap_leaves_a_fen(legs: Legs, rules: Rules, binder: Payer) -> bool:
    paid = sum(fen for (name, _, _), fen in legs.items() if name == binder.name)
    paid_by_all = sum(legs.values())
    per_leg, yearly = rules["per_leg_cap_fen"], rules["yearly_cap_fen"]
    if per_leg is not None and paid + 1 > per_leg:
        return False
    if binder.limit is not None and binder.used + paid + 1 > binder.limit:
        return False
    if yearly is None:
        return True
    counted = {
        "beneficiary": binder.used_of_beneficiary + paid_by_all,
        "binding": binder.used + paid,
        "binder": binder.used_by_binder + paid,
    }
    return counted[rules["yearly_cap_scope"]] + 1 <= int(yearly)


def _pay(legs: Legs, payer: Payer, bucket: str) -> None:
    payer.money.lose_a_fen(bucket)
    if payer.quota is not None:
        payer.quota -= 1
    _count(legs, payer, bucket)


def _count(legs: Legs, payer: Payer, bucket: str) -> None:
    key = (payer.name, payer.rank, bucket)
    legs[key] = legs.get(key, 0) + 1
