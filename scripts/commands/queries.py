"""What stands now, or stood then: `balance`, `debit-order`, `limits`, `members`."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.answers import Answer, Json, answer, give
from scripts.cli.settings import Settings, command
from scripts.cli.values import At, Position, instant

if TYPE_CHECKING:
    from ledger.policies.catalogue import Catalogue

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The person number of the account")]
Beneficiary = Annotated[str, typer.Argument(metavar="BENEFICIARY", help="The person number of the patient")]
Binder = Annotated[str, typer.Argument(metavar="BINDER", help="The person number of the payer")]

_PERSON = ("region", "insurance", "status")
_MONEY = (
    "current_fen", "carried_fen", "balance_fen", "reserved_fen", "held_fen", "available_fen", "suspense_fen"
)  # fmt: skip
_ORDER = ("rank", "binder", "relation", "since", "limit_fen", "quota_fen")
_BY_BINDER = ("binder", "used_fen", "limit_fen", "remaining_fen")
_MEMBERS = ("beneficiary", "kind", "relation", "since", "limit_fen", "quota_fen", "used_fen")
_NONE = "–"
"""Where no limit applies, because no money is shared."""


def register(app: typer.Typer) -> None:
    """Add the four queries to the program."""
    command(app, "balance", waits=True)(balance)
    command(app, "debit-order", waits=True)(debit_order)
    command(app, "limits", waits=True)(limits)
    command(app, "members", waits=True)(members)


def balance(
    settings: Settings, *, account: Account, at: At = None, position: Position = None, json: Json = False
) -> int:
    """Show an account's money: both buckets, what is reserved or held, and what can be spent.

    Examples:

    copay balance WEI

    copay balance WEI --wait 1200 --json

    copay balance WEI --at 2025-12-31T23:59:59+08:00 --json
    """
    from projections import queries
    from scripts.cli.tables import Page, cell

    then = instant("--at", at)

    def show(found: Answer) -> None:
        person = "  ".join((account, *(cell(field, found[field], settings.lang) for field in _PERSON)))
        Page(settings.lang).title(person, person).facts(found, _MONEY).as_of(found).show()

    return answer(
        settings, json, lambda view: queries.balance(view, account, at=then, position=position), show
    )


def debit_order(
    settings: Settings,
    *,
    beneficiary: Beneficiary,
    at: At = None,
    position: Position = None,
    json: Json = False,
) -> int:
    """Show whose money pays for a person, in which order; rank 0 is the person's own account.

    Examples:

    copay debit-order LIN

    copay debit-order LIN --at 2025-03-31T00:00:00+08:00
    """
    from projections import queries
    from scripts.cli.tables import Page

    then = instant("--at", at)

    def show(found: Answer) -> None:
        page = Page(settings.lang).title(f"debit order of {beneficiary}", f"{beneficiary} 的扣款顺序")
        entries = [{**entry, "limit_fen": _NONE} if entry["rank"] == 0 else entry for entry in found["order"]]
        none = "no own account and no binders: everything is cash"
        page.rows(entries, _ORDER, none, "没有个人账户，也没有绑定人：全部现金支付").as_of(found).show()

    return answer(
        settings, json, lambda view: queries.debit_order(view, beneficiary, at=then, position=position), show
    )


def limits(
    settings: Settings,
    *,
    beneficiary: Beneficiary,
    year: Annotated[int, typer.Option("--year", metavar="Y", min=1900, max=2999, help="The calendar year")],
    at: At = None,
    position: Position = None,
    json: Json = False,
) -> int:
    """Show what shared money paid for a person in a year, and what caps and limits leave.

    Examples:

    copay limits LIN --year 2025

    copay limits LIN --year 2025 --json
    """
    from projections import queries
    from scripts.cli.reading import asked, catalogue_of
    from scripts.cli.tables import Page

    then = instant("--at", at)

    def ask() -> Answer:
        with settings.database() as dsn:
            cap = cap_of(catalogue_of(dsn, settings), year)
            return asked(
                settings.at(dsn),
                lambda view: queries.limits(view, beneficiary, year, cap, at=then, position=position),
            )

    def show(found: Answer) -> None:
        page = Page(settings.lang)
        page.title(f"shared use for {beneficiary} in {year}", f"{beneficiary} {year} 年的共济使用")
        page.facts(found, ("used_fen", "cap_fen", "remaining_fen")).gap()
        page.rows(found["by_binder"], _BY_BINDER, "no binders and no use", "没有绑定人，也没有使用记录")
        page.as_of(found).show()

    return give(settings, json, ask, show)


def cap_of(catalogue: "Catalogue", year: int) -> Callable[[str], int | None]:
    """The policy's yearly cap in a region on 31 December, where it counts per beneficiary; in fen."""
    last_day = date(year, 12, 31)

    def cap(region: str) -> int | None:
        pack = catalogue.in_force(region, last_day)
        if pack is None or pack.debit.yearly_cap_scope != "beneficiary":
            return None
        return pack.debit.yearly_cap_fen

    return cap


def members(
    settings: Settings,
    *,
    binder: Binder,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="Y", min=1900, max=2999, help="The year of use [this year]"),
    ] = None,
    json: Json = False,
) -> int:
    """Show for whom a person's money pays: the binder's side.

    Examples:

    copay members WEI

    copay members WEI --year 2025 --json
    """
    from ledger.clock import business_year, system_clock
    from projections import queries
    from scripts.cli.tables import Page

    asked = year or business_year(system_clock())

    def show(found: Answer) -> None:
        page = Page(settings.lang)
        entries = [
            {**entry, "limit_fen": _NONE} if entry["kind"] == "proxy_credential" else entry
            for entry in found["members"]
        ]
        page.title(f"members of {binder}, use in {asked}", f"{binder} 的家庭成员，{asked} 年使用情况")
        page.rows(entries, _MEMBERS, "bound to nobody", "没有绑定任何人").as_of(found).show()

    return answer(settings, json, lambda view: queries.members(view, binder, asked), show)
