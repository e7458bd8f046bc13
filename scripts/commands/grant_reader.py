"""`copay grant-reader`: a database role that may read the views, and nothing else."""

from typing import Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.settings import Settings, command


def register(app: typer.Typer) -> None:
    """Add `grant-reader` to the program."""
    command(app, "grant-reader")(grant_reader)


def grant_reader(
    settings: Settings,
    *,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="The database role; made if there is none")],
    json: Json = False,
) -> int:
    """Let a database role read the views of schema read_model, with psql or a BI tool, and nothing else.

    A role that does not exist is made, without a login. Upgrades and rebuilds take no right away;
    REVOKE USAGE ON SCHEMA read_model FROM the role ends it.

    Examples:

    copay grant-reader analyst

    copay --dsn postgresql://admin@db/copay grant-reader analyst --json
    """
    from projections.store.readers import grant_reader as grant
    from scripts.cli.tables import Page

    def ask() -> Answer:
        with settings.administered() as dsn:
            reader = grant(dsn, role)
        return {**reader._asdict(), "views": list(reader.views)}

    def show(found: Answer) -> None:
        views = ", ".join(found["views"])
        page = Page(settings.lang).line(
            f"{role} may read these views of schema read_model, and nothing else: {views}",
            f"{role} 只能读取模式 read_model 中的下列视图：{views}",
        )
        if not found["may_log_in"]:
            page.line(
                "it cannot log in: grant it to a user, or give it a login with ALTER ROLE … LOGIN PASSWORD …",
                "该角色不能登录：请将其授予用户，或用 ALTER ROLE … LOGIN PASSWORD … 允许登录",
            )
        page.show()

    return give(settings, json, ask, show)
