"""What is supposed instead of what was: another pack, another debit order, and for whose bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Self

from ledger.aggregates.changing import changed
from ledger.aggregates.family_group import FamilyGroup, Ranked
from ledger.events.request import PolicyRecorded
from ledger.ids import POLICY_STREAM
from ledger.persistence.stored_log import StoredLog
from ledger.policies.catalogue import Catalogue
from ledger.policies.pack import Pack
from ledger.redeciding.acts import read


class Overlaid(Catalogue):
    """Packs laid over those of the log: where one of them is in force it is asked, else the log's."""

    def __init__(self, over: Catalogue, under: Catalogue) -> None:
        super().__init__(under.packs)
        self._over: Final = over

    def in_force(self, region: str, day: date) -> Pack | None:
        """The pack in force in a region (six digits) on a day, or None."""
        return self._over.in_force(region, day) or super().in_force(region, day)


@dataclass(frozen=True, slots=True)
class Alternative:
    """The bills of one beneficiary (none: of everybody whom the packs concern) of one year (none: of all),
    decided with other packs, or with the binders in another order."""

    beneficiary: str | None = None
    year: int | None = None
    packs: Catalogue | None = None
    order: tuple[str, ...] = ()

    @classmethod
    def of_files(
        cls, files: Sequence[Path], log: StoredLog, beneficiary: str | None = None, year: int | None = None
    ) -> Self:
        """With the packs of these files, which may extend those of the log. Raises `PolicyError`."""
        recorded = [
            written.event.pack
            for written in read(log.before([POLICY_STREAM], log.end() + 1))
            if isinstance(written.event, PolicyRecorded)
        ]
        return cls(beneficiary, year, Catalogue.supposed(files, recorded))

    def laid_over(self, recorded: Catalogue) -> Catalogue:
        """The packs to decide with."""
        return recorded if self.packs is None else Overlaid(self.packs, recorded)

    def concerns(self, region: str, day: date) -> bool:
        """Whether one of the packs supposed is in force there and then."""
        return self.packs is not None and self.packs.in_force(region, day) is not None

    def reordered(self, family: FamilyGroup) -> FamilyGroup:
        """The family with its binders in the order supposed, at every moment: those named first, as far as
        they are bound then, the others behind them as they stood."""
        if not self.order or family.beneficiary != self.beneficiary:
            return family
        return changed(family, orders=tuple(self._reordered(order) for order in family.orders))

    def _reordered(self, order: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
        places = {binder: place for place, binder in enumerate(self.order)}
        return tuple(sorted(order, key=lambda ranked: places.get(ranked.binder, len(places))))
