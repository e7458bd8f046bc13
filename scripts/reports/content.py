"""The content of a report: the last run of a period as tables, the same rows for every form.

Amounts are signed fen, effects theirs minus ours. Rows of ours are named by their ids, rows of theirs by the
number of their file in the table of files and their line (`1:7`). Nothing here is a person's name, and no
citizen-ID number.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from ledger.events.periods import ItemLine, PeriodMatched, PeriodSigned, Statement
from ledger.reconciliation.amounts import difference
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.matching.outcome import Break, Line, Match
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.statement import item_lines
from ledger.reconciliation.telling import Told
from scripts.reconciling.plainly import Plain, as_line, days_of, full, plain

Kind = Literal["text", "fen", "count"]
Cell = str | int | None
_AMOUNTS: Final = ("total_fen", "fund_fen", "account_fen")


class Table(NamedTuple):
    """Rows under their columns: ids and words are text, amounts fen."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: Sequence[tuple[Cell, ...]]


class Report(NamedTuple):
    """A run told again. `sheet` is that of the signature, or as it would be signed now; none while the period
    before is not signed, or files came since."""

    key: PeriodKey
    state: str
    run: PeriodMatched
    position: int
    sheet: Statement | None
    signed: PeriodSigned | None
    files: Sequence[Plain]
    matches: Sequence[Plain]
    breaks: Sequence[Plain]
    tables: Sequence[Table]

    def plain(self) -> Plain:
        """Everything as one object for programs."""
        run, signed = self.run, self.signed
        return {
            **days_of(self.key),
            "state": self.state,
            "run": run.run,
            "position": self.position,
            "here": plain(run.here),
            "there": plain(run.there),
            "left_here": plain(run.left_here),
            "left_there": plain(run.left_there),
            "difference": plain(difference(run.there, run.here)),
            "files": list(self.files),
            "matches": list(self.matches),
            "breaks": list(self.breaks),
            "sheet": None if self.sheet is None else full(self.sheet),
            "signed": None if signed is None else _signature(signed),
        }


def content(desk: Desk, told: Told) -> Report:
    """The report of a run."""
    period, run = told.period, told.run
    numbers = {file: number for number, file in enumerate(run.files, 1)}
    sheet = _sheet(desk, period.key)
    matches = [_match(one, numbers) for one in told.outcome.matches]
    breaks = list(_breaks(desk, told, sheet, numbers))
    files = [_file(number, one) for number, one in enumerate(period.files[: len(run.files)], 1)]
    state = "signed" if period.signed else "proposed" if period.proposal else "matched"
    return Report(
        *(period.key, state, run, run.upto, sheet, period.signed, files, matches, breaks),
        tables=(
            _totals(run),
            _table("rules", _RULES, map(_rule, run.rules)),
            _table(
                "classes",
                _CLASSES,
                ({"break_class": c.break_class, "breaks": c.breaks, **plain(c.effect)} for c in run.classes),
            ),
            _table("breaks", _BREAKS, map(_flat, breaks)),
            _table("matches", _MATCHES, map(_flat_match, matches)),
            _table("files", _FILES, files),
        ),
    )


# Rows ----------------------------------------------------------------------------------------------------


def _match(one: Match, numbers: Mapping[str, int]) -> Plain:
    return {
        "ours": list(one.ours),
        "theirs": [_line(line, numbers) for line in one.theirs],
        "rule": one.rule,
        "automatic": one.automatic,
    }


def _line(line: Line, numbers: Mapping[str, int]) -> Plain:
    return {"file": line.file, "number": numbers.get(line.file, 0), "line": line.line}


def _breaks(desk: Desk, told: Told, sheet: Statement | None, numbers: Mapping[str, int]) -> Iterator[Plain]:
    """The breaks of the run, then those that have gone; as they stand, or stood at the signature."""
    office = desk.office
    lines: Mapping[str, ItemLine] = {
        line.item: line
        for line in (
            item_lines(told.items.values(), office.today(), office.workdays)
            if sheet is None
            else (*sheet.items, *sheet.settled)
        )
    }
    order = dict.fromkeys((*told.run.breaks, *told.items))
    for item in order:
        if item in lines:
            one = told.breaks.get(item)
            row = as_line(told.items[item], lines[item])
            row["theirs"] = [_line(Line(**line), numbers) for line in row["theirs"]]
            yield row | {"stands": item in told.run.breaks} | _of_run(one)


