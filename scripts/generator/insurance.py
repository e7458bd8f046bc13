"""What happens to a person's insurance: it stops, resumes, moves elsewhere, ends, or is corrected."""

from scripts.generator.city import ABSENT, CLOSED, SUSPENDED
from scripts.generator.households import REGIONS
from scripts.generator.kinship import TRIES, Kinship
from scripts.generator.scene import Scene
from scripts.generator.settlements import Settlements

WAITING = 256  # suspended at one time, at most


class Insurance:
    """Writes status changes, closings, moves, corrections. Where no one fits, someone falls ill instead."""

    def __init__(self, scene: Scene, settlements: Settlements, kinship: Kinship) -> None:
        self._scene = scene
        self._settlements = settlements
        self._kinship = kinship
        self._suspended: list[int] = []

    def change_status(self) -> bytes:
        """Someone's insurance stops, or the one who waited longest is back."""
        city, random = self._scene.city, self._scene.random
        if self._suspended and (random() < 0.5 or len(self._suspended) >= WAITING):
            person = self._suspended.pop(0)
            city.state[person] &= ~SUSPENDED
            return self._status(person, "active", "contributions resumed")
        person = city.patient(random)
        if city.state[person] & ABSENT:
            return self._settlements.charge()
        city.state[person] |= SUSPENDED
        self._suspended.append(person)
        return self._status(person, "suspended", "contributions stopped")

    def close(self) -> bytes:
        """A grandparent dies: the account closes and its bindings end."""
        city, random = self._scene.city, self._scene.random
        for _ in range(TRIES):
            family = int(random() * city.families)
            elder = city.household(family).elder
            if (
                elder is None
                or family in self._settlements.held
                or city.state[city.first[family] + elder] & ABSENT
            ):
                continue
            city.state[city.first[family] + elder] |= CLOSED
            for tie in city.standing(family):
                kin = city.household(family).ties[tie]
                if elder in (kin.binder, kin.beneficiary):
                    city.untie(family, tie)
            return self._status(city.first[family] + elder, "closed", "deceased")
        return self._settlements.charge()

    def transfer(self) -> bytes:
        """Someone's insurance moves elsewhere, and what they paid for others ends."""
        found = self._kinship.find(self._kinship.standing)
        if found is None or found[0] in self._settlements.held:
            return self._settlements.charge()
        city, (family, tie) = self._scene.city, found
        mover = city.household(family).ties[tie].binder
        person = city.person_id(city.first[family] + mover)
        for other in city.standing(family):
            if city.household(family).ties[other].binder == mover:
                city.untie(family, other)
        city.dissolved[family] = 1
        home = city.region_of(family)
        others = [region.code for region in REGIONS if region is not home]
        target = others[int(self._scene.random() * len(others))]
        return self._scene.line(
            "transfer", f'"account":"{person}","region":"{target}","reason":"new employer"'
        )

    def adjust(self) -> bytes:
        """A pre-allotment is corrected, mostly downwards, by no more than fifty yuan."""
        city, random = self._scene.city, self._scene.random
        person = city.patient(random)
        if city.state[person] & CLOSED or city.member(person).insurance == "resident":
            return self._settlements.charge()
        delta = (1 + int(random() * 5000)) * (-1 if random() < 0.7 else 1)
        return self._scene.line(
            "adjust",
            f'"by":"desk-01","account":"{city.person_id(person)}","delta_fen":{delta},'
            f'"reason":"pre-allotment corrected"',
        )

    def interest(self) -> bytes:
        """A few fen to a few yuan on money carried over; computed elsewhere, posted here."""
        city, random = self._scene.city, self._scene.random
        person = city.patient(random)
        if city.state[person] & CLOSED or city.member(person).insurance == "resident":
            return self._settlements.charge()
        return self._scene.line(
            "credit",
            f'"account":"{city.person_id(person)}","amount_fen":{1 + int(random() * 900)},'
            f'"bucket":"carried","kind":"interest"',
        )

    def _status(self, person: int, status: str, reason: str) -> bytes:
        account = self._scene.city.person_id(person)
        return self._scene.line(
            "set_status", f'"account":"{account}","status":"{status}","reason":"{reason}"'
        )
