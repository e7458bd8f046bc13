"""The past by another way: every answer folded in plain Python from the log's events, one after another.

It shares no code with the read models and none with the aggregates. What counts are the events up to a
position whose service time has come, in recorded order; everything else is as if it had never been.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from tests.projections.desk import Answer, Log

MONEY: Final = ("current_fen", "carried_fen", "reserved_fen", "held_fen", "suspense_fen")


class Past:
    """What there was after the events up to `position` with a service time up to `at` (none: all of them)."""

    def __init__(self, log: Log, position: int | None = None, at: datetime | None = None) -> None:
        self.position = len(log) if position is None else min(position, len(log))
        self.people: dict[str, dict[str, str]] = {}
        self.money: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.lines: defaultdict[str, list[Answer]] = defaultdict(list)
        self.quotas: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.granted: set[tuple[str, int]] = set()
        self.orders: defaultdict[str, list[Answer]] = defaultdict(list)
        self.used: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
        placed = {r.event.settlement: r.event for r in log[: self.position] if r.event.topic == "HoldPlaced"}
        for recorded in log[: self.position]:
            if at is not None and recorded.event.at > at:
                continue
            kind, _, subject = recorded.stream.partition(":")
            if kind == "account":
                self._account(subject, recorded.position, recorded.event)
            if kind == "family":
                self._family(subject, recorded.event, placed)

    def balance(self, account: str) -> Answer:
        """The answer of `copay balance`."""
        money = self.money[account]
        both = money["current_fen"] + money["carried_fen"]
        return {
            "account": account,
            **self.people[account],
            **{name: money[name] for name in MONEY},
            "balance_fen": both,
            "available_fen": max(0, both - money["reserved_fen"] - money["held_fen"]),
            "position": self.position,
        }

    def statement(self, account: str) -> Answer:
        """The answer of `copay statement`, all days."""
        return {
            "account": account, "from": None, "to": None, "lines": self.lines[account],
            "position": self.position,
        }  # fmt: skip

    def order(self, beneficiary: str) -> Answer:
        """The answer of `copay debit-order`."""
        person = self.people[beneficiary]
        own = {"rank": 0, "binder": beneficiary, "relation": "self"}
        nothing = dict.fromkeys(("since", "limit_fen", "quota_fen", "binding"))
        shared = [
            {
                **binding,
                "rank": rank,
                "quota_fen": self.quotas[beneficiary, binding["binding"]]
                if (beneficiary, binding["binding"]) in self.granted
                else None,
            }
            for rank, binding in enumerate(self.orders[beneficiary], 1)
        ]
        first = [own | nothing] if person["insurance"] == "employee" else []
        return {
            "beneficiary": beneficiary, **person, "order": first + shared, "position": self.position
        }  # fmt: skip

    def limits(self, beneficiary: str, year: int) -> Answer:
        """The answer of `copay limits` where no policy caps a beneficiary's year."""
        used = self.used[beneficiary, year]
        bound = {binding["binder"]: binding["limit_fen"] for binding in self.orders[beneficiary]}
        former = sorted(binder for binder, fen in used.items() if fen and binder not in bound)
        return {
            "beneficiary": beneficiary, "region": self.people[beneficiary]["region"], "year": year,
            "used_fen": sum(used.values()), "cap_fen": None, "remaining_fen": None,
            "by_binder": [
                {
                    "binder": binder,
                    "used_fen": used[binder],
                    "limit_fen": bound.get(binder),
                    "remaining_fen": _left(bound.get(binder), used[binder]),
                    "bound": binder in bound,
                }
                for binder in [*bound, *former]
            ],
            "position": self.position,
        }  # fmt: skip

    def _account(self, account: str, position: int, event: Any) -> None:
        moved: Counter[str] = Counter()
        match event.topic:
            case "AccountOpened":
                self.people[account] = {
                    "region": event.region, "insurance": event.insurance, "status": "active"
                }  # fmt: skip
            case "AccountTransferred" if account in self.people:
                self.people[account]["region"] = event.region
            case "StatusChanged" if account in self.people:
                self.people[account]["status"] = event.status
            case "Credited":
                moved[f"{event.bucket}_fen"] = event.amount_fen
            case "Adjusted":
                moved[f"{event.bucket}_fen"] = event.delta_fen
            case "YearClosed":
                moved["current_fen"], moved["carried_fen"] = -event.moved_fen, event.moved_fen
            case "QuotaGranted":
                self._quota(account, event, event.amount_fen)
                self.granted.add((event.beneficiary, event.binding))
            case "QuotaReleased":
                self._quota(account, event, -event.released_fen)
            case "CoPaymentRefunded":
                moved = _by_bucket(event, 1)
                self._quota(account, event, sum(moved.values()) if event.into_quota else 0)
                moved["suspense_fen"] = event.suspense_fen
            case "CoPaymentCharged" | "CoPaymentHeld" | "CoPaymentCaptured" | "HoldReleased":
                moved = self._paid(account, event)
            case _:
                pass  # places as a binder move no money
        self.money[account].update(moved)
        self._noted(account, position, event, moved)

    def _paid(self, account: str, event: Any) -> Counter[str]:
        legs = _by_bucket(event, -1)
        total = -sum(legs.values())
        held = {"CoPaymentHeld": 1, "CoPaymentCaptured": -1, "HoldReleased": -1}.get(event.topic, 0)
        drawn = {"CoPaymentHeld": -1, "CoPaymentCharged": -1, "HoldReleased": 1}.get(event.topic, 0)
        self.money[account]["held_fen"] += held * total
        self._quota(account, event, drawn * total if event.from_quota else 0)
        return legs if event.topic in ("CoPaymentCharged", "CoPaymentCaptured") else Counter()

    def _quota(self, account: str, event: Any, delta_fen: int) -> None:
        if delta_fen:
            self.quotas[event.beneficiary, event.binding] += delta_fen
            self.money[account]["reserved_fen"] += delta_fen

    def _noted(self, account: str, position: int, event: Any, moved: Counter[str]) -> None:
        before = self.lines[account][-1]["balance_fen"] if self.lines[account] else 0
        for bucket in ("current", "carried", "suspense"):
            fen = moved[f"{bucket}_fen"]
            if not fen:
                continue
            before += fen if bucket != "suspense" else 0
            line = {
                "position": position, "at": _shown(event.at), "recorded_at": _shown(event.recorded_at),
                "type": event.topic, "bucket": bucket, "amount_fen": fen, "balance_fen": before,
                "settlement": getattr(event, "settlement", None),
                "beneficiary": getattr(event, "beneficiary", None),
                "note": event.kind if event.topic == "Credited" else getattr(event, "reason", None),
            }  # fmt: skip
            self.lines[account].append(line)

    def _family(self, beneficiary: str, event: Any, placed: dict[str, Any]) -> None:
        order = self.orders[beneficiary]
        match event.topic:
            case "Bound" if event.kind == "mutual_aid":
                order.append(
                    {
                        "binder": event.binder, "relation": event.relation, "since": _shown(event.at),
                        "limit_fen": event.limit_fen, "binding": event.binding,
                    }
                )  # fmt: skip
            case "Unbound":
                order[:] = [binding for binding in order if binding["binding"] != event.binding]
            case "PriorityReordered":
                order.sort(key=lambda binding: event.order.index(binding["binder"]))
            case "LimitSet":
                for binding in order:
                    if binding["binding"] == event.binding:
                        binding["limit_fen"] = event.limit_fen
            case "LimitUsed" | "HoldPlaced":
                self._used(beneficiary, event.year, event.uses, 1)
            case "LimitRestored":
                self._used(beneficiary, event.year, event.uses, -1)
            case "HoldEnded" if event.outcome == "released":
                hold = placed[event.settlement]
                self._used(beneficiary, hold.year, hold.uses, -1)
            case _:
                pass  # proxies pay nothing; a captured hold stays used

    def _used(self, beneficiary: str, year: int, uses: Iterable[Any], sign: int) -> None:
        for use in uses:
            self.used[beneficiary, year][use.binder] += sign * use.amount_fen


def _by_bucket(event: Any, sign: int) -> Counter[str]:
    return Counter(current_fen=sign * event.current_fen, carried_fen=sign * event.carried_fen)


def _left(limit_fen: int | None, used_fen: int) -> int | None:
    return None if limit_fen is None else max(0, limit_fen - used_fen)


def _shown(instant: datetime) -> str:
    """Shanghai has kept one offset since 1991, and nothing here is older."""
    return instant.astimezone(timezone(timedelta(hours=8))).isoformat()
