"""`copay policies` and `copay policy`: which rules there are, and which are in force where and when."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Missing
from scripts.cli.settings import Settings, command
from scripts.cli.values import day as read_day
from scripts.cli.values import region as read_region

if TYPE_CHECKING:
    from ledger.policies.pack import Pack

_COLUMNS = ("name", "regions", "effective", "certainty", "source")


def register(app: typer.Typer) -> None:
    """Add `policies` and `policy` to the program."""
    command(app, "policies")(policies)
    command(app, "policy")(policy)


def policies(settings: Settings, *, json: Json = False) -> int:
    """List every policy pack: those shipped, those of `--policy`, and those this ledger has recorded.

    Examples:

    copay policies

    copay policies --policy our-city.yaml --json
    """
    from scripts.cli.reading import catalogue

    def ask() -> Answer:
        with catalogue(settings) as packs:
            return {"policies": [_line(pack) for pack in packs.packs]}

    def show(found: Answer) -> None:
        from scripts.cli.tables import Page

        Page(settings.lang).rows(found["policies"], _COLUMNS, "no packs", "没有政策包").show()

    return give(settings, json, ask, show)


def policy(
    settings: Settings,
    *,
    region: Annotated[str, typer.Argument(metavar="REGION", help="Six digits, such as 330102")],
    day: Annotated[str, typer.Argument(metavar="DAY", help="A date, such as 2026-01-09")],
    json: Json = False,
) -> int:
    """Show the policy in force in a region on a day: every key, the document behind it, and its digest.

    Examples:

    copay policy 330102 2026-02-01

    copay policy 440305 2025-06-30 --json
    """
    from scripts.cli.reading import catalogue

    place, when = read_region(region), read_day("DAY", day)
    assert when is not None

    def ask() -> Answer:
        with catalogue(settings) as packs:
            pack = packs.in_force(place, when)
        if pack is None:
            raise Missing(
                "no_policy",
                f"no policy is in effect in region {place} on {when}; add a pack with --policy",
                f"{place} 地区在 {when} 没有生效的政策；请用 --policy 添加",
            )
        return {"region": place, "day": str(when), **pack.document(), "digest": pack.digest}

    def show(found: Answer) -> None:
        from scripts.cli.tables import Page

        name = found["name"]
        keys = {key: value for key, value in _flat(found) if key not in ("region", "day", "name")}
        page = Page(settings.lang)
        page.title(f"{name} is in force in {place} on {when}", f"{place} 地区在 {when} 适用 {name}")
        page.facts(keys, keys).show()

    return give(settings, json, ask, show)


def _line(pack: "Pack") -> dict[str, Any]:
    document = pack.document()
    return {**{key: document[key] for key in _COLUMNS}, "digest": pack.digest}


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of a pack on a line of its own (`debit.own_classes`), and one for all codes of a class."""
    for key, value in document.items():
        if key == "med_types":
            yield from _codes_by_class(value)
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _codes_by_class(table: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name in dict.fromkeys(table.values()):
        yield f"med_types.{name}", [code for code, found in table.items() if found == name]
