"""What would have changed: bill by bill, payer by payer, in fen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from ledger.events.envelope import Event
from ledger.events.settlement import SettlementDecided, SettlementRefunded, SettlementReleased

CASH: Final = None
"""The payer of what nobody's account paid."""

Payer = str | None


@dataclass(slots=True)
class Side:
    """A bill as it went: what each payer was to pay when it was decided, and pays after refunds and releases.

    `paid` is in debit order, cash last. An open hold counts as paid. `refused` is the code of a bill that
    nobody paid; both are empty where the bill was never asked for on this side.
    """

    amount_fen: int = 0
    policy: str | None = None
    service_class: str | None = None
    refused: str | None = None
    paid: dict[Payer, int] = field(default_factory=dict)
    net: Counter[Payer] = field(default_factory=Counter)

    def note(self, event: Event) -> None:
        """One more event of the settlement."""
        match event:
            case SettlementDecided():
                self.amount_fen, self.refused = event.amount_fen, None
                self.policy, self.service_class = event.policy, event.service_class
                paid: Counter[Payer] = Counter()
                for leg in event.legs:
                    paid[leg.payer] += leg.amount_fen
                if event.cash_fen:
                    paid[CASH] = event.cash_fen
                self.paid, self.net = dict(paid), Counter(paid)
            case SettlementRefunded():
                for part in event.restored:
                    self.net[part.payer] -= part.amount_fen
                self.net[CASH] -= event.cash_fen
            case SettlementReleased():
                self.net.clear()
            case _:  # a capture takes what was held; the rest happens in other streams
                return


class Line(NamedTuple):
    """One payer of one bill (none: cash), in fen: as decided, and net of refunds and releases."""

    payer: Payer
    recorded_fen: int
    would_be_fen: int
    recorded_net_fen: int
    would_be_net_fen: int


@dataclass(slots=True)
class Bill:
    """One settlement on both sides."""

    settlement: str
    beneficiary: str
    op: str
    position: int
    at: datetime
    asked_fen: int
    recorded: Side = field(default_factory=Side)
    would_be: Side = field(default_factory=Side)

    @property
    def amount_fen(self) -> int:
        """The bill as it was paid, or else as it would have been, or as it was asked for."""
        return self.recorded.amount_fen or self.would_be.amount_fen or self.asked_fen

    def lines(self) -> list[Line]:
        """Every payer on either side, in debit order; cash last."""
        payers = dict.fromkeys((*self.recorded.paid, *self.would_be.paid))
        payers.pop(CASH, None)
        return [self._line(payer) for payer in (*payers, CASH)]

    @property
    def differs(self) -> bool:
        """Whether anybody's money, or the bill's fate, would have been another."""
        fates = (self.recorded.refused, self.would_be.refused)
        return fates[0] != fates[1] or any(
            line.recorded_fen != line.would_be_fen or line.recorded_net_fen != line.would_be_net_fen
            for line in self.lines()
        )

    def _line(self, payer: Payer) -> Line:
        one, other = self.recorded, self.would_be
        return Line(payer, one.paid.get(payer, 0), other.paid.get(payer, 0), one.net[payer], other.net[payer])


@dataclass(slots=True)
class Changes:
    """What another rule would have changed, up to log position `position`.

    `short` names accounts whose other bills, which are held as recorded, would have lacked money: by how much
    at the worst moment, in fen.
    """

    position: int = 0
    bills: dict[str, Bill] = field(default_factory=dict)
    short: Counter[str] = field(default_factory=Counter)

    def changed(self) -> Iterator[Bill]:
        """The bills that would have gone otherwise, in recorded order."""
        return (bill for bill in self.bills.values() if bill.differs)

    def totals(self) -> list[Line]:
        """Every payer over all bills looked at, by name; cash last. The sums of a side are what was billed,
        less what was refused, refunded and released there."""
        sums: dict[Payer, list[int]] = {}
        for bill in self.bills.values():
            for line in bill.lines():
                of_payer = sums.setdefault(line.payer, [0, 0, 0, 0])
                for place, fen in enumerate(line[1:]):
                    of_payer[place] += fen
        named = sorted(payer for payer in sums if payer is not CASH)
        return [Line(payer, *sums[payer]) for payer in (*named, CASH) if payer in sums]
