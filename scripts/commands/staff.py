"""`copay staff`: who may decide at the desk; list people, give them roles and secrets, sign in and out."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.desk import listing, secret, sign_in_file
from scripts.cli.settings import Settings, command

if TYPE_CHECKING:
    from ledger.reconciliation.staff import Entry

_HELP: Final = """
Who may propose, approve and sign: staff numbers, one for each person, behind database roles or a sign-in.

Whoever lists a number, gives it a role or sets its secret stands behind it: the two never decide together.
"""
_COLUMNS: Final = ("staff", "active", "admin", "roles", "signs_in", "listed_by")

Staff = Annotated[str, typer.Argument(metavar="NUMBER", help="The staff number: A-Z 0-9 - _ .")]
Role = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="A database role of this person's own")
]
WithSecret = Annotated[
    bool, typer.Option("--secret", help="Ask for a secret to sign in with, or read it from standard input")
]
Admin = Annotated[
    bool, typer.Option("--admin", help="May list people, too; no right to approve comes with it")
]


def register(app: typer.Typer) -> None:
    """Add `staff` and its commands to the program."""
    staff = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for name, function in (
        ("add", add), ("list", listed), ("change", change), ("disable", disable), ("enable", enable),
        ("sign-in", sign_in), ("sign-out", sign_out), ("who", who),
    ):  # fmt: skip
        command(staff, name)(function)
    app.add_typer(staff, name="staff")


def add(
    settings: Settings,
    *,
    staff: Staff,
    role: Role = None,
    admin: Admin = False,
    with_secret: WithSecret = False,
    json: Json = False,
) -> int:
    """List a person. The first one is an admin, listed by whoever has the database; the others by an admin.

    Examples:

    copay staff add A001 --secret

    copay --dsn postgresql://lin_admin@db/copay staff add S001 --role lin --json
    """

    def ask() -> Answer:
        word = secret(settings, "secret of the new number", "新工号的口令") if with_secret else None
        with listing(settings) as people:
            number = people.add(staff, admin=admin, role=role, secret=word)
            return _one(people.entries(), number)

    return give(settings, json, ask, lambda found: _table(settings, [found]))


def listed(settings: Settings, *, json: Json = False) -> int:
    """Everybody who is listed, with roles and who listed them.

    Examples:

    copay staff list

    copay staff list --json
    """

    def ask() -> Answer:
        with listing(settings) as people:
            return {"staff": [_shown(entry) for entry in people.entries()]}

    return give(settings, json, ask, lambda found: _table(settings, found["staff"]))


def change(
    settings: Settings,
    *,
    staff: Staff,
    role: Role = None,
    with_secret: WithSecret = False,
    json: Json = False,
) -> int:
    """Give a person another role, or a new secret; one's own secret needs no admin.

    Examples:

    copay staff change S001 --role lin_night

    copay staff change S001 --secret --json
    """

    def ask() -> Answer:
        word = secret(settings, "new secret", "新口令") if with_secret else None
        with listing(settings) as people:
            if role is not None:
                people.give_role(staff, role)
            if word is not None:
                people.set_secret(staff, word)
            return _one(people.entries(), staff)

    return give(settings, json, ask, lambda found: _table(settings, [found]))


def disable(settings: Settings, *, staff: Staff, json: Json = False) -> int:
    """Take a number out of service; what it decided stays.

    Examples:

    copay staff disable S001

    copay staff disable S001 --json
    """
    return _stand(settings, staff, json, active=False)


def enable(settings: Settings, *, staff: Staff, json: Json = False) -> int:
    """Take a number back into service.

    Examples:

    copay staff enable S001

    copay staff enable S001 --json
    """
    return _stand(settings, staff, json, active=True)


def sign_in(settings: Settings, *, staff: Staff, json: Json = False) -> int:
    """Sign in where everybody shares one database role: for eight hours, for this user of this machine.

    The secret is typed, read from standard input, or from the file that COPAY_STAFF_SECRET names. The sign-in
    is kept in ~/.copay-sign-in (COPAY_SIGN_IN), which nobody else may read.

    Examples:

    copay staff sign-in S001

    copay staff sign-in S001 --json < secret.txt
    """
    from ledger.clock import for_people
    from scripts.cli.tables import Page

    def ask() -> Answer:
        from ledger.reconciliation.sign_in import keep_token
        from ledger.reconciliation.sign_in import sign_in as begin

        word = secret(settings, "secret", "口令")
        with listing(settings, anonymous=True) as people:
            signed = begin(people.connection, staff, word)
        keep_token(sign_in_file(), signed.token)
        return {"staff": signed.staff, "until": for_people(signed.expires)}

    def show(found: Answer) -> None:
        number, until = found["staff"], found["until"]
        Page(settings.lang).line(
            f"signed in as {number} until {until}", f"已以 {number} 登录，有效至 {until}"
        ).show()

    return give(settings, json, ask, show)


def sign_out(settings: Settings, *, json: Json = False) -> int:
    """End the sign-in that is kept here.

    Examples:

    copay staff sign-out

    copay staff sign-out --json
    """
    from scripts.cli.tables import Page

    def ask() -> Answer:
        from ledger.reconciliation.sign_in import read_token
        from ledger.reconciliation.sign_in import sign_out as end

        token = read_token(sign_in_file())
        if token is not None:
            with listing(settings, anonymous=True) as people:
                end(people.connection, token)
            sign_in_file().unlink(missing_ok=True)
        return {"signed_out": token is not None}

    def show(found: Answer) -> None:
        page = Page(settings.lang)
        if found["signed_out"]:
            page.line("signed out", "已退出登录").show()
        else:
            page.line("nobody was signed in here", "此处无人登录").show()

    return give(settings, json, ask, show)


def who(settings: Settings, *, json: Json = False) -> int:
    """Who would act now: by the role of the connection, or by the sign-in kept here.

    Examples:

    copay staff who

    copay staff who --json
    """

    def ask() -> Answer:
        with listing(settings) as people:
            return _one(people.entries(), people.present().staff)

    return give(settings, json, ask, lambda found: _table(settings, [found]))


def _stand(settings: Settings, staff: str, json: bool, *, active: bool) -> int:
    def ask() -> Answer:
        with listing(settings) as people:
            people.set_standing(staff, active=active)
            return _one(people.entries(), staff)

    return give(settings, json, ask, lambda found: _table(settings, [found]))


def _one(entries: "list[Entry]", typed: str) -> Answer:
    from ledger.reconciliation.people import staff_number

    number = staff_number(typed)
    return next(_shown(entry) for entry in entries if entry.staff == number)


def _shown(entry: "Entry") -> Answer:
    return {**entry._asdict(), "roles": list(entry.roles)}


def _table(settings: Settings, rows: list[Answer]) -> None:
    from scripts.cli.tables import Page

    nobody = (
        "nobody is listed; copay staff add lists the first",
        "尚无登记；请用 copay staff add 登记第一名",
    )
    Page(settings.lang).rows(rows, _COLUMNS, *nobody).show()
