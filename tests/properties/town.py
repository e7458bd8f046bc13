"""A small town's books, kept naively from the commands alone: people, families, settlements.

Nothing here comes from the ledger's code or events. Every figure is found by adding up what was written down.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from tests.properties.oracle import Money, Payer

SHANGHAI = timezone(timedelta(hours=8))
PACK_FILE = Path(__file__).with_name("regions.yaml")

# Contract section 7: the defaults, as far as these books need them.
NEAR = ["spouse", "parent", "child", "sibling", "grandparent", "grandchild"]
BINDING = {
    "relations": NEAR,
    "scope": "province",
    "max_active_members": 5,
    "max_binds_per_month": 6,
    "max_active_binders": 2,
    "min_days_bound": 0,
    "rebind_cooldown_days": 0,
    "face_age": 16,
    "quota": "optional",
    "review": "none",
}
PROXY = {**BINDING, "relations": [*NEAR, "parent_in_law", "other"], "scope": "nation", "quota": "none"}
DEBIT = {
    "own_classes": ["outpatient", "pharmacy", "inpatient", "maternity", "other"],
    "shared_classes": ["outpatient", "pharmacy"],
    "shared_buckets": ["current", "carried"],
    "per_leg_cap_fen": None,
    "yearly_cap_fen": None,
    "yearly_cap_scope": "beneficiary",
    "own_pays_first": "in_scope",
    "premium_schemes": ["resident"],
}
MED_TYPES = {
    "11": "outpatient",
    "14": "outpatient",
    "41": "pharmacy",
    "21": "inpatient",
    "3101": "inpatient",
    "51": "maternity",
    "28": "other",
}
PACKS: list[dict[str, Any]] = [
    {
        **pack,
        "mutual_aid": {**BINDING, **pack["mutual_aid"]},
        "proxy_credential": {**PROXY, **pack.get("proxy_credential", {})},
        "debit": {**DEBIT, **pack.get("debit", {})},
        "med_types": {**MED_TYPES, **pack.get("med_types", {})},
    }
    for pack in yaml.safe_load_all(PACK_FILE.read_text("utf-8"))
]


@dataclass
class Person:
    region: str
    insurance: str
    born: date | None
    status: str = "active"
    current: int = 0
    carried: int = 0
    suspense: int = 0
    closed_years: list[int] = field(default_factory=list)


@dataclass
class Leg:
    """`closes` is how many years the payer had closed when the leg was written down; `drawn` what of it came
    out of a quota."""

    payer: str
    rank: int
    bucket: str
    fen: int
    closes: int
    binding: int | None
    from_quota: bool
    drawn: int = 0
    refunded: int = 0


@dataclass
class Settlement:
    content: dict[str, Any]
    op: str
    beneficiary: str
    year: int
    state: str
    legs: list[Leg]
    cash: int
    result: dict[str, Any]
    cash_refunded: int = 0

    @property
    def left(self) -> int:
        """What could still be given back."""
        return sum(leg.fen - leg.refunded for leg in self.legs) + self.cash - self.cash_refunded


@dataclass
class Binding:
    number: int
    kind: str
    binder: str
    since: datetime
    until: datetime | None = None


@dataclass
class Family:
    """`actions` is the one timeline: when, what, and what about."""

    bindings: list[Binding] = field(default_factory=list)
    actions: list[tuple[datetime, str, Any]] = field(default_factory=list)

    @property
    def last_at(self) -> datetime | None:
        return self.actions[-1][0] if self.actions else None

    def bound_now(self, kind: str) -> list[Binding]:
        return [b for b in self.bindings if b.until is None and b.kind == kind]

    def bound(self, binder: str, kind: str) -> Binding | None:
        return next((b for b in self.bound_now(kind) if b.binder == binder), None)

    def order_at(self, at: datetime) -> list[tuple[Binding, int | None]]:
        """The debit order at a moment, each binding with its limit: the timeline up to then, told again."""
        order: list[Binding] = []
        limits: dict[int, int | None] = {}
        for when, what, about in self.actions:
            if when > at:
                break
            if what == "bind" and about[0].kind == "mutual_aid":
                order.append(about[0])
                limits[about[0].number] = about[1]
            elif what == "unbind":
                order = [b for b in order if b.number != about.number]
            elif what == "reorder":
                order = [b for binder in about for b in order if b.binder == binder]
            elif what == "limit":
                limits[about[0].number] = about[1]
        return [(binding, limits[binding.number]) for binding in order]

    def order_now(self) -> list[tuple[Binding, int | None]]:
        return self.order_at(self.last_at) if self.last_at else []


@dataclass
class Town:
    people: dict[str, Person] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    settlements: dict[str, Settlement] = field(default_factory=dict)
    refunds: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    quotas: dict[tuple[str, str, int], int] = field(default_factory=dict)
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    reviewed: dict[str, str] = field(default_factory=dict)
    corrected: set[str] = field(default_factory=set)

    def family(self, beneficiary: str) -> Family:
        return self.families.setdefault(beneficiary, Family())

    def bucket_now(self, leg: Leg) -> str:
        """The bucket a leg belongs to now: a closed year has made it carried."""
        return "carried" if len(self.people[leg.payer].closed_years) > leg.closes else leg.bucket

    def held(self, account: str, bucket: str) -> int:
        return sum(
            leg.fen
            for settlement in self.settlements.values()
            if settlement.state == "held"
            for leg in settlement.legs
            if leg.payer == account and self.bucket_now(leg) == bucket
        )

    def reserved(self, account: str) -> int:
        return sum(left for (owner, _, _), left in self.quotas.items() if owner == account)

    def money(self, account: str) -> Money:
        person = self.people[account]
        return Money(
            person.current,
            person.carried,
            self.held(account, "current"),
            self.held(account, "carried"),
            self.reserved(account),
        )

    def open_holds(self, account: str) -> list[str]:
        """The open holds that an account pays a leg of, or is the beneficiary of."""
        return [
            id_
            for id_, settlement in self.settlements.items()
            if settlement.state == "held"
            and (settlement.beneficiary == account or any(leg.payer == account for leg in settlement.legs))
        ]

    def used(self, year: int, beneficiary: str | None = None, binder: str | None = None) -> int:
        """Shared legs of a year net of refunds, holds included, premiums not."""
        return sum(
            leg.fen - leg.refunded
            for settlement in self.settlements.values()
            if settlement.op != "pay_premium" and settlement.state != "released" and settlement.year == year
            for leg in settlement.legs
            if leg.rank > 0 and beneficiary in (None, settlement.beneficiary) and binder in (None, leg.payer)
        )

    def payer(self, account: str, rank: int, beneficiary: str, year: int, binding: int | None) -> Payer:
        quota = self.quotas.get((account, beneficiary, binding)) if binding is not None else None
        return Payer(
            account,
            rank,
            self.money(account),
            active=self.people[account].status == "active",
            quota=quota,
            used=self.used(year, beneficiary, account),
            used_of_beneficiary=self.used(year, beneficiary),
            used_by_binder=self.used(year, None, account),
        )


def local_day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def pack_in_force(region: str, day: date) -> dict[str, Any] | None:
    """The longest prefix wins, then the latest day."""
    found = [
        (len(prefix), pack["effective"], pack)
        for pack in PACKS
        for prefix in pack["regions"]
        if region.startswith(prefix) and pack["effective"] <= day
    ]
    return max(found, key=lambda entry: entry[:2])[2] if found else None
