"""What a day at the counters brings: charges, holds and what becomes of them, quotes, refunds, premiums."""

from heapq import heappop, heappush

from scripts.generator.city import PREMIUM_PAID, SUSPENDED
from scripts.generator.scene import Scene

REMEMBERED = 4096  # settlements that may still be refunded; older ones are forgotten, so memory stays flat
TOO_MUCH = 90_000_000  # fen: more than any bill or family has
RESIDENT_PREMIUM = 40000  # fen a year
CARE_PREMIUM = 9000  # fen a year
CARE_PREMIUM_FROM = 739625  # 2026-01-09, the first day of the national pack that offers it


class Settlements:
    """Writes settlement lines and remembers the few that a later line may still name."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._count = 0
        self._paid: list[tuple[int, int]] = []  # settlement number, fen not yet refunded
        self._open: list[tuple[int, int, int, int]] = []  # due, settlement number, fen, family: a heap
        self.held: dict[int, int] = {}  # open holds by family

    def new_id(self) -> str:
        """A settlement id never used before."""
        self._count += 1
        return f"S{self._count:010d}"

    def charge(self, at: str | None = None) -> bytes:
        """A bill paid on the spot, at the present moment or an earlier one."""
        scene = self._scene
        settlement = self.new_id()
        person = scene.city.patient(scene.random)
        amount, bill = scene.bills.draw()
        self._remember(self._count, amount)
        return scene.writer.line(
            "charge",
            at or scene.at,
            f'"settlement":"{settlement}","beneficiary":"{scene.city.person_id(person)}",{bill}',
        )

    def late_charge(self) -> bytes:
        """A bill that comes in after its time, as from a counter that was offline."""
        return self.charge(self._scene.earlier())

    def quote(self) -> bytes:
        """What a bill would cost, asked before it is paid."""
        scene = self._scene
        person = scene.city.person_id(scene.city.patient(scene.random))
        return scene.line("quote", f'"beneficiary":"{person}",{scene.bills.draw()[1]}')

    def hold(self) -> bytes:
        """A bill set aside for some hours to some days."""
        scene = self._scene
        settlement = self.new_id()
        person = scene.city.patient(scene.random)
        family = scene.city.family[person]
        amount, bill = scene.bills.draw()
        due = scene.instant + 1800 + int(scene.random() ** 4 * 3 * 86400)
        heappush(self._open, (due, self._count, amount, family))
        self.held[family] = self.held.get(family, 0) + 1
        return scene.line(
            "hold", f'"settlement":"{settlement}","beneficiary":"{scene.city.person_id(person)}",{bill}'
        )

    def due(self) -> bool:
        """Whether an open hold waits for its outcome."""
        return bool(self._open) and self._open[0][0] <= self._scene.instant

    def settle_hold(self) -> bytes:
        """The outcome of the hold that fell due first: nine in ten are captured."""
        _, number, amount, family = heappop(self._open)
        self.held[family] -= 1
        if not self.held[family]:
            del self.held[family]
        captured = self._scene.random() < 0.9
        if captured:
            self._remember(number, amount)
        return self._scene.line("capture" if captured else "release", f'"settlement":"S{number:010d}"')

    def refund(self) -> bytes:
        """Three in four refunds are of all that is left, the others of a part; a charge if none is due."""
        scene, random = self._scene, self._scene.random
        if not self._paid:
            return self.charge()
        place = int(random() * len(self._paid))
        number, left = self._paid[place]
        part = left if random() < 0.75 else 1 + int(random() * (left - 1))
        if part == left:
            self._paid[place] = self._paid[-1]
            self._paid.pop()
        else:
            self._paid[place] = number, left - part
        self._count += 1
        amount = "" if part == left and random() < 0.5 else f',"amount_fen":{part}'
        return scene.line("refund", f'"settlement":"S{number:010d}","refund":"F{self._count:010d}"{amount}')

    def over_refund(self) -> bytes:
        """A refund of more than any bill comes to."""
        if not self._paid:
            return self.charge()
        number = self._paid[-1][0]
        self._count += 1
        return self._scene.line(
            "refund", f'"settlement":"S{number:010d}","refund":"F{self._count:010d}","amount_fen":{TOO_MUCH}'
        )

    def premium(self) -> bytes:
        """A resident's yearly premium, paid by a binder; a charge if no one is found who still owes it."""
        city, random = self._scene.city, self._scene.random
        for _ in range(20):
            family = int(random() * city.families)
            for tie in city.standing(family):
                kin = city.household(family).ties[tie]
                payer, person = city.binder(family, kin), city.beneficiary(family, kin)
                owed = not city.state[person] & PREMIUM_PAID and city.member(person).insurance == "resident"
                if owed and not city.state[payer] & SUSPENDED:
                    city.state[person] |= PREMIUM_PAID
                    return self._premium(payer, person, RESIDENT_PREMIUM, "resident")
        return self.charge()

    def care_premium(self) -> bytes:
        """An employee's own long-term-care premium; a charge where and while it is not offered."""
        scene, city = self._scene, self._scene.city
        person = city.patient(scene.random)
        offered = scene.ordinal >= CARE_PREMIUM_FROM and city.region_of(city.family[person]).national
        if not offered or city.member(person).insurance == "resident":
            return self.charge()
        return self._premium(person, person, CARE_PREMIUM, "long_term_care")

    def _premium(self, payer: int, person: int, amount: int, scheme: str) -> bytes:
        city = self._scene.city
        return self._scene.line(
            "pay_premium",
            f'"settlement":"{self.new_id()}","payer":"{city.person_id(payer)}",'
            f'"beneficiary":"{city.person_id(person)}","amount_fen":{amount},"scheme":"{scheme}"',
        )

    def _remember(self, number: int, amount: int) -> None:
        if len(self._paid) < REMEMBERED:
            self._paid.append((number, amount))
        else:
            self._paid[number % REMEMBERED] = (number, amount)
