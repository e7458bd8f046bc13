"""`copay verify`: every hash anew from the stored events, held to the checkpoints kept outside."""

from pathlib import Path
from typing import Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, print_json
from scripts.cli.failures import Usage
from scripts.cli.proofs import WITNESS_KIND, verifier
from scripts.cli.settings import Settings, command
from scripts.cli.verification import Asked, verified
from scripts.cli.window import after_the_last

HOLDS: Final = 0
WRONG: Final = 1
_CHECKPOINTS: Final = ("file", "size", "signed_at", "cosigned", "told", "holds")
_MODELS: Final = ("model", "position", "holds")
_WRONG: Final = ("position", "upto", "what", "message")
_SHOWN: Final = 20

Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="The log's public key, FILE.vkey")]
Witnesses = Annotated[
    list[Path] | None,
    typer.Option("--witness", metavar="FILE", help="A witness's public key; repeatable"),
]


def register(app: typer.Typer) -> None:
    """Add `verify` to the program."""
    command(app, "verify")(verify)


def verify(
    settings: Settings,
    *,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", metavar="FILE", help="A signed checkpoint kept elsewhere; repeatable"),
    ] = None,
    outside: Annotated[
        Path | None,
        typer.Option("--outside", metavar="DIR", help="The folder of `copay checkpoint`, or an export"),
    ] = None,
    key: Key = None,
    witness: Witnesses = None,
    window: Annotated[
        int | None,
        typer.Option("--window", metavar="S", min=1, help="How long an event may be under no checkpoint"),
    ] = None,
    json: Json = False,
) -> int:
    """Compute the Merkle tree anew from the stored events and hold it to checkpoints kept outside.

    Names the first position that is wrong and what is wrong there: missing, repeated, changed, taken out, put
    in, swapped, cut off, forked; also a signature that does not hold, an old checkpoint put back, one that
    the log does not state or states otherwise, a wrong node of the stored tree, and a read model whose rows
    are not those that were signed. With --outside the very position is known, else the positions between two
    checkpoints. With --key alone the log is held to the checkpoints that it states itself. Without a key
    nothing but the order and the stored tree is checked. Events after the last checkpoint, which nobody has
    signed for yet, are shown.

    Exit status: 0 all that was checked holds; 1 something is wrong; 2 it could not be checked.

    Examples:

    copay verify --outside /mnt/kept --key log.key.vkey

    copay verify --checkpoint 2026-03-31 --key log.key.vkey --witness witness.key.vkey --json
    """
    if (checkpoint or outside) and key is None:
        raise Usage(
            "signatures are checked with the log's public key; give --key FILE.vkey",
            "签名须用日志的公钥核验；请给出 --key FILE.vkey",
        )
    asked = Asked(
        verifier(key) if key else None,
        tuple(verifier(file, WITNESS_KIND) for file in witness or ()),
        tuple(checkpoint or ()),
        outside,
        window,
    )
    found = verified(settings, asked)
    if json:
        print_json(found)
    else:
        _show(found, settings.lang)
    return WRONG if found["wrong"] else HOLDS


def _show(found: Answer, lang: str) -> None:
    from scripts.cli.tables import Page

    page = Page(lang)
    page.title(f"verification of {found['position']:,} events", f"核验 {found['position']:,} 个事件")
    page.rows(
        found["checkpoints"][:_SHOWN],
        _CHECKPOINTS,
        "no checkpoint: nothing shows that the past was not changed",
        "没有检查点：无从证明过去未被更改",
    ).gap()
    if found["read_models"]:
        page.rows(found["read_models"], _MODELS, "", "").gap()
    page.rows(found["wrong"][:_SHOWN], _WRONG, "nothing is wrong", "未发现问题").gap()
    more = len(found["wrong"]) - _SHOWN
    if more > 0:
        page.line(f"and {more:,} more; --json lists all", f"另有 {more:,} 项；用 --json 查看全部")
    page.line(*after_the_last(found["window"])).show()
