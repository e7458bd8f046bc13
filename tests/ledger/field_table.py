"""Every field of every op, its kind, a good value and bad ones: contract sections 1 and 3 as a table."""

from typing import Any

Obj = dict[str, Any]
AT = "2026-01-05T10:00:00+08:00"
SHA = "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456"
NUMBER = "44011320141005001X"  # a published test value for citizen-ID numbers: nobody's

# Every field but id, op, at and by, with its kind and a good value; `?` marks the optional ones.
BILL: dict[str, tuple[str, Any]] = {
    "beneficiary": ("id", "LIN"),
    "amount_fen": ("fen > 0", 32000),
    "med_type": ("text", "11"),
    "institution?": ("text", "市一医院"),
    "self_paid_fen?": ("fen >= 0", 0),
    "facts?": ("facts", {"mdtrt_id": "M-77"}),
    "sources?": ("word", "shared"),
    "cash?": ("word", "refused"),
}
PAIR: dict[str, tuple[str, Any]] = {"binder": ("id", "WEI"), "beneficiary": ("id", "LIN")}
SETTLEMENT: dict[str, tuple[str, Any]] = {"settlement": ("id", "S-1")}
FIELDS: dict[str, dict[str, tuple[str, Any]]] = {
    "open_account": {
        "account": ("id", "LIN"),
        "region": ("region", "330106"),
        "insurance": ("word", "resident"),
        "born?": ("date", "1950-02-28"),
    },
    "credit": {
        "account": ("id", "WEI"),
        "amount_fen": ("fen > 0", 10**13),
        "bucket?": ("word", "carried"),
        "kind?": ("word", "interest"),
    },
    "adjust": {
        "account": ("id", "WEI"),
        "delta_fen": ("fen", -(10**13)),
        "bucket?": ("word", "suspense"),
        "reason": ("text", "清算差额"),
    },
    "close_year": {"account": ("id", "WEI"), "year": ("year", 2025)},
    "transfer": {"account": ("id", "WEI"), "region": ("region", "410105"), "reason?": ("text", "moved")},
    "set_status": {
        "account": ("id", "WEI"),
        "status": ("word", "suspended"),
        "reason?": ("text", "lost job"),
    },
    "bind": {
        **PAIR,
        "relation": ("word", "parent_in_law"),
        "authorisation": ("word", "commitment_letter"),
        "kind?": ("word", "mutual_aid"),
        "limit_fen?": ("fen >= 0 or null", 0),
        "quota_fen?": ("fen > 0", 1),
        "evidence?": ("evidence", [{"type": "household_register", "sha256": SHA}]),
    },
    "review": {"request": ("id", "r-0"), "decision": ("word", "approve"), "reason?": ("text", "seen")},
    "unbind": {**PAIR, "kind?": ("word", "proxy_credential"), "reason?": ("text", "moved")},
    "reorder": {"beneficiary": ("id", "LIN"), "order": ("order", ["MEI", "WEI"])},
    "set_limit": {**PAIR, "limit_fen": ("fen >= 0 or null", None)},
    "grant_quota": {**PAIR, "amount_fen": ("fen > 0", 40000)},
    "release_quota": PAIR,
    "charge": {**SETTLEMENT, **BILL},
    "hold": {**SETTLEMENT, **BILL},
    "record": {
        **SETTLEMENT,
        **{name: field for name, field in BILL.items() if name not in ("sources?", "cash?")},
        "legs": ("legs", [{"payer": "WEI", "bucket": "current", "amount_fen": 32000}]),
        "corrects?": ("id", "S-0"),
    },
    "capture": SETTLEMENT,
    "release": SETTLEMENT,
    "pay_premium": {
        **SETTLEMENT,
        "payer": ("id", "WEI"),
        "beneficiary": ("id", "LIN"),
        "amount_fen": ("fen > 0", 40000),
        "scheme": ("word", "long_term_care"),
    },
    "refund": {**SETTLEMENT, "refund": ("id", "R-1"), "amount_fen?": ("fen > 0", 100)},
    "quote": BILL,
}

