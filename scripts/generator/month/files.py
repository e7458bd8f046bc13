"""A labelled month as files: our commands, their detail files with a profile, the legs they tell, the truth.

commands.jsonl        what this ledger is told: `record`, `refund`, `hold`, `release`, with national facts
late.jsonl            what is recorded after the month before was signed
theirs/*.txt          3202 detail files, one for each institution, agency, clearing type and insurance type
theirs/legs.txt       what each payer gave there, in the exchange form, where they say it
month-details.yaml    the profile of the detail files
files.json            each detail file with its scope
truth.json            what belongs together, what is broken: ids of ours, [file, line] of theirs
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from ledger.reconciliation.rows import Ours, Theirs
from scripts.generator.month.build import Month

PROFILE: Final = """\
# Detail files of the made-up month: any number may be missing, `exp_content` is the sender's message id.
name: month-details
kind: 3202-details
source: made up by copay generate-month
certainty: I
form: text
packing: [plain]
encoding: utf-8
bom: refused
separator: tab
quotes: none
line_end: lf
last_line_end: required
header: none
columns: [setl_id, mdtrt_id, psn_no, medfee_sumamt, fund_pay_sumamt, acct_pay, refd_setl_flag, day,
          exp_content]
null_text: "null"
nullable: [setl_id, mdtrt_id, psn_no, exp_content]
decimals: two
thousands: refused
days: 2025-01-31
direction: {column: refd_setl_flag, forward: "0", reverse: "1", reverse_amounts: negative}
exp_content: message
receipt_column: null
acct_pay_includes_mutual_aid: true
count: gross
clearing:
  agency: clr_optins
  insutypes: ["310", "390"]
  types: ["11", "21", "41", "99"]
request: [clr_optins, stmt_begndate, stmt_enddate, medfee_sumamt, fund_pay_sumamt, fixmedins_setl_cnt,
          clr_type]
tolerance_fen: 0
cut_off: "00:00:00"
"""

_OPENED: Final = timedelta(days=60)
_LEGS: Final = "\t".join(
    (
        *("setl_id", "leg_no", "payer_psn_no", "payer_admdvs", "relation", "bucket", "amount", "direction"),
        *("priority_version", "policy_version"),
    )
)


def write(month: Month, folder: Path) -> None:
    """Write every file of a month into a folder, which is made. OSError: it cannot be written."""
    theirs = folder / "theirs"
    theirs.mkdir(parents=True, exist_ok=True)
    now, late = _parted(month)
    (folder / "commands.jsonl").write_bytes(b"".join(commands(now)))
    (folder / "late.jsonl").write_bytes(b"".join(_moves(late, prefix="late")))
    (folder / "month-details.yaml").write_text(PROFILE, encoding="utf-8")
    files: dict[str, list[Theirs]] = {}
    for row in sorted(month.theirs, key=lambda row: (row.name, row.line)):
        files.setdefault(row.name, []).append(row)
    for name, rows in files.items():
        (theirs / name).write_text("".join(map(detail_line, rows)), encoding="utf-8")
    (theirs / "legs.txt").write_text("\n".join([_LEGS, *_legs(month.theirs), ""]), encoding="utf-8")
    scopes = [_scope(name, rows[0]) for name, rows in files.items()]
    (folder / "files.json").write_bytes(orjson.dumps(scopes, option=orjson.OPT_INDENT_2))
    (folder / "truth.json").write_bytes(orjson.dumps(truth(month), option=orjson.OPT_INDENT_2))


def commands(rows: Iterable[Ours]) -> Iterator[bytes]:
    """The opening of everybody's accounts, then every row in its order. All of it is accepted."""
    listed = list(rows)
    yield from _opening(listed)
    yield from _moves(listed, prefix="row")


def truth(month: Month) -> dict[str, Any]:
    """Labels as plain values."""
    return {
        "signed_through": month.rules.signed_through,
        "links": [
            {"shape": one.shape, "numbered": one.numbered, **_named(month, one.ours, one.theirs)}
            for one in month.links
        ],
        "breaks": [{"class": one.kind, **_named(month, one.ours, one.theirs)} for one in month.breaks],
    }


def detail_line(row: Theirs) -> str:
    """A line of theirs as its file has it."""
    sign = "-" if row.direction == "reverse" else ""
    cells = (
        row.settlement, row.visit, row.person, _yuan(row.total_fen, sign), _yuan(row.fund_fen, sign),
        _yuan(row.account_fen, sign), "1" if sign else "0", row.day.isoformat() if row.day else None,
        row.message,
    )  # fmt: skip
    return "\t".join("null" if cell is None else cell for cell in cells) + "\n"


def _parted(month: Month) -> tuple[list[Ours], list[Ours]]:
    signed = month.rules.signed_through
    late = [row for row in month.ours if signed is not None and row.day <= signed]
    return [row for row in month.ours if signed is None or row.day > signed], late


