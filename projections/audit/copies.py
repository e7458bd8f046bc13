"""The tables that are held against the log, row by row: whose they are, and the columns of their copies."""

from typing import Final, NamedTuple

_FEN: Final = "BIGINT"
_TEXT: Final = "VARCHAR"
_TIME: Final = "TIMESTAMP"
_PLACE: Final = {"position": "BIGINT", "at": _TIME}


class Copied(NamedTuple):
    """A table of a read model, with the columns of its copy as DuckDB types."""

    model: str
    columns: dict[str, str]


TABLES: Final[dict[str, Copied]] = {
    "account_steps": Copied(
        "accounts", _PLACE | {"account": _TEXT, "region": _TEXT, "insurance": _TEXT, "status": _TEXT}
    ),
    "entries": Copied(
        "balances",
        _PLACE
        | {
            "recorded_at": _TIME, "current_fen": _FEN, "carried_fen": _FEN, "suspense_fen": _FEN,
            "reserved_fen": _FEN, "held_fen": _FEN, "held_carried_fen": _FEN, "type": _TEXT,
            "binding": "BIGINT", "rank": "BIGINT", "account": _TEXT, "settlement": _TEXT,
            "beneficiary": _TEXT, "note": _TEXT,
        },
    ),
    "binding_steps": Copied(
        "debit_orders",
        _PLACE
        | {
            "limit_fen": _FEN, "binding": "BIGINT", "step": _TEXT, "kind": _TEXT, "relation": _TEXT,
            "beneficiary": _TEXT, "binder": _TEXT, "order_after": _TEXT,
        },
    ),
    "quota_entries": Copied(
        "quotas", _PLACE | {"delta_fen": _FEN, "binding": "BIGINT", "binder": _TEXT, "beneficiary": _TEXT}
    ),
    "limit_uses": Copied(
        "limits",
        _PLACE
        | {
            "delta_fen": _FEN, "binding": "BIGINT", "year": "BIGINT", "beneficiary": _TEXT, "binder": _TEXT,
            "hold": _TEXT,
        },
    ),
    "limit_releases": Copied("limits", _PLACE | {"beneficiary": _TEXT, "hold": _TEXT}),
    "settlement_steps": Copied(
        "settlements",
        _PLACE
        | {
            "amount_fen": _FEN, "own_fen": _FEN, "shared_fen": _FEN, "cash_fen": _FEN, "refundable_fen": _FEN,
            "step": _TEXT, "settlement": _TEXT, "beneficiary": _TEXT, "region": _TEXT, "institution": _TEXT,
            "service_class": _TEXT, "med_type": _TEXT, "corrects": _TEXT, "exceptions": _TEXT,
        },
    ),
    "total_entries": Copied(
        "totals",
        _PLACE
        | {
            "amount_fen": _FEN, "own_fen": _FEN, "cash_fen": _FEN, "step": _TEXT, "settlement": _TEXT,
            "beneficiary": _TEXT, "region": _TEXT, "institution": _TEXT, "service_class": _TEXT,
            "restored_to": _TEXT, "restored_fen": _TEXT,
        },
    ),
    "clearing_steps": Copied(
        "clearing",
        _PLACE
        | {
            "refundable_fen": _FEN, "total_fen": _FEN, "fund_fen": _FEN, "account_fen": _FEN,
            "mutual_fen": _FEN, "cash_fen": _FEN, "hospital_fen": _FEN, "step": _TEXT, "settlement": _TEXT,
            "refund": _TEXT, "person": _TEXT, "region": _TEXT, "institution": _TEXT, "service_class": _TEXT,
            "med_type": _TEXT, "visit": _TEXT, "message": _TEXT, "insutype": _TEXT, "clr_type": _TEXT,
            "clr_optins": _TEXT, "setl_optins": _TEXT, "external": _TEXT, "corrects": _TEXT, "payers": _TEXT,
            "paid_fen": _TEXT,
        },
    ),
    "request_steps": Copied("requests", _PLACE | {"step": _TEXT, "request": _TEXT, "code": _TEXT}),
    "request_subjects": Copied("requests", {"position": "BIGINT", "kind": _TEXT, "subject": _TEXT}),
}  # fmt: skip

KEYS: Final = {"request_id": _TEXT, "position": "BIGINT"}
"""The request keys beside the log."""
