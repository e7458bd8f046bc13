"""`copay person`: who a person number is; put, find and show. What a person may ask for stands beside."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

import typer

from ledger.vault.identity import FIELDS, FieldName, Findable
from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Usage
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose
from scripts.cli.vault import Asking, Person, Place, opened, people_in, typed
from scripts.commands.person_rights import forget, release, restrict, sweep

if TYPE_CHECKING:
    from ledger.vault.vault import Shown

_HELP: Final = """
Who a person number is: names, citizen-ID numbers, phones and birth dates, encrypted beside the log.

Everything is shown masked, unless somebody says who asks and why, which is recorded.
"""
_COLUMNS: Final = ("person", "full_name", "citizen_id", "phone", "born")

Unmask = Annotated[
    bool, typer.Option("--unmask", help="Show in full; needs --by and --reason, and is recorded")
]


def register(app: typer.Typer) -> None:
    """Add `person` and its commands to the program."""
    person = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for name, function in (
        ("put", put), ("find", find), ("show", show), ("restrict", restrict), ("release", release),
        ("forget", forget), ("sweep", sweep),
    ):  # fmt: skip
        command(person, name)(function)
    app.add_typer(person, name="person")


def put(  # noqa: PLR0913  every option is an argument
    settings: Settings,
    *,
    person: Annotated[str | None, typer.Argument(metavar="[PERSON]", help="The person number")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE|-", help="People as JSON objects, one a line")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The name")] = None,
    citizen_id: Annotated[
        str | None, typer.Option("--citizen-id", metavar="ID", help="The citizen-ID number (GB 11643)")
    ] = None,
    phone: Annotated[str | None, typer.Option("--phone", metavar="NUMBER", help="A phone")] = None,
    born: Annotated[str | None, typer.Option("--born", metavar="DAY", help="The birth date")] = None,
    place: Place,
    json: Json = False,
) -> int:
    """Store what is known of people, each field encrypted under the person's own key. Other fields stay.

    What stands in options lands in the shell's history and in the list of processes: use --from FILE, or
    --from - and a pipe. A line is {"person": "LIN", "name": "…", "citizen_id": "…", "phone": "…", "born":
    "1949-12-31"}; null takes a field out. A citizen-ID number needs its right check digit and a date that
    exists.

    Examples:

    copay person put --from people.jsonl

    copay person put --from - < one-person.json

    copay person put LIN --phone 13800138000 --json
    """
    options = {"name": name, "citizen_id": citizen_id, "phone": phone, "born": born}
    values = {field: value for field, value in options.items() if value is not None}
    if (source is None) == (person is None) or (source is not None and values) or (person and not values):
        raise Usage(
            "give either --from FILE, or a person number with some of --name, --citizen-id, --phone, --born",
            "请给出 --from FILE，或个人编号及 --name、--citizen-id、--phone、--born 中的若干项",
        )

    def ask() -> Answer:
        from ledger.vault.identity import given

        batches = people_in(source) if source else iter([[given({"person": person, **values})]])
        people = fresh = 0
        with (
            opened(settings, place, make=True) as vault,
            Meter(choose(settings.lang, "people", "人")) as meter,
        ):
            for batch in batches:
                fresh += vault.put(batch)
                people += len(batch)
                meter.reach(people)
        return {"people": people, "new": fresh}

    def show(found: Answer) -> None:
        from scripts.cli.tables import Page

        people, fresh = found["people"], found["new"]
        Page(settings.lang).line(
            f"stored: {people:,}, of whom {fresh:,} are new", f"已保存 {people:,} 人，其中新增 {fresh:,} 人"
        ).show()

    return give(settings, json, ask, show)


def find(
    settings: Settings,
    *,
    citizen_id: Annotated[
        str | None, typer.Option("--citizen-id", metavar="ID|-", help="By citizen-ID number; - reads it")
    ] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", metavar="NUMBER|-", help="By phone; - reads it")
    ] = None,
    unmask: Unmask = False,
    asking: Asking,
    place: Place,
    json: Json = False,
) -> int:
    """Find who has a citizen-ID number or a phone, however it is written.

    With - the number is read from standard input, or asked for without showing it, and leaves no trace in the
    shell's history.

    Examples:

    copay person find --citizen-id -

    copay person find --phone 13800138000 --json
    """
    from ledger.vault.asking import asked

    given = [(field, value) for field, value in _by(citizen_id, phone) if value is not None]
    if len(given) != 1:
        raise Usage("give one of --citizen-id and --phone", "--citizen-id 与 --phone 须给且只能给一个")
    ((field, value),) = given
    who = asked(asking.by, asking.reason) if unmask else None

    def ask() -> Answer:
        sought = typed(value, field.replace("_", "-"), settings.lang)
        with opened(settings, place) as vault:
            return {"people": [_plain(one) for one in vault.find(field, sought, who)]}

    return give(settings, json, ask, lambda found: _table(settings, found["people"]))


def _by(citizen_id: str | None, phone: str | None) -> list[tuple[Findable, str | None]]:
    return [("citizen_id", citizen_id), ("phone", phone)]


def show(
    settings: Settings,
    *,
    person: Person,
    unmask: Unmask = False,
    field: Annotated[
        list[str] | None, typer.Option("--field", metavar="NAME", help="Only this field; repeatable")
    ] = None,
    asking: Asking,
    place: Place,
    json: Json = False,
) -> int:
    """Show what is known of a person, masked. In full only with who asks and why, which is recorded first.

    Examples:

    copay person show LIN

    copay person show LIN --unmask --field phone --by window-3 --reason "call back about LIN-S3"
    """
    from ledger.vault.asking import asked

    wanted = _fields(field)
    who = asked(asking.by, asking.reason) if unmask else None

    def ask() -> Answer:
        with opened(settings, place) as vault:
            return _plain(vault.show(person, who, wanted))

    return give(settings, json, ask, lambda found: _table(settings, [found]))


def _fields(given: list[str] | None) -> tuple[FieldName, ...]:
    if not set(given or ()) <= set(get_args(FieldName)):
        listed = ", ".join(FIELDS)
        raise Usage(f"--field is one of {listed}", f"--field 须为 {listed} 之一")
    return tuple(field for field in FIELDS if given is None or field in given)


def _plain(one: "Shown") -> Answer:
    values: Answer = dict(one.values.items())
    return {"person": one.person, **values, "masked": one.masked}


def _table(settings: Settings, people: list[Answer]) -> None:
    from scripts.cli.tables import Page

    rows = [{**one, "full_name": one.get("name")} for one in people]
    Page(settings.lang).rows(rows, _COLUMNS, "nobody", "无").show()
