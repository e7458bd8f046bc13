"""A policy pack: what a region's rules are from a day on, and the document that says so.

A pack is a value. Its `document()` is all of it, down to the last default and medical-type code, so that a
decision can be understood from the log alone, with no pack file and no table of today's program at hand.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ledger.commands.fields import Bucket, Day, Kind, NonNegativeFen, Relation, Strict, Text
from ledger.policies.eligibility import Scope
from ledger.policies.limits import CapScope
from ledger.policies.med_types import NATIONAL, AnyServiceClass, ServiceClass

Quota = Literal["none", "optional", "required"]
Review = Literal["none", "required"]
OwnPaysFirst = Literal["in_scope", "self_paid"]
PremiumScheme = Literal["resident", "long_term_care"]
Certainty = Literal["A", "B", "C", "I"]

NEAR_RELATIVES: Final = ("spouse", "parent", "child", "sibling", "grandparent", "grandchild")
"""国办发〔2024〕38号: the near relatives of both lines. A spouse's parents are not among them."""


def _each_once(words: tuple[str, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Sets are kept as tuples in the order of the contract, so that equal rules have equal bytes."""

    def checked(values: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(values)) != len(values):
            raise ValueError("names something twice")
        return tuple(sorted(values, key=words.index)) if words else tuple(sorted(values))

    return checked


def _not_a_key(_value: object) -> object:
    raise PydanticCustomError("extra_forbidden", "unknown key")


Count = Annotated[int, Field(ge=0, le=1_000_000)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Relations = Annotated[tuple[Relation, ...], AfterValidator(_each_once(get_args(Relation)))]
Classes = Annotated[tuple[ServiceClass, ...], AfterValidator(_each_once(get_args(ServiceClass)))]
Buckets = Annotated[tuple[Bucket, ...], AfterValidator(_each_once(get_args(Bucket)))]
Schemes = Annotated[tuple[PremiumScheme, ...], AfterValidator(_each_once(get_args(PremiumScheme)))]
Prefix = Annotated[str, Field(pattern=r"^(\*|[0-9]{2}|[0-9]{4}|[0-9]{6})$")]
Prefixes = Annotated[tuple[Prefix, ...], Field(min_length=1), AfterValidator(_each_once(()))]
MedTypes = Annotated[dict[Text, ServiceClass], AfterValidator(lambda table: dict(sorted(table.items())))]


class BindingRules(Strict):
    """Who may bind whom. Counts are per kind, `None` is no limit; days are local calendar days."""

    relations: Relations = NEAR_RELATIVES
    scope: Scope = "province"
    max_active_members: Count | None = 5
    max_binds_per_month: Count | None = 6
    max_active_binders: Count | None = 2
    min_days_bound: Days = 0
    rebind_cooldown_days: Days = 0
    face_age: Annotated[int, Field(ge=0, le=150)] = 16
    quota: Quota = "optional"
    review: Review = "none"


class ProxyRules(BindingRules):
    """The same for the proxy credential, which never pays: it has no key `quota`, and no quota."""

    relations: Relations = get_args(Relation)
    scope: Scope = "nation"
    quota: Annotated[Literal["none"], BeforeValidator(_not_a_key)] = Field("none", exclude=True)


class DebitRules(Strict):
    """Whose money pays what, and how much of it. Caps are fen, at least 0; `None` means no cap."""

    own_classes: Classes = get_args(ServiceClass)
    shared_classes: Classes = ("outpatient", "pharmacy")
    shared_buckets: Buckets = ("current", "carried")
    per_leg_cap_fen: NonNegativeFen | None = None
    yearly_cap_fen: NonNegativeFen | None = None
    yearly_cap_scope: CapScope = "beneficiary"
    own_pays_first: OwnPaysFirst = "in_scope"
    premium_schemes: Schemes = ("resident",)


class Pack(Strict):
    """The rules of some regions from a day on. `med_types` is the whole table in force, code to class."""

    name: Text
    regions: Prefixes
    effective: Day
    source: Text
    certainty: Certainty
    mutual_aid: BindingRules = BindingRules()
    proxy_credential: ProxyRules = ProxyRules()
    debit: DebitRules = DebitRules()
    med_types: MedTypes

    @classmethod
    def from_keys(cls, keys: Mapping[str, object]) -> Self:
        """The pack that a file's keys describe: their `med_types` add to, or override, the national table.

        Raises pydantic's ValidationError; the catalogue turns it into a `PolicyError`.
        """
        codes = keys.get("med_types", {})
        table = {**NATIONAL, **codes} if isinstance(codes, dict) else codes
        return cls.from_document({**keys, "med_types": table})

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """The pack that a `document()` holds. No table of the program is added to it."""
        return cls.model_validate_json(json.dumps(dict(document)))

    def document(self) -> dict[str, Any]:
        """The whole content in plain JSON types, every key of it; equal packs have equal documents."""
        return self.model_dump(mode="json")

    @cached_property
    def digest(self) -> str:
        """The first 16 bytes of SHA-256 over the document as JSON (keys sorted, no spaces, UTF-8), in hex."""
        text = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def service_class(self, med_type: str) -> AnyServiceClass:
        """The class of a medical-type code; `unknown` for one that is not in the table."""
        return self.med_types.get(med_type, "unknown")

    def binding_rules(self, kind: Kind) -> BindingRules:
        """The rules for bindings of one kind."""
        return self.mutual_aid if kind == "mutual_aid" else self.proxy_credential

    def __hash__(self) -> int:
        return hash(self.digest)
