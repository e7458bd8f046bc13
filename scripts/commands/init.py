"""`copay init`: the schemas, and with `--roles` the database roles that may use them."""

from typing import Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings, command

_ROLES: Final = ("part", "role", "made", "may_log_in")


def register(app: typer.Typer) -> None:
    """Add `init` to the program."""
    command(app, "init")(init)


def init(
    settings: Settings,
    *,
    roles: Annotated[
        bool, typer.Option("--roles", help="Also make the database roles and give them their rights")
    ] = False,
    prefix: Annotated[
        str | None,
        typer.Option(
            "--prefix",
            metavar="NAME",
            help="How their names begin, on a server with several ledgers [copay]",
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Make what a database lacks: schemas and tables, and with --roles the roles that may use them.

    With --roles, an administrator makes a role for each part: owner (of the tables; without a login), writer,
    checkpointer, projector, keeper (of the vault), reader, auditor, backup. Every table gets its owner and
    its rights, also in a database that had none; rights that a part should not have are taken away. Roles
    that exist are used as they are. None of them may log in: grant them to whoever does. Doing it again
    changes nothing, and after an upgrade of the program it brings the database up to it. The embedded
    database always has them.

    Examples:

    copay init --dsn postgresql://admin@db/copay --roles

    copay init --dsn postgresql://admin@db/chengdu --roles --prefix chengdu --json
    """
    from scripts.cli.tables import Page

    if prefix is not None and not roles:
        raise Usage("--prefix goes with --roles only", "--prefix 只能与 --roles 一起使用")
    if prefix is not None and settings.dsn is None:
        raise Usage(
            "--prefix is for a server of --dsn; the embedded database belongs to one ledger",
            "--prefix 用于 --dsn 指定的服务器；内嵌数据库只属于一个账本",
        )

    def show(found: Answer) -> None:
        page = Page(settings.lang)
        page.line("all schemas and their tables are there", "所有模式及其表均已就绪")
        if found["roles"]:
            page.gap().rows(found["roles"], _ROLES, "", "").gap()
            page.line(*_changed(len(found["changed"])))
        page.show()

    return give(settings, json, lambda: _made(settings, prefix, roles=roles), show)


def _changed(count: int) -> tuple[str, str]:
    if not count:
        return "every owner and every right was as it should be", "所有者与权限均已正确"
    return (
        f"{count} schemas, tables and functions have a new owner or new rights; --json names them",
        f"{count} 个模式、表与函数的所有者或权限已更新；--json 列出名称",
    )


def _made(settings: Settings, prefix: str | None, *, roles: bool) -> Answer:
    from ledger.persistence.roles import Made, has_roles, make_roles, make_tables
    from projections.store import Store

    with settings.administered() as dsn:
        make_tables(dsn)
        made = Made((), ())
        if roles or settings.dsn is None or has_roles(dsn):
            made = make_roles(dsn, prefix)
        Store.prepare(dsn)
    return {"roles": [role._asdict() for role in made.roles], "changed": list(made.changed)}
