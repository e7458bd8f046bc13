"""Lines that are refused on purpose: what tired clerks, broken programs and hopeful relatives send.

Every one is a well-formed command; each method names the code it is meant to meet.
"""

from scripts.generator.households import FIVE, HOUSEHOLDS, THREE_GENERATIONS
from scripts.generator.kinship import Kinship
from scripts.generator.scene import Scene
from scripts.generator.settlements import TOO_MUCH, Settlements

_IN_LAW = {
    HOUSEHOLDS.index(THREE_GENERATIONS): (2, 0),
    HOUSEHOLDS.index(FIVE): (3, 1),
}  # binder, parent-in-law


class Mistakes:
    """Writes one wrong line at a time, of a kind chosen by chance."""

    def __init__(self, scene: Scene, settlements: Settlements, kinship: Kinship) -> None:
        self._scene = scene
        self._settlements = settlements
        self._kinship = kinship
        self._kinds = (
            self._self_binding,
            self._relation_not_eligible,
            self._authorisation_required,
            self._already_bound,
            self._too_many_binders,
            self._beneficiary_not_found,
            self._insufficient_funds,
            self._settlement_not_found,
            self._refund_not_found,
            settlements.over_refund,
            self._year_not_over,
            self._no_personal_account,
            self._not_a_permutation,
            self._request_conflict,
            self._account_exists,
        )

    def line(self) -> bytes:
        """The next wrong line."""
        return self._kinds[int(self._scene.random() * len(self._kinds))]()

    def _someone(self) -> str:
        return self._scene.city.person_id(self._scene.city.patient(self._scene.random))

    def _bind(self, binder: str, beneficiary: str, relation: str, authorisation: str = "face") -> bytes:
        return self._scene.line(
            "bind",
            f'"by":"desk-03","binder":"{binder}","beneficiary":"{beneficiary}","relation":"{relation}",'
            f'"authorisation":"{authorisation}"',
        )

    def _self_binding(self) -> bytes:
        person = self._someone()
        return self._bind(person, person, "spouse")

    def _relation_not_eligible(self) -> bytes:
        """A daughter-in-law would pay for her husband's parent; no pack of mutual aid allows it."""
        city = self._scene.city
        for _ in range(20):
            family = int(self._scene.random() * city.families)
            if city.kind[family] in _IN_LAW and not city.dissolved[family]:
                binder, parent = (
                    city.person_id(city.first[family] + place) for place in _IN_LAW[city.kind[family]]
                )
                return self._bind(binder, parent, "parent_in_law")
        return self._self_binding()

    def _authorisation_required(self) -> bytes:
        """A marriage certificate is never enough: an adult shows a face, a child comes with another paper."""
        found = self._kinship.find(self._kinship.standing)
        if found is None:
            return self._self_binding()
        return self._bind(*self._kinship.names(*found), self._relation(*found), "marriage_certificate")

    def _already_bound(self) -> bytes:
        found = self._kinship.find(self._kinship.standing)
        if found is None:
            return self._self_binding()
        shown = self._scene.city.authorisation(self._kinship.person_paid_for(*found), self._scene.ordinal)
        return self._bind(*self._kinship.names(*found), self._relation(*found), shown)

    def _too_many_binders(self) -> bytes:
        """A second parent where the region lets a person have one binder."""
        city = self._scene.city
        found = self._kinship.find(lambda family, tie: not city.allowed(family, tie))
        if found is None:
            return self._already_bound()
        shown = city.authorisation(self._kinship.person_paid_for(*found), self._scene.ordinal)
        return self._bind(*self._kinship.names(*found), self._relation(*found), shown)

    def _beneficiary_not_found(self) -> bytes:
        """A person number with two digits left out."""
        unknown, settlement = self._someone()[:-2], self._settlements.new_id()
        bill = self._scene.bills.draw()[1]
        return self._scene.line("charge", f'"settlement":"{settlement}","beneficiary":"{unknown}",{bill}')

    def _insufficient_funds(self) -> bytes:
        return self._scene.line(
            "charge",
            f'"settlement":"{self._settlements.new_id()}","beneficiary":"{self._someone()}",'
            f'"amount_fen":{TOO_MUCH},"med_type":"11","cash":"refused"',
        )

    def _settlement_not_found(self) -> bytes:
        op = "capture" if self._scene.random() < 0.5 else "release"
        return self._scene.line(op, f'"settlement":"{self._settlements.new_id()}"')

    def _refund_not_found(self) -> bytes:
        number = self._settlements.new_id()
        return self._scene.line("refund", f'"settlement":"{number}","refund":"F{number[1:]}"')

    def _year_not_over(self) -> bytes:
        """For a resident it is `no_personal_account`, which comes first."""
        return self._scene.line(
            "close_year", f'"account":"{self._someone()}","year":{int(self._scene.day[:4]) + 1}'
        )

    def _no_personal_account(self) -> bytes:
        """Money for a resident, who has no account to put it in."""
        city = self._scene.city
        for _ in range(20):
            person = city.patient(self._scene.random)
            if city.member(person).insurance == "resident":
                fields = f'"account":"{city.person_id(person)}","amount_fen":10000,"kind":"allotment"'
                return self._scene.line("credit", fields)
        return self._year_not_over()

    def _not_a_permutation(self) -> bytes:
        """An order that names the beneficiary, who is always first and never in the list."""
        person = self._someone()
        return self._scene.line("reorder", f'"beneficiary":"{person}","order":["{person}"]')

    def _request_conflict(self) -> bytes:
        """The request id of the line before, used again for something else."""
        return self._scene.writer.same_id(
            "unbind", self._scene.at, f'"binder":"{self._someone()}","beneficiary":"NOBODY"'
        )

    def _account_exists(self) -> bytes:
        """An account opened twice, as for someone who moved house."""
        region = "510107"
        return self._scene.line(
            "open_account", f'"account":"{self._someone()}","region":"{region}","insurance":"employee"'
        )

    def _relation(self, family: int, tie: int) -> str:
        return self._scene.city.household(family).ties[tie].relation
