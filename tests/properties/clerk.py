"""What the contract answers, worked out by hand: ids and accounts here, families and bills beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.properties import clerk_of_bills, clerk_of_families, clerk_of_records
from tests.properties.refusing import No, refuse
from tests.properties.town import Person, Town, local_day

Obj = dict[str, Any]
NOW = datetime(2027, 12, 31, tzinfo=UTC)

BILL = {"self_paid_fen": 0, "facts": {}, "sources": "own_then_shared", "cash": "allowed"}
DEFAULTS: dict[str, Obj] = {
    "credit": {"bucket": "current"},
    "adjust": {"bucket": "current"},
    "bind": {"kind": "mutual_aid", "limit_fen": None, "evidence": []},
    "unbind": {"kind": "mutual_aid"},
    "charge": BILL,
    "hold": BILL,
    "quote": BILL,
    "record": {"self_paid_fen": 0, "facts": {}},
}


@dataclass
class Answer:
    """`result` holds the whole result of an accepted command, or the figures the contract names."""

    status: str
    code: str | None = None
    result: Obj = field(default_factory=dict)


class Clerk:
    """Answers commands, given as the objects of their lines, all recorded at `NOW`."""

    def __init__(self) -> None:
        self.town = Town()
        self.ids: dict[str, tuple[Obj, Answer]] = {}

    def answer(self, obj: Obj) -> Answer:
        """The id first, then the clock, then the rules; a quote looks up nothing."""
        content = content_of(obj)
        if obj["op"] == "quote":
            return self._decide(obj["id"], obj.get("by"), content)
        if obj["id"] in self.ids:
            known, first = self.ids[obj["id"]]
            if known != content:
                return Answer("rejected", "request_conflict")
            return first if first.status == "rejected" else Answer("duplicate", None, first.result)
        answer = self._decide(obj["id"], obj.get("by"), content)
        self.ids[obj["id"]] = (content, answer)
        return answer

    def decided(self, at: datetime, bill: Obj) -> list[Obj]:
        """The legs that a bill would get now; none where it would be refused."""
        content = {**BILL, **bill, "at": at}
        try:
            legs: list[Obj] = clerk_of_bills.quote(self.town, content)["legs"]
        except No:
            return []
        return [{name: leg[name] for name in ("payer", "bucket", "amount_fen")} for leg in legs]

    def _decide(self, id_: str, by: str | None, content: Obj) -> Answer:
        try:
            if content["at"] > NOW + timedelta(hours=24):
                refuse("in_the_future")
            match content["op"]:
                case "bind":
                    result = clerk_of_families.bind(self.town, content, id_, by)
                case "review":
                    result = clerk_of_families.review(self.town, content, by)
                case op:
                    result = OPS[op](self.town, content)
        except No as no:
            return Answer("rejected", no.code, no.figures)
        except clerk_of_bills.SeenBefore as seen:
            return Answer("duplicate", None, seen.result)
        return Answer("accepted", None, result)


def content_of(obj: Obj) -> Obj:
    """Every field but `id` and `by`, after defaults are filled in, times as instants."""
    content = {**DEFAULTS.get(obj["op"], {}), **obj}
    del content["id"]
    content.pop("by", None)
    content["at"] = datetime.fromisoformat(obj["at"])
    return content


def open_account(town: Town, c: Obj) -> Obj:
    if c["account"] in town.people:
        refuse("account_exists")
    born = date.fromisoformat(c["born"]) if "born" in c else None
    town.people[c["account"]] = Person(c["region"], c["insurance"], born)
    return {}


def with_money(town: Town, c: Obj) -> Person:
    person = town.people.get(c["account"])
    if person is None:
        refuse("account_not_found")
    if person.status == "closed":
        refuse("account_closed")
    if person.insurance == "resident":
        refuse("no_personal_account")
    return person


def credit(town: Town, c: Obj) -> Obj:
    person = with_money(town, c)
    add(person, c["bucket"], c["amount_fen"])
    return {"balance_fen": person.current + person.carried}


def adjust(town: Town, c: Obj) -> Obj:
    person = town.people.get(c["account"])
    bucket, delta = c["bucket"], c["delta_fen"]
    if person is not None and person.status == "closed" and delta < 0 and bucket != "suspense":
        before = person.current if bucket == "current" else person.carried
        if before + delta < 0 or person.current + person.carried + delta < 0:
            refuse("account_closed")
    elif bucket == "suspense" and person is not None and person.insurance == "employee":
        if person.status != "closed" or delta > 0 or person.suspense + delta < 0:
            refuse("not_in_suspense")
    else:
        with_money(town, c)
    assert person is not None
    add(person, bucket, delta)
    return {"balance_fen": person.current + person.carried}


def add(person: Person, bucket: str, fen: int) -> None:
    setattr(person, bucket, getattr(person, bucket) + fen)


def close_year(town: Town, c: Obj) -> Obj:
    person = with_money(town, c)
    if person.closed_years and c["year"] <= max(person.closed_years):
        refuse("year_already_closed")
    if c["year"] > local_day(c["at"]).year:
        refuse("year_not_over")
    moved = person.current
    person.closed_years.append(c["year"])
    person.carried += moved
    person.current = 0
    return {"moved_fen": moved}


OPS: dict[str, Callable[[Town, Obj], Obj]] = {
    "open_account": open_account,
    "credit": credit,
    "adjust": adjust,
    "close_year": close_year,
    "transfer": clerk_of_families.transfer,
    "set_status": clerk_of_families.set_status,
    "unbind": clerk_of_families.unbind,
    "reorder": clerk_of_families.reorder,
    "set_limit": clerk_of_families.set_limit,
    "grant_quota": clerk_of_families.grant_quota,
    "release_quota": clerk_of_families.release_quota,
    "charge": clerk_of_bills.charge,
    "hold": clerk_of_bills.charge,
    "quote": clerk_of_bills.quote,
    "record": clerk_of_records.record,
    "capture": clerk_of_bills.capture,
    "release": clerk_of_bills.release,
    "pay_premium": clerk_of_bills.pay_premium,
    "refund": clerk_of_bills.refund,
}
