"""Someone who makes up what happens in a small town, one command after the other.

Each command is drawn with the town's books at hand: who is bound, which holds are open, what can still be
refunded. Most are accepted; a share goes wrong on purpose, comes late or comes again.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.properties.clerk import Answer, Clerk
from tests.properties.clerk_of_families import authorisations
from tests.properties.town import SHANGHAI, local_day, pack_in_force

Obj = dict[str, Any]
T = TypeVar("T")

PEOPLE = ("LIN", "WEI", "MEI", "JUN", "HUA")
REGIONS = ("900100", "900100", "900200", "900300", "900400", "900500", "910101", "910200")
MED_TYPES = ("11", "11", "11", "41", "41", "21", "77", "140104")
START = datetime(2026, 12, 5, 9, 0, tzinfo=SHANGHAI)
STEPS = (0, 0, 1, 60, 60, 1440, 2880, 10_080)  # minutes between one command and the next
LATE = (0, 0, 0, 0, 60, 1440, 7200, 40_000, 15_000_000)  # minutes a command comes late


WEIGHTS = {
    "charge": 12, "hold": 7, "capture": 4, "release": 3, "refund": 6, "pay_premium": 2, "quote": 2,
    "credit": 4, "adjust": 2, "close_year": 2, "set_status": 2, "transfer": 1,
    "bind": 4, "review": 3, "unbind": 2, "reorder": 3, "set_limit": 3, "grant_quota": 3, "release_quota": 1,
    "again": 4, "stranger": 1,
}  # fmt: skip
EVENTS = [name for name, weight in WEIGHTS.items() for _ in range(weight)]


def line_of(command: Obj) -> bytes:
    return json.dumps(command, ensure_ascii=False).encode()


class Story:
    """Draws one command after the other. `now` is the town's clock; ids are numbered."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.clerk = Clerk()
        self.commands: list[Obj] = []
        self.answers: list[Answer] = []
        self.now = START

    # drawing -------------------------------------------------------------------------------------

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self._draw(st.integers(0, len(choices) - 1))]

    def chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def fen(self, most: int = 150) -> int:
        return self._draw(st.integers(1, most))

    def tell(self, command: Obj) -> None:
        """Write a command down, with the answer it should get."""
        self.answers.append(self.clerk.answer(command))
        self.commands.append(command)

    def say(self, op: str, *, late: int = 0, **fields: Any) -> None:
        """Write a command down, as of now or some minutes late."""
        at = self.now - timedelta(minutes=late)
        zone = self.pick((SHANGHAI, SHANGHAI, None))
        by = {"by": self.pick(("window-1", "window-2"))} if op == "review" or self.chance(90) else {}
        text = at.astimezone(zone).isoformat() if zone else at.isoformat()
        self.tell({"id": f"r-{len(self.commands)}", "op": op, "at": text, **by, **fields})

    # the town ------------------------------------------------------------------------------------

    def found(self) -> None:
        """Accounts, some money, and a family for LIN."""
        for person in PEOPLE:
            insurance = "resident" if person == "LIN" and self.chance(50) else "employee"
            born: Obj = (
                {"born": self.pick(("1950-02-28", "2010-12-01", "2020-06-01"))} if self.chance(60) else {}
            )
            self.say("open_account", account=person, region=self.pick(REGIONS), insurance=insurance, **born)
            for bucket in ("current", "carried"):
                if insurance == "employee" and self.chance(80):
                    self.say("credit", account=person, amount_fen=self.fen(400), bucket=bucket)
        for binder in PEOPLE[1:4]:
            self.bind(binder, "LIN")

    def go_on(self) -> None:
        self.now += timedelta(minutes=self.pick(STEPS))
        getattr(self, self.pick(EVENTS))()

    # what may happen -----------------------------------------------------------------------------

    def bind(self, binder: str | None = None, beneficiary: str | None = None) -> None:
        kind = "proxy_credential" if self.chance(15) else "mutual_aid"
        pairs = [
            (one, other)
            for one in PEOPLE
            for other in PEOPLE
            if one != other and not self.clerk.town.family(other).bound(one, kind)
        ]
        drawn = self.pick(pairs) if pairs and self.chance(90) else (self.pick(PEOPLE), self.pick(PEOPLE))
        binder, beneficiary = binder or drawn[0], beneficiary or drawn[1]
        self.say(
            "bind",
            late=self.rarely_late(),
            binder=binder,
            beneficiary=beneficiary,
            kind=kind,
            **self.terms(binder, beneficiary, kind),
        )

    def terms(self, binder: str, beneficiary: str, kind: str) -> Obj:
        """What a bind says, mostly as the binder's policy wants it."""
        person = self.clerk.town.people[beneficiary]
        pack = pack_in_force(self.clerk.town.people[binder].region, local_day(self.now))
        assert pack is not None
        rules = pack[kind]
        needed = authorisations(person, local_day(self.now), rules["face_age"])
        terms: Obj = {
            "relation": "parent_in_law" if self.chance(10) else self.pick(rules["relations"]),
            "authorisation": "face" if self.chance(10) else self.pick(needed),
        }
        if kind == "mutual_aid":
            if self.chance({"none": 5, "optional": 25, "required": 95}[rules["quota"]]):
                terms["quota_fen"] = self.fen(60)
            if self.chance(30):
                terms["limit_fen"] = self.pick((None, 0, 30, 100))
        return terms

    def rarely_late(self) -> int:
        return self.pick(LATE) if self.chance(15) else 0

    def review(self) -> None:
        town = self.clerk.town
        waiting = [id_ for id_ in town.pending if id_ not in town.reviewed]
        if not waiting and self.chance(90):
            return self.bind()
        request = self.pick(waiting if waiting and self.chance(90) else [c["id"] for c in self.commands])
        decision = "reject" if self.chance(20) else "approve"
        return self.say("review", late=self.rarely_late(), request=request, decision=decision)

    def pair(self) -> Obj:
        """A binder and a beneficiary, mostly bound."""
        bound = [
            (binding.binder, beneficiary)
            for beneficiary, family in self.clerk.town.families.items()
            for binding in family.bound_now("mutual_aid")
        ]
        strangers = (self.pick(PEOPLE), self.pick(PEOPLE))
        binder, beneficiary = self.pick(bound) if bound and self.chance(90) else strangers
        return {"binder": binder, "beneficiary": beneficiary}

    def unbind(self) -> None:
        kind = {"kind": "proxy_credential"} if self.chance(15) else {}
        self.say("unbind", late=self.rarely_late(), **self.pair(), **kind)

    def reorder(self) -> None:
        beneficiary = "LIN" if self.chance(80) else self.pick(PEOPLE)
        order = [binding.binder for binding, _ in self.clerk.town.family(beneficiary).order_now()]
        if self.chance(10):
            order.append(self.pick(PEOPLE))
        shuffled = self._draw(st.permutations(order))
        self.say("reorder", late=self.rarely_late(), beneficiary=beneficiary, order=list(shuffled))

    def set_limit(self) -> None:
        limit = self.pick((None, 0, 20, 50, 200))
        self.say("set_limit", late=self.rarely_late(), **self.pair(), limit_fen=limit)

    def grant_quota(self) -> None:
        self.say("grant_quota", late=self.rarely_late(), **self.pair(), amount_fen=self.fen(40))

    def release_quota(self) -> None:
        quotas = [(owner, other) for (owner, other, _), left in self.clerk.town.quotas.items() if left]
        if not quotas and self.chance(80):
            return self.grant_quota()
        pair = self.pair()
        if quotas:
            pair["binder"], pair["beneficiary"] = self.pick(quotas)
        return self.say("release_quota", **pair)

    def bill(self) -> Obj:
        amount = self.fen()
        fields: Obj = {
            "beneficiary": "LIN" if self.chance(70) else self.pick(PEOPLE),
            "amount_fen": amount,
            "med_type": self.pick(MED_TYPES),
        }
        if self.chance(25):
            fields["self_paid_fen"] = self._draw(st.integers(0, amount))
        if self.chance(20):
            fields["sources"] = self.pick(("own", "shared", "own_then_shared"))
        if self.chance(10):
            fields["cash"] = "refused"
        return fields

    def charge(self) -> None:
        settlement = f"S-{len(self.commands)}"
        self.say("charge", late=self.pick(LATE), settlement=settlement, **self.bill())

    def hold(self) -> None:
        settlement = f"S-{len(self.commands)}"
        self.say("hold", late=self.pick(LATE), settlement=settlement, **self.bill())

    def quote(self) -> None:
        self.say("quote", late=self.pick(LATE), **self.bill())

    def settlement(self, *states: str) -> str | None:
        """A settlement in one of these states that still has something to refund or to end, mostly."""
        known = self.clerk.town.settlements
        found = [
            id_
            for id_, s in known.items()
            if s.state in states
            and sum(leg.fen - leg.refunded for leg in s.legs) + s.cash - s.cash_refunded > 0
        ]
        if found and self.chance(95):
            return self.pick(found)
        return self.pick([*known, "S-none"]) if self.chance(20) else None

    def capture(self) -> None:
        settlement = self.settlement("held")
        if settlement is None:
            return self.hold()
        return self.say("capture", settlement=settlement)

    def release(self) -> None:
        settlement = self.settlement("held")
        if settlement is None:
            return self.hold()
        return self.say("release", settlement=settlement)

    def pay_premium(self) -> None:
        pair = self.pair()
        payer = pair["beneficiary"] if self.chance(30) else pair["binder"]
        self.say(
            "pay_premium",
            late=self.rarely_late(),
            settlement=f"S-{len(self.commands)}",
            payer=payer,
            beneficiary=pair["beneficiary"],
            amount_fen=self.fen(30),
            scheme=self.pick(("resident", "resident", "resident", "long_term_care")),
        )

    def refund(self) -> None:
        settlement = self.settlement("charged", "captured")
        if settlement is None:
            return self.charge()
        amount: Obj = {"amount_fen": self.fen(60)} if self.chance(50) else {}
        return self.say("refund", settlement=settlement, refund=f"R-{len(self.commands)}", **amount)

    def credit(self) -> None:
        bucket: Obj = {"bucket": "carried"} if self.chance(40) else {}
        self.say("credit", account=self.pick(PEOPLE), amount_fen=self.fen(200), **bucket)

    def adjust(self) -> None:
        delta = self._draw(st.integers(-150, 150).filter(bool))
        bucket = self.pick(("current", "carried", "suspense"))
        if bucket == "suspense":
            owed = [(name, p.suspense) for name, p in self.clerk.town.people.items() if p.suspense]
            name, owing = self.pick(owed) if owed else (self.pick(PEOPLE), 10)
            delta = -owing if self.chance(50) else delta
        else:
            name = self.pick(PEOPLE)
        self.say("adjust", account=name, delta_fen=delta, bucket=bucket, reason="clearing")

    def close_year(self) -> None:
        self.say("close_year", account=self.pick(PEOPLE), year=self.pick((2024, 2025, 2026, 2026, 2027)))

    def set_status(self) -> None:
        status = self.pick(("suspended", "active", "active", "active", "closed"))
        self.say("set_status", account=self.pick(PEOPLE), status=status)

    def transfer(self) -> None:
        self.say("transfer", account=self.pick(PEOPLE), region=self.pick(REGIONS))

    def again(self) -> None:
        """An earlier command once more: as it was, under a new id, or with other content."""
        command = dict(self.pick(self.commands))
        if self.chance(50):
            command["id"] = f"r-{len(self.commands)}"
        if self.chance(30):
            command["at"] = self.now.isoformat()
        self.tell(command)

    def stranger(self) -> None:
        """A command about someone or some time that the ledger does not know."""
        command = dict(self.pick(self.commands))
        command["id"] = f"r-{len(self.commands)}"
        field = self.pick(("account", "binder", "beneficiary", "payer", "settlement", "at"))
        if field in command:
            command[field] = "2029-01-01T00:00:00+08:00" if field == "at" else "NOBODY"
        self.tell(command)
