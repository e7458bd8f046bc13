"""How long a person must stay known: rules as data, each with its law (`ledger/policies/retention.yaml`)."""

from collections.abc import Iterable, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import yaml

from ledger.clock import business_year
from ledger.errors import PolicyError
from ledger.events.account import AccountOpened, AccountTransferred
from ledger.events.envelope import Event

Words = Annotated[str, msgspec.Meta(min_length=1)]
Prefix = Annotated[str, msgspec.Meta(pattern="^([*]|[0-9]{2,6})$")]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`years` full years, counted from 1 January after the year of the last event, in these regions."""

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,64}$")]
    law: Words
    years: Annotated[int, msgspec.Meta(ge=0, le=200)]
    regions: Annotated[tuple[Prefix, ...], msgspec.Meta(min_length=1)]
    source: Words
    certainty: Annotated[str, msgspec.Meta(pattern="^[ABC]$")]

    def holds_in(self, region: str | None) -> bool:
        """Whether the rule is for an account of this region; every rule is, where no region is known."""
        return region is None or any(prefix == "*" or region.startswith(prefix) for prefix in self.regions)


class Retained(NamedTuple):
    """The rule that keeps a person the longest, and the first day on which it does so no more."""

    rule: Rule
    until: date


def rules(file: Path | None = None) -> tuple[Rule, ...]:
    """The rules that ship with the ledger, or those of a file. Raises `PolicyError`."""
    shown = str(file or "policies/retention.yaml")
    try:
        content = (
            file.read_bytes() if file else files("ledger.policies").joinpath("retention.yaml").read_bytes()
        )
        told = [document for document in yaml.safe_load_all(content) if document is not None]
        return tuple(msgspec.convert(told, tuple[Rule, ...]))
    except OSError as error:
        raise PolicyError(shown, "the whole file", f"cannot be read: {error.strerror}") from None
    except yaml.YAMLError:
        raise PolicyError(shown, "the whole file", "is not YAML in UTF-8") from None
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at ")
        raise PolicyError(shown, where.strip("`") or "the whole file", reason) from None


def retained(found: Sequence[Rule], events: Iterable[Event]) -> Retained | None:
    """What keeps a person of whom these events are recorded; None where nothing is.

    An event counts for the later of the years in which it happened and was recorded.
    """
    last, region = None, None
    for event in events:
        last = max(last or 0, business_year(event.at), business_year(event.recorded_at))
        if isinstance(event, AccountOpened | AccountTransferred):
            region = event.region
    if last is None:
        return None
    kept = [Retained(rule, date(last + 1 + rule.years, 1, 1)) for rule in found if rule.holds_in(region)]
    return max(kept, key=lambda one: one.until, default=None)