def _opening(rows: list[Ours]) -> Iterator[bytes]:
    """Accounts with enough money for all they pay, and a binding for everybody who pays for somebody else."""
    at = (min(row.at for row in rows) - _OPENED).isoformat() if rows else ""
    insured = {row.person: (row.region, "resident" if row.insutype == "390" else "employee") for row in rows}
    money: dict[str, int] = {}
    pairs: dict[tuple[str, str], None] = {}
    for row in rows:
        for payer, region, fen in row.legs:
            insured.setdefault(payer, (region or row.region, "employee"))
            money[payer] = money.get(payer, 0) + fen
            if payer != row.person:
                pairs[payer, row.person] = None
    for number, (person, (region, insurance)) in enumerate(insured.items()):
        fields = {"account": person, "region": region, "insurance": insurance}
        yield _line(f"open-{number}", "open_account", at, fields)
        if insurance == "employee":
            enough = {"account": person, "amount_fen": money.get(person, 0) + 100_000}
            yield _line(f"credit-{number}", "credit", at, enough)
    for number, (binder, beneficiary) in enumerate(sorted(pairs)):
        tie = {"binder": binder, "beneficiary": beneficiary, "relation": "parent", "authorisation": "face"}
        yield _line(f"bind-{number}", "bind", at, tie)


def _moves(rows: Iterable[Ours], prefix: str) -> Iterator[bytes]:
    for number, row in enumerate(rows):
        name, at = f"{prefix}-{number}", row.at.isoformat()
        if row.refund is not None:
            back = (row.at + timedelta(minutes=1)).isoformat()
            yield _line(name, "refund", back, {"settlement": row.settlement, "refund": row.refund})
            continue
        bill = {
            "settlement": row.settlement,
            "beneficiary": row.person,
            "amount_fen": row.total_fen - row.fund_fen,
            "med_type": row.med_type,
            "institution": row.institution,
            "facts": _facts(row),
        }
        if row.state in ("held", "released"):
            yield _line(name, "hold", at, bill)
            if row.state == "released":
                yield _line(f"{name}-end", "release", at, {"settlement": row.settlement})
            continue
        legs = [{"payer": payer, "bucket": "current", "amount_fen": fen} for payer, _, fen in row.legs]
        corrects = {} if row.corrects is None else {"corrects": row.corrects}
        yield _line(name, "record", at, bill | {"legs": legs} | corrects)


def _facts(row: Ours) -> dict[str, str]:
    """The national result's fields: mutual aid inside `acct_pay`, cash the rest of the personal share."""
    mutual = sum(fen for payer, _, fen in row.legs if payer != row.person)
    cash = row.total_fen - row.fund_fen - row.account_fen
    facts = {
        "mdtrt_id": row.visit,
        "medins_setl_id": row.message,
        "insutype": row.insutype,
        "clr_type": row.clr_type,
        "clr_optins": row.agency,
        "medfee_sumamt": _yuan(row.total_fen),
        "fund_pay_sumamt": _yuan(row.fund_fen),
        "psn_part_amt": _yuan(row.account_fen + cash),
        "acct_pay": _yuan(row.account_fen),
        "acct_mulaid_pay": _yuan(mutual),
        "psn_cash_pay": _yuan(cash),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _legs(rows: Iterable[Theirs]) -> Iterator[str]:
    told: set[tuple[str, str]] = set()
    for row in sorted(rows, key=lambda row: (row.name, row.line)):
        if row.legs is None or row.settlement is None or (row.settlement, row.direction) in told:
            continue
        told.add((row.settlement, row.direction))
        for number, (payer, region, fen) in enumerate(row.legs, 1):
            relation = "self" if payer == row.person else "child"
            cells = (row.settlement, str(number), payer, region or "", relation, "current", _yuan(fen))
            yield "\t".join((*cells, row.direction, "null", "null"))


def _scope(name: str, row: Theirs) -> dict[str, str | None]:
    return {"name": name, "agency": row.agency, "clr_type": row.clr_type, "insutype": row.insutype}


def _named(month: Month, ours: Iterable[int], theirs: Iterable[int]) -> dict[str, Any]:
    lines = [month.theirs[place] for place in theirs]
    return {"ours": [month.ours[p].id for p in ours], "theirs": [[row.name, row.line] for row in lines]}


def _line(name: str, op: str, at: str, fields: dict[str, Any]) -> bytes:
    return orjson.dumps({"id": name, "op": op, "at": at, **fields}, option=orjson.OPT_APPEND_NEWLINE)


def _yuan(fen: int, sign: str = "") -> str:
    return f"{sign if fen else ''}{fen // 100}.{fen % 100:02d}"
