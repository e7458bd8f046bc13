"""`copay keygen`: a key that signs checkpoints of the log, or cosigns them for a witness."""

import os
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings, command


def register(app: typer.Typer) -> None:
    """Add `keygen` to the program."""
    command(app, "keygen")(keygen)


def keygen(
    settings: Settings,
    *,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Whose key: a name like an address, without spaces and +")
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to put it; must not exist yet")],
    witness: Annotated[
        bool, typer.Option("--witness", help="A key that cosigns, for another hand than the log's")
    ] = False,
    json: Json = False,
) -> int:
    """Make an Ed25519 key: the private half in FILE, readable by its owner only, the public one in FILE.vkey.

    Give FILE.vkey to everybody who is to check the log, by another way than the log itself. Whoever has FILE
    can sign in its name; a witness's key belongs to somebody else than the log's, on another machine.

    Examples:

    copay keygen copay.example/city log.key

    copay keygen audit.example/w1 witness.key --witness --json
    """
    from scripts.cli.tables import Page

    def ask() -> Answer:
        kind, verifier = _write(name, file, witness=witness)
        return {"name": name, "kind": kind, "key": str(file), "vkey": verifier}

    def show(found: Answer) -> None:
        page = Page(settings.lang).line(
            f"{file} can sign; keep it where nobody else reads. {file}.vkey is for those who check:",
            f"{file} 为签名密钥，请妥善保管，勿让他人读取；{file}.vkey 供核验者使用：",
        )
        page.show()
        print(found["vkey"])

    return give(settings, json, ask, show)


def _write(name: str, file: Path, *, witness: bool) -> tuple[str, str]:
    """Make the key and write both files, or none; returns its kind and the public half."""
    from secrets import token_bytes

    from ledger.proof.notes import COSIGNATURE, ED25519, SignerKey, is_key_name

    if not is_key_name(name):
        raise Usage(
            "NAME must be something like copay.example/city, without spaces and plus signs",
            "NAME 应形如 copay.example/city，不含空格与加号",
        )
    key = SignerKey(name, COSIGNATURE if witness else ED25519, token_bytes(32))
    public = Path(f"{file}.vkey")
    try:
        _new_file(public, f"{key.verifier}\n", 0o644)
        try:
            _new_file(file, f"{key.secret()}\n", 0o600)
        except OSError:
            public.unlink()
            raise
    except FileExistsError as error:
        raise Usage(
            f"{error.filename} exists already, and a key is never written over; name another file",
            f"{error.filename} 已存在，密钥不会被覆盖；请指定其他文件",
        ) from None
    except OSError as error:
        reason = error.strerror
        raise Usage(f"{file} cannot be written: {reason}", f"无法写入 {file}：{reason}") from None
    return "witness" if witness else "log", str(key.verifier)


def _new_file(path: Path, text: str, mode: int) -> None:
    """Write a file that was not there, and see it on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
