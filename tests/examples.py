"""The people of the tests, and the commands about them, as plain dictionaries.

Grandmother Lin is the patient. Her son Wei and daughter Mei bind themselves to her and pay; where a case
says P1 and P2, they are P1 and P2. All live in Hebei, where only the national policies hold.
"""

from typing import Any

LIN = "LIN"  # grandmother, born 1950, employee insurance: an account of her own
GUO = "GUO"  # grandfather, born 1948, resident insurance: no account money
WEI = "WEI"  # son of Lin and Guo
MEI = "MEI"  # daughter of Lin and Guo
HUI = "HUI"  # Wei's wife
BAO = "BAO"  # son of Wei and Hui, born 2016, resident insurance
CLERK = "staff-07"
SUPERVISOR = "staff-11"

BORN = {
    LIN: "1950-05-01",
    GUO: "1948-02-11",
    WEI: "1975-03-08",
    MEI: "1978-11-23",
    HUI: "1976-07-30",
    BAO: "2016-06-01",
}
RESIDENTS = (GUO, BAO)

SHIJIAZHUANG = "130102"  # Hebei, with no pack of its own
TANGSHAN = "130202"  # another city of Hebei
QUZHOU = "330802"  # Zhejiang
SHENZHEN = "440305"
GUANGZHOU = "440106"
BEIJING = "110101"

Command = dict[str, Any]


def open_account(account: str, *, region: str = SHIJIAZHUANG, **fields: Any) -> Command:
    """The named people open with their birth date and insurance; others as employees of unknown age."""
    person: Command = {"insurance": "resident" if account in RESIDENTS else "employee"}
    if account in BORN:
        person["born"] = BORN[account]
    return {"op": "open_account", "account": account, "region": region, **person, **fields}


def credit(account: str, amount_fen: int, **fields: Any) -> Command:
    return {"op": "credit", "account": account, "amount_fen": amount_fen, **fields}


def adjust(account: str, delta_fen: int, **fields: Any) -> Command:
    return {"op": "adjust", "account": account, "delta_fen": delta_fen, "reason": "clearing", **fields}


def close_year(account: str, year: int, **fields: Any) -> Command:
    return {"op": "close_year", "account": account, "year": year, **fields}


def transfer(account: str, region: str, **fields: Any) -> Command:
    return {"op": "transfer", "account": account, "region": region, **fields}


def set_status(account: str, status: str, **fields: Any) -> Command:
    return {"op": "set_status", "account": account, "status": status, **fields}


def bind(binder: str, beneficiary: str, **fields: Any) -> Command:
    """A grown-up parent bound by a child, by face; Bao is a child and shows his birth certificate."""
    child = beneficiary == BAO
    kinship = {
        "relation": "child" if child else "parent",
        "authorisation": "birth_certificate" if child else "face",
    }
    return {"op": "bind", "binder": binder, "beneficiary": beneficiary, **kinship, **fields}


def bind_proxy(binder: str, beneficiary: str, **fields: Any) -> Command:
    return bind(binder, beneficiary, kind="proxy_credential", **fields)


def review(request: str, decision: str, **fields: Any) -> Command:
    return {"op": "review", "request": request, "decision": decision, "by": SUPERVISOR, **fields}


def unbind(binder: str, beneficiary: str, **fields: Any) -> Command:
    return {"op": "unbind", "binder": binder, "beneficiary": beneficiary, **fields}


def reorder(beneficiary: str, *order: str, **fields: Any) -> Command:
    return {"op": "reorder", "beneficiary": beneficiary, "order": list(order), **fields}


def set_limit(binder: str, beneficiary: str, limit_fen: int | None, **fields: Any) -> Command:
    return {
        "op": "set_limit",
        "binder": binder,
        "beneficiary": beneficiary,
        "limit_fen": limit_fen,
        **fields,
    }


def grant_quota(binder: str, beneficiary: str, amount_fen: int, **fields: Any) -> Command:
    return {
        "op": "grant_quota",
        "binder": binder,
        "beneficiary": beneficiary,
        "amount_fen": amount_fen,
        **fields,
    }


def release_quota(binder: str, beneficiary: str, **fields: Any) -> Command:
    return {"op": "release_quota", "binder": binder, "beneficiary": beneficiary, **fields}


def bill(op: str, beneficiary: str, amount_fen: int, **fields: Any) -> Command:
    """An ordinary outpatient bill (`med_type` 11)."""
    return {"op": op, "beneficiary": beneficiary, "amount_fen": amount_fen, "med_type": "11", **fields}


def charge(beneficiary: str, amount_fen: int, **fields: Any) -> Command:
    return bill("charge", beneficiary, amount_fen, **fields)


def hold(beneficiary: str, amount_fen: int, **fields: Any) -> Command:
    return bill("hold", beneficiary, amount_fen, **fields)


def quote(beneficiary: str, amount_fen: int, **fields: Any) -> Command:
    return bill("quote", beneficiary, amount_fen, **fields)


def leg(payer: str, amount_fen: int, bucket: str = "current") -> Command:
    """Money that moved elsewhere."""
    return {"payer": payer, "bucket": bucket, "amount_fen": amount_fen}


def record(beneficiary: str, amount_fen: int, *legs: Command, **fields: Any) -> Command:
    """An ordinary bill that was decided elsewhere."""
    return bill("record", beneficiary, amount_fen, legs=list(legs), **fields)


def capture(settlement: str, **fields: Any) -> Command:
    return {"op": "capture", "settlement": settlement, **fields}


def release(settlement: str, **fields: Any) -> Command:
    return {"op": "release", "settlement": settlement, **fields}


def pay_premium(payer: str, beneficiary: str, amount_fen: int, **fields: Any) -> Command:
    return {
        "op": "pay_premium",
        "payer": payer,
        "beneficiary": beneficiary,
        "amount_fen": amount_fen,
        "scheme": "resident",
        **fields,
    }


def refund(settlement: str, amount_fen: int | None = None, **fields: Any) -> Command:
    amount = {} if amount_fen is None else {"amount_fen": amount_fen}
    return {"op": "refund", "settlement": settlement, **amount, **fields}


def funded(account: str, amount_fen: int, **fields: Any) -> list[Command]:
    """An account with this much in its current bucket."""
    return [open_account(account, **fields), *([credit(account, amount_fen)] if amount_fen else [])]


def family(*, lin: int, wei: int, mei: int | None = None) -> list[Command]:
    """Lin with her own money, bound by Wei and then, unless left out, by Mei; each with this much."""
    people = [*funded(LIN, lin), *funded(WEI, wei), *([] if mei is None else funded(MEI, mei))]
    return [*people, bind(WEI, LIN), *([] if mei is None else [bind(MEI, LIN)])]
