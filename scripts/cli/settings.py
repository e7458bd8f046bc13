"""The options every command takes, before or after its name: which database, policies, and language."""

import functools
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import typer

from ledger.errors import StoreUnavailable
from scripts.cli.failures import Usage, guarded
from scripts.cli.groups import gathered, spread

Lang = Literal["en", "zh"]

DEFAULT_DATA: Final = Path("copay-data")
WAIT_SECONDS: Final = 10.0
"""How long a query waits for a position, unless told."""
_PATIENCE_SECONDS: Final = 10
_PANEL: Final = "Options of every command"
_OPTIONS: Final[dict[str, Any]] = {
    "data": Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            rich_help_panel=_PANEL,
            help="Folder of the embedded database [./copay-data]",
        ),
    ],
    "dsn": Annotated[
        str | None,
        typer.Option(
            "--dsn", metavar="DSN", rich_help_panel=_PANEL, help="A PostgreSQL server instead [COPAY_DSN]"
        ),
    ],
    "policy": Annotated[
        list[Path] | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            rich_help_panel=_PANEL,
            help="Add the policy packs of a YAML file; repeatable",
        ),
    ],
    "lang": Annotated[
        Lang | None,
        typer.Option(
            "--lang",
            metavar="zh|en",
            rich_help_panel=_PANEL,
            help="Language for people [COPAY_LANG, else en]",
        ),
    ],
}

_WAITING: Final[dict[str, Any]] = {
    "wait": Annotated[
        int | None,
        typer.Option(
            "--wait",
            metavar="N",
            min=0,
            help="Answer only when this position is in the log and in the answer",
        ),
    ],
    "wait_seconds": Annotated[
        float | None,
        typer.Option(
            "--wait-seconds", metavar="S", min=0, help=f"How long to wait at most [{WAIT_SECONDS:g}]"
        ),
    ],
}


@dataclass(frozen=True)
class Settings:
    """What the global options say, wherever they stood; for a query, what it is to wait for."""

    data: Path | None = None
    dsn: str | None = None
    policies: tuple[Path, ...] = ()
    lang: Lang = "en"
    wait: int | None = None
    wait_seconds: float = WAIT_SECONDS

    @property
    def folder(self) -> Path:
        """The data folder, unless a server is named."""
        return self.data or DEFAULT_DATA

    @property
    def is_new(self) -> bool:
        """Whether there is no data folder yet."""
        return self.dsn is None and not self.folder.exists()

    def at(self, dsn: str) -> Self:
        """The same on a database that is open already, whose policies have been read."""
        return replace(self, data=None, dsn=dsn, policies=())

    @contextmanager
    def database(self) -> Iterator[str]:
        """The connection string of the server named, or of the embedded one for as long as the block runs.

        On the embedded one the program works with the rights it needs, and no more.
        """
        if self.dsn is not None:
            yield _reachable(self.dsn)
            return
        from ledger.embedded import embedded_server
        from ledger.persistence.roles import program_dsn

        with embedded_server(self.folder) as dsn:
            yield program_dsn(dsn)

    @contextmanager
    def administered(self) -> Iterator[str]:
        """The same for what an administrator may do; on the embedded server that is who owns the folder."""
        if self.dsn is not None:
            yield _reachable(self.dsn)
            return
        from ledger.embedded import embedded_server

        with embedded_server(self.folder) as dsn:
            yield dsn


def _reachable(dsn: str) -> str:
    """The connection string, tried out. What it says is never repeated: it may hold a password."""
    import psycopg

    try:
        psycopg.connect(dsn, connect_timeout=_PATIENCE_SECONDS).close()
    except psycopg.ProgrammingError:
        raise Usage(
            "--dsn is no connection string of PostgreSQL", "--dsn 不是有效的 PostgreSQL 连接字符串"
        ) from None
    except psycopg.OperationalError:
        raise StoreUnavailable(
            "the database server cannot be reached; see that it runs and that --dsn or COPAY_DSN names it",
            "无法连接数据库服务器；请检查其是否运行，以及 --dsn 或 COPAY_DSN 是否正确",
        ) from None
    return dsn


def from_options(before: dict[str, Any], after: dict[str, Any]) -> Settings:
    """Both places and the environment: the later place wins, and any option wins over the environment."""
    given = {**before, **{name: value for name, value in after.items() if value is not None}}
    if given.get("data") is not None and given.get("dsn") is not None:
        raise Usage(
            "--data and --dsn name two databases; give one of them",
            "--data 与 --dsn 指向两个数据库，只能给一个",
        )
    data, dsn = given.get("data"), given.get("dsn")
    if data is None and dsn is None:
        dsn = os.environ.get("COPAY_DSN") or None
    policies = (*(before.get("policy") or ()), *(after.get("policy") or ()))
    return Settings(data, dsn, policies, given.get("lang") or _environment_lang())


def _environment_lang() -> Lang:
    match os.environ.get("COPAY_LANG"):
        case None | "" | "en":
            return "en"
        case "zh":
            return "zh"
        case _:
            raise Usage("COPAY_LANG must be zh or en", "COPAY_LANG 必须是 zh 或 en")


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _dressed(
    wrapper: Callable[..., Any], function: Callable[..., Any], own: list[inspect.Parameter]
) -> Callable[..., Any]:
    """Typer reads a signature: give the wrapper that of the function, with the global options behind it."""
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    parameters = [context, *own, *(_parameter(name, kind) for name, kind in _OPTIONS.items())]
    functools.update_wrapper(wrapper, function)
    del wrapper.__dict__["__wrapped__"]
    wrapper.__dict__["__signature__"] = inspect.Signature(parameters)
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def _waiting(settings: Settings, wait: int | None, wait_seconds: float | None) -> Settings:
    if wait is None and wait_seconds is not None:
        raise Usage("--wait-seconds goes with --wait only", "--wait-seconds 只能与 --wait 一起使用")
    return replace(settings, wait=wait, wait_seconds=WAIT_SECONDS if wait_seconds is None else wait_seconds)


def command(
    app: typer.Typer, name: str, *, waits: bool = False
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Make a function `(settings, *, …) -> exit status` the command `name`, with every global option.

    Its other arguments are options, or groups of options (`groups`).

    One that `waits` is a query: with `--wait`, it answers when a position has been reached.
    """
    waiting = _WAITING if waits else {}

    def decorate(function: Callable[..., int]) -> Callable[..., int]:
        def wrapper(ctx: typer.Context, **values: Any) -> int:
            after = {option: values.pop(option) for option in _OPTIONS}
            settings = from_options(ctx.obj, after)
            if waiting:
                settings = _waiting(settings, **{option: values.pop(option) for option in waiting})
            return guarded(settings.lang, functools.partial(function, settings, **gathered(values, groups)))

        _, *named = inspect.signature(function).parameters.values()
        own, groups = spread(named)
        own += [_parameter(option, kind) for option, kind in waiting.items()]
        app.command(name, no_args_is_help=False)(_dressed(wrapper, function, own))
        return function

    return decorate


def before_the_name(app: typer.Typer) -> None:
    """Accept the global options before the command's name, too."""

    def remember(ctx: typer.Context, **values: Any) -> None:
        ctx.obj = values

    remember.__doc__ = app.info.help if isinstance(app.info.help, str) else None
    app.callback()(_dressed(remember, remember, []))
