"""The typed columns of the log: every field an event may hold, by its stored name, as DuckDB types.

Nothing of the event classes stands behind this list; the golden events of the tests hold it to the stored
format. Amounts are whole fen. Times are UTC.
"""

import json
from typing import Any, Final

_TEXT: Final = "VARCHAR"
_FEN: Final = "BIGINT"
_COUNT: Final = "BIGINT"
_FLAG: Final = "BOOLEAN"

FIELDS: Final[dict[str, str]] = {
    # what every event has
    "at": "TIMESTAMP", "recorded_at": "TIMESTAMP", "request": _TEXT, "by": _TEXT,
    # accounts
    "region": _TEXT, "insurance": _TEXT, "bucket": _TEXT, "kind": _TEXT, "status": _TEXT, "reason": _TEXT,
    "amount_fen": _FEN, "delta_fen": _FEN, "balance_fen": _FEN, "moved_fen": _FEN, "held_fen": _FEN,
    "year": _COUNT, "month": _TEXT, "op": _TEXT,
    # payments and quotas
    "settlement": _TEXT, "beneficiary": _TEXT, "rank": _COUNT, "current_fen": _FEN, "carried_fen": _FEN,
    "suspense_fen": _FEN, "limit_year": _COUNT, "limit_fen": _FEN, "binding": _COUNT, "from_quota": _FLAG,
    "into_quota": _FLAG, "refund": _TEXT, "quota_fen": _FEN, "released_fen": _FEN,
    # families
    "binder": _TEXT, "relation": _TEXT, "authorisation": _TEXT, "face_age_reached": _FLAG, "reviewed": _TEXT,
    "cause": _TEXT, "returned_fen": _FEN, "outcome": _TEXT,
    # settlements
    "digest": _TEXT, "self_paid_fen": _FEN, "med_type": _TEXT, "service_class": _TEXT, "scheme": _TEXT,
    "institution": _TEXT, "allowed_sources": _TEXT, "cash_refused": _FLAG, "policy": _TEXT,
    "policy_digest": _TEXT, "own_unasked": _TEXT, "binders_unasked": _TEXT, "cash_fen": _FEN,
    "refundable_fen": _FEN, "quota_part_fen": _FEN, "corrects": _TEXT, "external": _TEXT,
    "corrected_by": _TEXT,
    # requests and policies
    "code": _TEXT, "name": _TEXT, "class_version": _COUNT,
}  # fmt: skip
"""Fields that hold one value."""

LISTS: Final[dict[str, dict[str, str]]] = {
    "sources": {
        "payer": _TEXT, "rank": _COUNT, "binding": _COUNT, "current_fen": _FEN, "carried_fen": _FEN,
        "free_fen": _FEN, "quota_fen": _FEN, "spendable_fen": _FEN, "limit_fen": _FEN,
        "per_leg_cap_fen": _FEN, "yearly_cap_fen": _FEN, "bound_by": _TEXT, "from_current_fen": _FEN,
        "from_carried_fen": _FEN,
        "account_version": _COUNT,
    },
    "legs": {
        "payer": _TEXT, "rank": _COUNT, "bucket": _TEXT, "amount_fen": _FEN, "account_version": _COUNT,
        "binding": _COUNT, "from_quota": _FLAG,
    },
    "given": {
        "payer": _TEXT, "rank": _COUNT, "bucket": _TEXT, "amount_fen": _FEN, "account_version": _COUNT,
        "binding": _COUNT, "from_quota": _FLAG,
    },
    "restored": {"leg": _COUNT, "payer": _TEXT, "bucket": _TEXT, "amount_fen": _FEN},
    "uses": {"binder": _TEXT, "binding": _COUNT, "amount_fen": _FEN},
    "evidence": {"type": _TEXT, "sha256": _TEXT},
}  # fmt: skip
"""Fields that hold a list of facts, with the fields of a fact."""

TEXTS: Final[tuple[str, ...]] = ("order", "unbound", "facts", "figures", "asked", "pack", "exceptions")
"""Lists of texts and free objects: kept as the JSON they are."""

NOTED: Final[tuple[str, ...]] = ("subject", "break", "period", "periods", "checkpoints", "facts")
"""Kinds of streams whose events no command asked for: they move nothing; an archive keeps them as JSON."""

COLUMNS: Final[tuple[str, ...]] = (*FIELDS, *LISTS, *TEXTS)

_PLACE: Final = ("position", "stream", "version", "topic", "subject", "readable")

_UNREAD: Final = frozenset(
    {"by", "evidence", "figures", "pack", "month", "reviewed", "authorisation", "face_age_reached"}
    | {"digest", "policy", "policy_digest", "allowed_sources", "cash_refused", "scheme", "own_unasked"}
    | {"binders_unasked", "name", "self_paid_fen"}
)
_UNREAD_OF_A_FACT: Final = frozenset({"per_leg_cap_fen", "yearly_cap_fen", "bound_by"})

REPLAYED: Final[tuple[str, ...]] = (*_PLACE, *(name for name in COLUMNS if name not in _UNREAD))
"""The columns that a replay takes of an archive."""


def all_of_them() -> str:
    """The shape of a stored event as DuckDB's `from_json` reads it."""
    return json.dumps(_shape(frozenset()))


def those_replayed() -> str:
    """The same without what no figure and no check of a replay needs."""
    shape = _shape(_UNREAD)
    for name in LISTS.keys() & shape.keys():
        shape[name] = [
            {field: type_ for field, type_ in LISTS[name].items() if field not in _UNREAD_OF_A_FACT}
        ]
    return json.dumps(shape)


def _shape(without: frozenset[str]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        **FIELDS,
        **{name: [fields] for name, fields in LISTS.items()},
        **dict.fromkeys(TEXTS, "JSON"),
    }
    return {name: shape for name, shape in whole.items() if name not in without}
