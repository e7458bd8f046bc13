"""`copay list`: what waits for a person, with its age, and the bindings of a region."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from scripts.cli.answers import Answer, Json, answer
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings, command
from scripts.cli.values import region as read_region

if TYPE_CHECKING:
    from projections.store import Snapshot

What = Literal["holds", "reviews", "refusals", "suspense", "bindings", "unknown", "exceptions"]

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "holds": (
        "settlement", "beneficiary", "amount_fen", "own_fen", "shared_fen", "cash_fen", "class", "at",
        "age_days",
    ),
    "reviews": ("id", "kind", "binder", "beneficiary", "relation", "authorisation", "by", "at", "age_days"),
    "refusals": ("position", "id", "op", "code", "message", "by", "at", "age_days"),
    "suspense": ("account", "region", "suspense_fen", "since", "age_days"),
    "bindings": (
        "kind", "binder", "binder_region", "beneficiary", "beneficiary_region", "relation", "since",
        "limit_fen", "quota_fen", "age_days",
    ),
    "exceptions": (
        "settlement", "exceptions", "institution", "beneficiary", "amount_fen", "own_fen", "shared_fen",
        "cash_fen", "at", "age_days",
    ),
    "unknown": ("settlement", "op", "med_type", "institution", "beneficiary", "amount_fen", "at", "age_days"),
}  # fmt: skip
_TITLES: Final[dict[str, tuple[str, str]]] = {
    "holds": ("holds that are open", "未了结的预扣"),
    "reviews": ("binds that wait for a review", "待审核的绑定"),
    "refusals": ("refusals, newest first", "被拒绝的请求（最新在前）"),
    "suspense": ("money of closed accounts that waits to be paid out", "已注销账户的待付款"),
    "bindings": ("bindings in force", "有效的绑定"),
    "exceptions": (
        "settlements decided elsewhere that this ledger would have refused",
        "外部已决、按本账本规则应拒绝的结算",
    ),
    "unknown": ("charges with an unknown medical type, newest first", "医疗类别未知的结算（最新在前）"),
}
_SCREEN: Final = 100
_PAGE: Final = 1000

Pages = Callable[[int, Any], Answer]


def register(app: typer.Typer) -> None:
    """Add `list` to the program."""
    command(app, "list", waits=True)(list_)


def list_(
    settings: Settings,
    *,
    what: Annotated[What, typer.Argument(metavar="WHAT", help="|".join(_TITLES))],
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="DIGITS", help="Of bindings: 2, 4 or 6 digits of either side"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many [100; with --json all]")
    ] = None,
    json: Json = False,
) -> int:
    """List what waits for a person, with its age in days, or the bindings of a region.

    Examples:

    copay list holds

    copay list bindings --region 3301

    copay list refusals --limit 20 --json
    """
    from ledger.clock import system_clock
    from projections import queries
    from scripts.cli.tables import Page

    if region is not None and what != "bindings":
        raise Usage("--region goes with bindings only", "--region 只能与 bindings 一起使用")
    place = None if region is None else read_region(region, (2, 4, 6))
    most = limit or (None if json else _SCREEN)
    now = system_clock()

    def ask(view: "Snapshot") -> Answer:
        query = partial(queries.bindings, region=place) if what == "bindings" else getattr(queries, what)
        return together(lambda count, after: query(view, now, limit=count, after=after), what, most)

    def show(found: Answer) -> None:
        page = Page(settings.lang).title(*_TITLES[what])
        entries = found[what]
        if what == "refusals":
            entries = [{**entry, "message": _message(entry, settings.lang)} for entry in entries]
        page.rows(entries, _COLUMNS[what], "none", "无")
        if found["next"] is not None:
            page.line(f"there are more than these {most}; see --limit", f"不止这 {most} 条；参见 --limit")
        page.as_of(found).show()

    return answer(settings, json, ask, show)


def together(pages: Pages, what: str, most: int | None) -> Answer:
    """The first `most` entries, or all of them, from as many pages as that takes."""
    found = pages(min(most or _PAGE, _PAGE), None)
    while found["next"] is not None and (most is None or len(found[what]) < most):
        wanted = _PAGE if most is None else min(_PAGE, most - len(found[what]))
        more = pages(wanted, found["next"])
        found[what] += more[what]
        found["next"] = more["next"]
    return found


def _message(refusal: Answer, lang: str) -> str:
    from ledger.refusals import wording

    return wording(refusal["code"], refusal["figures"], lang)
