"""Files that are sent: totals of 3201, or details and requests of 3202, call by call."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.reconciliation.files.profile import Profile, Profiles, named
from ledger.reconciliation.files.requests import Call, Period, calls, request
from ledger.reconciliation.files.sending import REASONS, sendable
from ledger.reconciliation.files.uploads import detail_file
from ledger.reconciliation.rows import Ours
from projections import queries
from projections.queries import Wanted
from projections.store import Snapshot
from scripts.cli.failures import Usage

_UNFIT: Final = re.compile(r"[^0-9A-Za-z._-]")


class Order(NamedTuple):
    """What is to be sent."""

    first: date
    last: date
    institution: str | None = None
    agency: str | None = None
    clr_type: str | None = None
    insutype: str | None = None
    file_number: str | None = None


def sent(view: Snapshot, profiles: Profiles, name: str, order: Order, folder: Path | None) -> dict[str, Any]:
    """Write the files of every call into a folder (none: nowhere), and say what they are.

    Equal rows give equal bytes. Raises `Usage`, `UnknownProfile`.
    """
    profile = named(profiles, name, "3201", "3202-details")
    found = queries.our_side(
        view,
        order.first,
        order.last,
        Wanted(order.institution, order.agency, order.clr_type, order.insutype),
        agency_of=profile.clearing.agency if profile.clearing else "clr_optins",
    )
    rows, unsent = sendable(profile, [Ours(**row) for row in found["rows"]])
    listed = [
        _unsent(row["settlement"], "no_national_facts", row.get("missing", ()))
        for row in (*found["lacking"], *found["partly"])
    ]
    listed += [_unsent(one.row.id, one.reason, ()) for one in unsent]
    made = []
    for about in calls(profile, Period(order.first, order.last), rows):
        files = dict(_files(profile, about, order))
        if folder is not None:
            _write(folder, files)
        made.append(_told(about, files))
    return {"calls": made, "unsent": listed, "position": found["position"]}


def _files(profile: Profile, about: Call, order: Order) -> Iterator[tuple[str, bytes]]:
    """The files of one call, by name."""
    kind = "3201" if profile.kind == "3201" else "3202"
    parts = (kind, about.agency, about.clr_type, about.insutype, order.first, order.last)
    stem = _UNFIT.sub("_", "-".join(str(part) for part in parts if part))
    if kind == "3202":
        zipped = "zip" in profile.packing
        yield f"{stem}.zip" if zipped else f"{stem}.txt", detail_file(profile, about.rows)
    yield f"{stem}.json", request(profile, about, order.file_number)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise Usage(
            f"{folder} cannot be written: {error.strerror}", f"无法写入 {folder}：{error.strerror}"
        ) from None


def _told(about: Call, files: Mapping[str, bytes]) -> dict[str, Any]:
    names = list(files)
    return {
        "clr_type": about.clr_type,
        "insutype": about.insutype,
        "agency": about.agency,
        "number": about.settlements,
        "rows": len(about.rows),
        "total_fen": about.total_fen,
        "fund_fen": about.fund_fen,
        "account_fen": about.account_fen,
        "request": names[-1],
        "details": names[0] if len(names) > 1 else None,
    }


def _unsent(row: str, reason: str, missing: Any) -> dict[str, Any]:
    english, chinese = {str(code): words for code, words in REASONS.items()}[reason]
    return {
        "settlement": row,
        "code": reason,
        "reason": english,
        "reason_zh": chinese,
        "missing": list(missing),
    }