NO_FEN = [1.0, 1.5, 1e2, "100", True, False, 10**13 + 1, -(10**13) - 1, 10**18, 10**30, None, [], {}, ""]
NO_ID = ["", "a b", "林", "a\n", "x" * 65, NUMBER, NUMBER.lower(), 7, True, None, ["a"], {}]
NO_TEXT = ["", "x" * 257, "nul\0", NUMBER, NUMBER.lower(), f"母亲 {NUMBER}", 7, 1.0, False, None, ["a"], {}]
NO_TIME = [
    "2026-01-05T10:00:00",
    "2026-01-05t10:00:00Z",
    "2026-01-05T10:00:00z",
    "2026-01-05 10:00:00Z",
    "2026-01-05T10:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05T10:60:00Z",
    "2016-12-31T23:59:60Z",
    "2026-01-05T10:00:00.1234567Z",
    "2026-01-05T10:00:00.Z",
    "2026-01-05T10:00:00,5Z",
    "2026-01-05T10:00:00+24:00",
    "2026-01-05T10:00:00+08:60",
    "2026-01-05T10:00:00+0800",
    "2026-01-05T10:00:00+08",
    "2026-02-31T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2025-02-29T10:00:00Z",
    "1899-12-31T23:59:59Z",
    "3000-01-01T00:00:00Z",
    "20260105T100000Z",
    "2026-W01-1T10:00:00Z",
    "２026-01-05T10:00:00Z",
    "2026-01-05T10:00:00Z ",
    "2026-01-05T10:00:00Z\n",
    "",
    1767578400,
    None,
]
BAD: dict[str, list[Any]] = {
    "id": NO_ID,
    "text": NO_TEXT,
    "fen": [*NO_FEN, 0],
    "fen > 0": [*NO_FEN, 0, -1],
    "fen >= 0": [*NO_FEN, -1],
    "fen >= 0 or null": [*(bad for bad in NO_FEN if bad is not None), -1],
    "year": [1899, 3000, 2025.0, "2025", True, None],
    "date": ["1950-02-29", "1899-12-31", "3000-01-01", "1950-2-8", "19500228", AT, "", 1950, None],
    "region": ["33010", "3301061", "33010a", "３30106", "330106\n", "", 330106, None],
    "word": ["", "CURRENT", "grandchildren", NUMBER, 1, True, None, ["current"], {}],
    "order": [["WEI"] * 101, "WEI", {"WEI": 1}, [1], [None], ["a b"], [["WEI"]], [NUMBER], 1, None],
    "facts": [
        {f"fact_{n}": "x" for n in range(41)},
        *({"a": bad} for bad in (1, None, {"b": "c"}, "", "x" * 257, NUMBER)),
        *({bad: "x"} for bad in ("A", "", "x" * 41, "a b")),
        [],
        "x",
        None,
    ],
    "legs": [
        [],
        [{"payer": "WEI", "bucket": "current", "amount_fen": 1}] * 21,
        [{"payer": "WEI", "bucket": "current", "amount_fen": 32001}],
        [{"payer": "WEI", "bucket": "current"}],
        [{"payer": "WEI", "bucket": "current", "amount_fen": 1, "rank": 1}],
        *([{"payer": bad, "bucket": "current", "amount_fen": 1}] for bad in (NUMBER, None, "", 7)),
        *([{"payer": "WEI", "bucket": bad, "amount_fen": 1}] for bad in ("suspense", None, "")),
        *(
            [{"payer": "WEI", "bucket": "current", "amount_fen": bad}]
            for bad in (0, -1, 1.0, "1", True, None)
        ),
        [["WEI", "current", 1]],
        [None],
        {},
        "WEI",
        None,
    ],
    "evidence": [
        [{"type": "photo", "sha256": SHA}] * 17,
        [{"type": "photo", "sha256": SHA.upper()}],
        [{"type": "photo", "sha256": SHA[1:]}],
        [{"type": "photo"}],
        [{"type": "photo", "sha256": SHA, "name": "x"}],
        [{"type": NUMBER, "sha256": SHA}],
        [{"type": None, "sha256": SHA}],
        [["photo", SHA]],
        [None],
        {},
        "photo",
        None,
    ],
}


def line_of(op: str, *, full: bool = True, **changed: Any) -> Obj:
    """A good line, every field filled in or only the required ones; then with some fields changed."""
    fields = {
        name.rstrip("?"): value for name, (_, value) in FIELDS[op].items() if full or not name.endswith("?")
    }
    by = {"by": "window-3"} if full or op == "review" else {}
    return {"id": "r-1", "op": op, "at": AT, **by, **fields, **changed}
