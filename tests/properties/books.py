"""The figures behind a log, added up from its stored bytes alone, event by event."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.events.codec import encode
from ledger.events.envelope import StreamEvent

Data = dict[str, Any]
BUCKETS = ("current", "carried")
LEFT_OUT: Data = {
    "op": "charge", "service_class": "outpatient", "rank": 0, "sources": [], "legs": [], "uses": [],
    "current_fen": 0, "carried_fen": 0, "suspense_fen": 0, "self_paid_fen": 0, "cash_fen": 0,
}  # fmt: skip
"""What a field that is not stored stands for."""


@dataclass
class Entry:
    """One stored event: the part of its stream after the colon, its topic, and its JSON."""

    stream: str
    topic: str
    data: Data


@dataclass
class Books:
    """All figures in fen. `money` and `held` are by (account, bucket), `quota` by (binder, beneficiary,
    binding), `used` by (binder, beneficiary, year); `left` is what each part of a settlement may return."""

    people: dict[str, Data] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    money: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    quota: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    used: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    bindings: dict[tuple[str, int], Data] = field(default_factory=dict)
    limits: dict[tuple[str, int], list[tuple[str, int | None]]] = field(default_factory=dict)
    packs: dict[str, Data] = field(default_factory=dict)
    settlements: dict[str, Data] = field(default_factory=dict)
    open_holds: dict[str, Data] = field(default_factory=dict)
    left: dict[str, list[int]] = field(default_factory=dict)

    def room(self, account: str, bucket: str) -> int:
        return self.money[account, bucket] - self.held[account, bucket]

    def balance(self, account: str) -> int:
        return sum(self.money[account, bucket] for bucket in BUCKETS)

    def balance_beyond_holds(self, account: str) -> int:
        return sum(self.room(account, bucket) for bucket in BUCKETS)

    def reserved(self, account: str) -> int:
        return sum(fen for (owner, _, _), fen in self.quota.items() if owner == account)

    def available(self, account: str) -> int:
        return max(0, self.balance_beyond_holds(account) - self.reserved(account))

    def limit_at(self, beneficiary: str, binding: int, at: str) -> int | None:
        """A binding's limit as it was at a moment (stored times are UTC and compare as texts)."""
        return [limit for since, limit in self.limits[beneficiary, binding] if since <= at][-1]

    def used_of(self, year: int, binder: str | None = None, beneficiary: str | None = None) -> int:
        return sum(
            fen
            for (payer, patient, when), fen in self.used.items()
            if when == year and binder in (None, payer) and beneficiary in (None, patient)
        )

    def post(self, entry: Entry) -> None:
        """Add one event up. Topics that move no figure have no case."""
        self._post_account(entry.topic, entry.stream, entry.data)
        self._post_family(entry.topic, entry.stream, entry.data)
        self._post_settlement(entry.topic, entry.stream, entry.data)

    def _post_account(self, topic: str, account: str, data: Data) -> None:
        match topic:
            case "AccountOpened":
                self.people[account], self.status[account] = data, "active"
            case "StatusChanged":
                self.status[account] = data["status"]
            case "Credited":
                self.money[account, data["bucket"]] += data["amount_fen"]
            case "Adjusted":
                self.money[account, data["bucket"]] += data["delta_fen"]
            case "YearClosed":
                self._close(self.money, account, data["moved_fen"])
                self._close(self.held, account, data["held_fen"])
            case "CoPaymentCharged":
                self._legs(self.money, account, data, -1)
                self._quota(account, data, -1)
            case "CoPaymentHeld":
                self._legs(self.held, account, data, 1)
                self._quota(account, data, -1)
            case "CoPaymentCaptured":
                self._legs(self.held, account, data, -1)
                self._legs(self.money, account, data, -1)
            case "HoldReleased":
                self._legs(self.held, account, data, -1)
                self._quota(account, data, 1)
            case "CoPaymentRefunded":
                self._legs(self.money, account, data, 1)
                self._quota(account, data, 1)
                self.money[account, "suspense"] += data["suspense_fen"]
            case "QuotaGranted":
                self.quota[account, data["beneficiary"], data["binding"]] += data["amount_fen"]
            case "QuotaReleased":
                self.quota[account, data["beneficiary"], data["binding"]] -= data["released_fen"]
            case _:
                pass

    def _post_family(self, topic: str, beneficiary: str, data: Data) -> None:
        match topic:
            case "Bound":
                key = (beneficiary, data["binding"])
                self.bindings[key] = {**data, "until": None}
                self.limits[key] = [(data["at"], data.get("limit_fen"))]
            case "Unbound":
                self.bindings[beneficiary, data["binding"]]["until"] = data["at"]
            case "LimitSet":
                self.limits[beneficiary, data["binding"]].append((data["at"], data.get("limit_fen")))
            case "LimitUsed":
                self._use(beneficiary, data, 1)
            case "LimitRestored":
                self._use(beneficiary, data, -1)
            case "HoldPlaced":
                self._use(beneficiary, data, 1)
                self.open_holds[data["settlement"]] = data
            case "HoldEnded":
                placed = self.open_holds.pop(data["settlement"])
                if data["outcome"] == "released":
                    self._use(beneficiary, placed, -1)
            case _:
                pass

    def _post_settlement(self, topic: str, settlement: str, data: Data) -> None:
        match topic:
            case "SettlementDecided":
                self.settlements[settlement] = data
                self.left[settlement] = [*(leg["amount_fen"] for leg in data["legs"]), data["cash_fen"]]
            case "SettlementRefunded":
                self.left[settlement][-1] -= data["cash_fen"]
                for part in data["restored"]:
                    self.left[settlement][part["leg"]] -= part["amount_fen"]
            case "PolicyRecorded":
                self.packs[data["name"]] = data["pack"]
            case _:
                pass

    def _close(self, figures: Counter[tuple[str, str]], account: str, moved: int) -> None:
        figures[account, "current"] -= moved
        figures[account, "carried"] += moved

    def _legs(self, figures: Counter[tuple[str, str]], account: str, data: Data, sign: int) -> None:
        for bucket in BUCKETS:
            figures[account, bucket] += sign * data[f"{bucket}_fen"]

    def _quota(self, account: str, data: Data, sign: int) -> None:
        if data.get("from_quota") or data.get("into_quota"):
            fen = data.get("quota_part_fen", data["current_fen"] + data["carried_fen"])
            self.quota[account, data["beneficiary"], data["binding"]] += sign * fen

    def _use(self, beneficiary: str, data: Data, sign: int) -> None:
        for use in data["uses"]:
            self.used[use["binder"], beneficiary, data["year"]] += sign * use["amount_fen"]


def paid_by(source: Data) -> Iterator[Data]:
    """The legs of one payer."""
    about = {"payer": source["payer"], "rank": source.get("rank", 0), "binding": source.get("binding")}
    for bucket in BUCKETS:
        if fen := source.get(f"from_{bucket}_fen", 0):
            yield {**about, "bucket": bucket, "amount_fen": fen, "from_quota": "quota_fen" in source}


def told(events: Iterable[StreamEvent]) -> Iterator[tuple[Books, Entry]]:
    """Each entry of a log with the books as they were before it; they are kept up after the last one too."""
    books = Books()
    for event in events:
        stream = event.originator_id.partition(":")[2]
        entry = Entry(stream, event.event.topic, {**LEFT_OUT, **json.loads(encode(event.event))})
        if entry.topic == "SettlementDecided":
            legs = [leg for source in entry.data["sources"] for leg in paid_by(source)]
            entry.data["legs"] = [{"rank": 0, **leg} for leg in entry.data.get("given", legs)]
        yield books, entry
        books.post(entry)
