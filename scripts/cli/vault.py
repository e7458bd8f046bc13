"""The vault as commands use it: options that name its keys, and people in files, pipes and prompts."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.cli.failures import Usage
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.vault.identity import Given
    from ledger.vault.vault import Vault

DEFAULT_KEYS: Final = Path("copay-keys")
AT_ONCE: Final = 1000
"""How many people one transaction takes."""

Keys = Annotated[
    Path | None,
    typer.Option(
        "--keys",
        metavar="DIR",
        help="Folder of the vault's keys, outside the data [COPAY_KEYS, else ./copay-keys]",
    ),
]
Kek = Annotated[
    Path | None,
    typer.Option("--kek", metavar="FILE", help="The key-encryption key [COPAY_KEK, else kek in that folder]"),
]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person number")]
By = Annotated[str | None, typer.Option("--by", metavar="ID", help="Who asks: a staff or channel number")]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; goes into the log, so it names nobody")
]


@dataclass(frozen=True)
class Place:
    """Options: where the vault's keys lie."""

    keys: Keys = None
    kek: Kek = None


@dataclass(frozen=True)
class Asking:
    """Options: who asks, and why."""

    by: By = None
    reason: Reason = None


@contextmanager
def opened(settings: Settings, place: Place, *, make: bool = False) -> "Iterator[Vault]":
    """The vault of the ledger at hand; `make` may make its key store, if the ledger has no vault yet.

    Raises `Usage`, `KeyStoreRefused`, `StoreUnavailable`.
    """
    from ledger.persistence.postgres import PostgresLog
    from ledger.vault.key_store import key_store
    from ledger.vault.store import vault_exists
    from ledger.vault.vault import Vault

    folder = place.keys or Path(os.environ.get("COPAY_KEYS") or DEFAULT_KEYS)
    wrapping = place.kek or (Path(os.environ["COPAY_KEK"]) if os.environ.get("COPAY_KEK") else None)
    _outside(settings, folder)
    with settings.database() as dsn, closing(PostgresLog(dsn)) as log:
        store = key_store(folder, wrapping, make=make and not vault_exists(dsn))
        with store, Vault(dsn, log, store) as vault:
            yield vault


def _outside(settings: Settings, keys: Path) -> None:
    """Keys in the data folder would be in every backup of it."""
    data = settings.folder.resolve()
    if settings.dsn is None and data in (keys.resolve(), *keys.resolve().parents):
        raise Usage(
            "the keys must not lie in the data folder, whose backups outlive them; name another with --keys",
            "密钥不得放在数据目录内（其备份的寿命更长）；请用 --keys 指定其他目录",
        )


def people_in(source: Path) -> "Iterator[list[Given]]":
    """The people of a file or, for `-`, of standard input, a JSON object a line; some at a time.

    Raises `NotAnIdentity` with the line's number, `Usage`.
    """
    from ledger.vault.errors import NotAnIdentity

    some: list[Given] = []
    with _lines_of(source) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                some.append(_given(line))
            except NotAnIdentity as fault:
                english, chinese = fault.message.partition(": ")[2], fault.message_zh.partition("：")[2]
                raise NotAnIdentity(
                    fault.field,
                    fault.reason,
                    f"{english} (line {number}; the lines before {number - len(some)} are stored)",
                    f"{chinese}（第 {number} 行；第 {number - len(some)} 行以前的已保存）",
                ) from None
            if len(some) == AT_ONCE:
                yield some
                some = []
    if some:
        yield some


def _given(line: bytes) -> "Given":
    import orjson

    from ledger.vault.errors import NotAnIdentity
    from ledger.vault.identity import given

    try:
        content: Any = orjson.loads(line)
    except ValueError:
        raise NotAnIdentity("line", "format", "must be one JSON object", "必须是一个 JSON 对象") from None
    return given(content)


@contextmanager
def _lines_of(source: Path) -> Iterator[IO[bytes]]:
    if str(source) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise Usage(
            f"{source} cannot be read: {error.strerror}", f"无法读取 {source}：{error.strerror}"
        ) from None
    with file:
        yield file


def typed(value: str, what: str, lang: str) -> str:
    """A value given as an option; `-` is read from standard input, at a terminal without showing it."""
    if value != "-":
        return value
    if sys.stdin.isatty():
        return getpass(choose(lang, f"{what}: ", f"{what}："))
    return sys.stdin.readline().strip()