def _of_run(one: Break | None) -> Plain:
    """What only the run itself says of a break."""
    return {
        "matched": one is not None and one.matched,
        "searched": one is None or one.searched,
        "payers": [] if one is None else [{"payer": payer, "amount_fen": fen} for payer, fen in one.payers],
        "likely": None if one is None else one.likely.row,
        "refers": None if one is None else one.refers,
    }


def _file(number: int, one: Any) -> Plain:
    return {
        "number": number,
        "name": one.name,
        "profile": one.profile,
        "sha256": one.file,
        "late_for": one.late_for,
        "rows": one.sums.rows,
        "new_rows": one.new.rows,
        **plain(one.new),
    } | {"rows": one.sums.rows}


def _sheet(desk: Desk, key: PeriodKey) -> Statement | None:
    try:
        return desk.statement(key)
    except Refused as refused:
        if refused.code in ("not_matched", "previous_not_signed"):
            return None
        raise


def _signature(signed: PeriodSigned) -> Plain:
    return {
        "maker": signed.maker,
        "checker": signed.by,
        "proposal": signed.proposal,
        "digest": signed.digest,
        "position": signed.position,
    }


# Tables --------------------------------------------------------------------------------------------------

_RULES: Final = (
    "rule", "matches", "here_rows", "here_total_fen", "here_fund_fen", "here_account_fen",
    "there_rows", "there_total_fen", "there_fund_fen", "there_account_fen",
)  # fmt: skip
_CLASSES: Final = ("break_class", "breaks", *_AMOUNTS)
_BREAKS: Final = (
    "item", "side", "break_class", "state", "owner",
    "effect_total_fen", "effect_fund_fen", "effect_account_fen",
    "first_day", "days", "working_days", "external", "ours", "theirs", "cause", "cause_position", "proposed",
    "payers", "how", "maker", "checker", "refund", "recorded", "key",
)  # fmt: skip
_MATCHES: Final = ("rule", "automatic", "ours", "theirs")
_FILES: Final = ("number", "name", "profile", "rows", "new_rows", *_AMOUNTS, "sha256")
_TOTALS: Final = ("side", "part", "rows", *_AMOUNTS)
_COUNTS: Final = frozenset(
    {"breaks", "cause_position", "days", "matches", "new_rows", "number", "rows", "working_days"}
)


def _table(name: str, columns: Sequence[str], rows: Any) -> Table:
    return Table(
        name,
        tuple((column, _kind(column)) for column in columns),
        [tuple(row[column] for column in columns) for row in rows],
    )


def _kind(column: str) -> Kind:
    if column.endswith("_fen"):
        return "fen"
    return "count" if column in _COUNTS or column.endswith("_rows") else "text"


def _totals(run: PeriodMatched) -> Table:
    rows: list[Plain] = []
    for side, came, left in (("here", run.here, run.left_here), ("there", run.there, run.left_there)):
        closed = {name: plain(came)[name] - plain(left)[name] for name in ("rows", *_AMOUNTS)}
        rows.append({"side": side, "part": "movements", **plain(came)})
        rows.append({"side": side, "part": "matched", **closed})
        rows.append({"side": side, "part": "open", **plain(left)})
    apart = {"side": None, "part": "difference", "rows": None, **plain(difference(run.there, run.here))}
    return _table("totals", _TOTALS, [*rows, apart])


def _rule(rule: Any) -> Plain:
    sides = (("here", rule.here), ("there", rule.there))
    sums = {f"{side}_{name}": fen for side, some in sides for name, fen in plain(some).items()}
    return {"rule": rule.rule, "matches": rule.matches, **sums}


def _flat(one: Plain) -> Plain:
    effect = {f"effect_{name}": fen for name, fen in one["effect"].items()}
    payers = " ".join(f"{part['payer']}:{part['amount_fen']}" for part in one["payers"]) or None
    return {
        **one, **effect, "break_class": one["class"], "payers": payers,
        "ours": " ".join(one["ours"]) or None, "theirs": _places(one["theirs"]),
    }  # fmt: skip


def _flat_match(one: Plain) -> Plain:
    how = "automatic" if one["automatic"] else "suggested"
    return {
        "rule": one["rule"], "automatic": how,
        "ours": " ".join(one["ours"]) or None, "theirs": _places(one["theirs"]),
    }  # fmt: skip


def _places(lines: Sequence[Plain]) -> str | None:
    return " ".join(f"{line['number']}:{line['line']}" for line in lines) or None
