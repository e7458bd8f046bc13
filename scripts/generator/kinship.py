"""Family business: limits, orders, quotas, bindings that end and begin."""

from collections.abc import Callable

from scripts.generator.city import ABSENT
from scripts.generator.opening import LIMITS, binding
from scripts.generator.scene import Scene
from scripts.generator.settlements import CARE_PREMIUM_FROM, Settlements

QUOTAS_FROM = CARE_PREMIUM_FROM  # the national pack of that day offers both
TRIES = 20
REMEMBERED = 256


class Kinship:
    """Writes the lines that change who may pay for whom. Where no family fits, someone falls ill instead."""

    def __init__(self, scene: Scene, settlements: Settlements) -> None:
        self._scene = scene
        self._settlements = settlements
        self._quotas: list[tuple[int, int]] = []  # family and tie with a quota that may be unused

    def set_limit(self) -> bytes:
        """A binder sets or lifts a yearly limit."""
        found = self.find(self.standing)
        if found is None:
            return self._settlements.charge()
        limit = LIMITS[int(self._scene.random() * len(LIMITS))]
        return self._scene.line("set_limit", f'{self._pair(*found)},"limit_fen":{limit}')

    def reorder(self) -> bytes:
        """Two binders change places; three times in ten the order sent is the one in force."""
        found = self.find(self._doubled)
        if found is None:
            return self._settlements.charge()
        city, (family, tie) = self._scene.city, found
        partner = city.household(family).partner(tie)
        low, high = min(tie, partner or 0), max(tie, partner or 0)
        if self._scene.random() < 0.7:
            city.later_first[family] ^= 1 << low
        order = (high, low) if city.later_first[family] >> low & 1 else (low, high)
        ties = city.household(family).ties
        names = ",".join(f'"{city.person_id(city.binder(family, ties[place]))}"' for place in order)
        beneficiary = city.person_id(city.beneficiary(family, ties[tie]))
        return self._scene.line("reorder", f'"beneficiary":"{beneficiary}","order":[{names}]')

    def unbind(self) -> bytes:
        """A binding ends, unless the family has an open hold."""
        found = self.find(self.standing)
        if found is None or found[0] in self._settlements.held:
            return self._settlements.charge()
        self._scene.city.untie(*found)
        reason = ',"reason":"at own request"' if self._scene.random() < 0.3 else ""
        return self._scene.line("unbind", f"{self._pair(*found)}{reason}")

    def bind(self) -> bytes:
        """A binding that never was or has ended begins; its binder comes last."""
        found = self.find(self._missing)
        if found is None:
            return self._settlements.charge()
        city, (family, tie) = self._scene.city, found
        partner = city.household(family).partner(tie)
        city.bound[family] |= 1 << tie
        if partner is not None:
            city.later_first[family] &= ~(1 << min(tie, partner))
            if tie < partner and city.bound[family] >> partner & 1:
                city.later_first[family] |= 1 << tie
        return self._scene.line("bind", binding(city, family, tie, self._scene.ordinal, self._scene.rng))

    def grant_quota(self) -> bytes:
        """A binder earmarks 20 to 120 yuan, where and once that is offered."""
        found = self.find(self._quota_offered) if self._scene.ordinal >= QUOTAS_FROM else None
        if found is None:
            return self._settlements.charge()
        self._quotas = [*self._quotas[-REMEMBERED:], found]
        amount = 2000 + int(self._scene.random() * 10000)
        return self._scene.line("grant_quota", f'{self._pair(*found)},"amount_fen":{amount}')

    def release_quota(self) -> bytes:
        """The latest quota still tied is taken back; it is refused if it was spent."""
        while self._quotas:
            family, tie = self._quotas.pop()
            if self._scene.city.bound[family] >> tie & 1:
                return self._scene.line("release_quota", self._pair(family, tie))
        return self._settlements.charge()

    def names(self, family: int, tie: int) -> tuple[str, str]:
        """The person numbers of a tie's binder and beneficiary."""
        city = self._scene.city
        kin = city.household(family).ties[tie]
        return city.person_id(city.binder(family, kin)), city.person_id(city.beneficiary(family, kin))

    def person_paid_for(self, family: int, tie: int) -> int:
        """A tie's beneficiary."""
        city = self._scene.city
        return city.beneficiary(family, city.household(family).ties[tie])

    def _pair(self, family: int, tie: int) -> str:
        return '"binder":"{}","beneficiary":"{}"'.format(*self.names(family, tie))

    def find(self, fits: Callable[[int, int], bool]) -> tuple[int, int] | None:
        """A family and one of its ties, found by chance, or None after some tries."""
        city, random = self._scene.city, self._scene.random
        for _ in range(TRIES):
            family = int(random() * city.families)
            ties = city.household(family).ties
            if not ties or city.dissolved[family]:
                continue
            tie = int(random() * len(ties))
            if fits(family, tie):
                return family, tie
        return None

    def standing(self, family: int, tie: int) -> bool:
        """Whether this tie is bound now."""
        return bool(self._scene.city.bound[family] >> tie & 1)

    def _doubled(self, family: int, tie: int) -> bool:
        city = self._scene.city
        partner = city.household(family).partner(tie)
        return partner is not None and self.standing(family, tie) and self.standing(family, partner)

    def _missing(self, family: int, tie: int) -> bool:
        city = self._scene.city
        kin = city.household(family).ties[tie]
        absent = (city.state[city.binder(family, kin)] | city.state[city.beneficiary(family, kin)]) & ABSENT
        return not absent and not self.standing(family, tie) and city.allowed(family, tie)

    def _quota_offered(self, family: int, tie: int) -> bool:
        return self.standing(family, tie) and self._scene.city.region_of(family).national
