"""`copay import`: files of other programs become commands."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import typer

from scripts.cli.answers import Answer, Json, print_json
from scripts.cli.failures import FAILED, Usage, say, tell
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.reconciliation.files.defects import BadLine
    from ledger.reconciliation.files.legs import LegRow
    from ledger.reconciliation.intake.orders import Options, Order
    from ledger.reconciliation.intake.taking import Outcome

_HELP: Final = "Take in files of other programs, each laid out as a profile says."
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "charged": ("charged", "已支付"),
    "recorded": ("recorded", "已记录"),
    "refunded": ("refunded", "已退款"),
    "facts_added": ("known, facts added", "已有记录，已补充字段"),
    "known": ("known", "已有记录"),
    "conflict": ("in conflict with what is recorded", "与已有记录冲突"),
    "rejected": ("rejected", "被拒绝"),
    "parked": ("cancelled before it was settled: run the file again later", "先撤销后结算：请稍后重新导入"),
    "nothing_due": ("with nothing for a person to pay", "个人无需支付"),
}
_FOR_A_CLERK: Final = frozenset({"conflict", "rejected", "parked"})
_COLUMNS: Final = ("line", "settlement", "outcome", "code", "message", "exceptions")
_SHOWN: Final = 20


def register(app: typer.Typer) -> None:
    """Add `import` and its commands to the program."""
    importing = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    command(importing, "settlements")(settlements)
    app.add_typer(importing, name="import")


def settlements(  # noqa: PLR0913  every option is an argument
    settings: Settings,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Settlement results of the platform")],
    mode: Annotated[
        Literal["decide", "record"],
        typer.Option("--mode", help="decide: this ledger allocates; record: the money has moved already"),
    ],
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help="How FILE is laid out")
    ] = "settlements-national",
    legs: Annotated[
        Path | None, typer.Option("--legs", metavar="FILE", help="Whose money paid (mode record)")
    ] = None,
    legs_profile: Annotated[
        str, typer.Option("--legs-profile", metavar="NAME", help="How the legs are laid out")
    ] = "legs-exchange",
    bucket: Annotated[
        Literal["current", "carried"] | None,
        typer.Option("--bucket", help="The bucket of legs that name none"),
    ] = None,
    institution: Annotated[
        str | None, typer.Option("--institution", metavar="ID", help="Where a line names no institution")
    ] = None,
    layout: Annotated[
        list[Path] | None, typer.Option("--layout", metavar="FILE", help="More profiles (repeatable)")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="ID", help="Staff or channel number")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything and keep nothing")] = False,
    json: Json = False,
) -> int:
    """Take in settlement results of the national platform as charges, or as what it has moved already.

    A file with a bad line is refused whole. Taking it in again has no second effect. A settlement that is
    known with the same patient and share gets the facts it lacked; anything else is a conflict. Exit status 1
    when something waits for a clerk, 2 when the file was refused.

    Examples:

    copay import settlements day.jsonl --mode decide

    copay import settlements day.jsonl --mode record --legs legs.tsv

    copay import settlements day.csv --mode decide --profile settlements-csv --dry-run --json
    """
    from ledger.reconciliation.intake.orders import Options

    if mode == "decide" and legs is not None:
        raise Usage("--legs goes with --mode record only", "--legs 只能与 --mode record 一起使用")
    source = Source(file, profile, legs, legs_profile, tuple(layout or ()))
    asked = source.asked(Options(mode, bucket, institution, by))
    if isinstance(asked, Refused):
        refuse(asked, settings.lang, as_json=json)
        return FAILED
    outcomes = _taken(settings, asked, dry_run=dry_run)
    counts: Counter[str] = Counter(outcome.became for outcome in outcomes)
    if json:
        print_json(_answer(file.name, outcomes, counts, settings.lang, dry_run=dry_run))
    else:
        _show(outcomes, counts, settings.lang, dry_run=dry_run)
    return 1 if any(counts[became] for became in ("conflict", "rejected", "parked")) else 0


class Refused(NamedTuple):
    """A file that was not taken, with its bad lines."""

    name: str
    bad: "Sequence[BadLine]"


class Source(NamedTuple):
    """The files of one import, and how they are laid out."""

    file: Path
    profile: str
    legs: Path | None
    legs_profile: str
    layouts: tuple[Path, ...]

    def asked(self, options: "Options") -> "Sequence[Order] | Refused":
        """What the files ask for; or the first of them that cannot be read."""
        from ledger.reconciliation.files import legs, profile, settlements
        from ledger.reconciliation.files.reading import Taken
        from ledger.reconciliation.intake.orders import orders

        known = profile.load(self.layouts)
        layout = profile.named(known, self.profile, "settlements")
        records = settlements.read_settlements(layout, self.file.name, _content(self.file))
        if not isinstance(records, Taken):
            return Refused(self.file.name, records.bad)
        rows: Sequence[LegRow] = ()
        if self.legs is not None:
            of_legs = profile.named(known, self.legs_profile, "legs")
            read = legs.read_legs(of_legs, self.legs.name, _content(self.legs))
            if not isinstance(read, Taken):
                return Refused(self.legs.name, read.bad)
            rows = read.rows
        found = orders(records.rows, rows, options)
        return Refused(self.file.name, found.bad) if found.bad else found.orders


def refuse(refused: Refused, lang: str, *, as_json: bool) -> None:
    """Every bad line with its number and reason: to programs as an object, to people as lines."""
    name, count = refused.name, len({line.line for line in refused.bad})
    said = choose(
        lang,
        f"{name} was not taken: {count} bad line{'' if count == 1 else 's'}, nothing of it was kept",
        f"未接收 {name}：{count} 行有误，未保存任何内容",
    )
    if as_json:
        bad = [
            {"line": line.line, "column": line.column, "code": line.code, "message": line.text(lang)}
            for line in refused.bad
        ]
        print_json({"error": {"code": "file_unreadable", "message": said}, "file": name, "bad": bad})
        return
    for line in refused.bad:
        tell(f"{name}: {line.text(lang)}")
    say(said)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror
        raise Usage(f"{path} cannot be read: {reason}", f"无法读取 {path}：{reason}") from None


def _taken(settings: Settings, asked: "Sequence[Order]", *, dry_run: bool) -> "list[Outcome]":
    from ledger.application import Ledger
    from ledger.reconciliation.intake.taking import take
    from projections.store import Store
    from scripts.cli.reading import catch_up

    with settings.database() as dsn:
        with (
            Ledger.open(dsn, policies=settings.policies, dry_run=dry_run) as ledger,
            Meter(choose(settings.lang, "import", "导入"), len(asked)) as meter,
        ):
            outcomes = take(ledger, asked, meter.reach)
        if not dry_run:
            with Store.open(dsn) as store:
                catch_up(store, settings.lang)
    return outcomes


def _answer(
    name: str, outcomes: "Sequence[Outcome]", counts: Counter[str], lang: str, *, dry_run: bool
) -> Answer:
    return {
        "file": name,
        "dry_run": dry_run,
        "counts": {became: counts[became] for became in _WORDS if counts[became]},
        "lines": [_line(outcome, lang) for outcome in outcomes],
    }


def _line(outcome: "Outcome", lang: str) -> Answer:
    return {
        "line": outcome.line,
        "settlement": outcome.settlement,
        "outcome": outcome.became,
        "code": outcome.code,
        "message": outcome.message(lang),
        "exceptions": list(outcome.exceptions),
    }


def _show(outcomes: "Sequence[Outcome]", counts: Counter[str], lang: str, *, dry_run: bool) -> None:
    from scripts.cli.tables import Page

    page = Page(lang).title("settlements taken in", "导入结算")
    rows = [
        {**_line(outcome, lang), "outcome": choose(lang, *_WORDS[outcome.became])}
        for outcome in outcomes
        if outcome.became in _FOR_A_CLERK or outcome.exceptions
    ]
    page.rows(rows[:_SHOWN], _COLUMNS, "nothing waits for a clerk", "没有待处理事项")
    if len(rows) > _SHOWN:
        page.line(
            f"{len(rows) - _SHOWN} more wait for a clerk; --json lists all",
            f"另有 {len(rows) - _SHOWN} 项待处理；--json 列出全部",
        )
    page.gap()
    for became, both in _WORDS.items():
        if counts[became]:
            page.line(f"{counts[became]:,} {both[0]}", f"{both[1]}：{counts[became]:,}")
    if dry_run:
        page.line("dry run: nothing was kept", "试运行：未保存任何内容")
    page.show()
