"""`copay verify`: every hash anew from the stored events, held to the checkpoints kept outside."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, print_json
from scripts.cli.failures import Usage
from scripts.cli.meter import Meter
from scripts.cli.proofs import WITNESS_KIND, bytes_of, verifier
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.persistence.stored_log import PostgresStoredLog
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.findings import Finding
    from ledger.proof.locating import KeptTiles
    from ledger.proof.notes import VerifierKey
    from ledger.proof.verifying import Kept, Verdict

HOLDS: Final = 0
WRONG: Final = 1
_CHECKPOINTS: Final = ("file", "size", "signed_at", "cosigned", "holds")
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
    in, swapped, cut off, forked; also a signature that does not hold, an old checkpoint put back, a wrong
    node of the stored tree, and a read model whose rows are not those that were signed. With --outside the
    very position is known, else the positions between two checkpoints. Without a checkpoint nothing but the
    order and the stored tree is checked. Events after the last checkpoint, which nobody has signed for yet,
    are shown.

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
    log = verifier(key) if key else None
    witnesses = tuple(verifier(file, WITNESS_KIND) for file in witness or ())
    known = Known(log, witnesses, checkpoint or [], outside)
    found = _verified(settings, known, window)
    if json:
        print_json(found)
    else:
        _show(found, settings.lang)
    return WRONG if found["wrong"] else HOLDS


class Known:
    """What was signed of the log, as far as the options name it, and what is wrong with that by itself."""

    def __init__(
        self,
        log: "VerifierKey | None",
        witnesses: "tuple[VerifierKey, ...]",
        files: list[Path],
        folder: Path | None,
    ) -> None:
        from ledger.proof.outside import OutsideFolder

        self.kept: list[Kept] = []
        self.wrong: list[Finding] = []
        self.cosigned: dict[str, list[str]] = {}
        self.folder: OutsideFolder | None = OutsideFolder(folder) if folder else None
        self._keys = log, witnesses
        of_folder = list(self.folder.history()) if self.folder else []
        if self.folder and not of_folder:
            raise Usage(f"{folder} holds no checkpoint", f"{folder} 中没有检查点")
        for file in (*files, *of_folder):
            self._take(file)
        self._see_that_the_newest_is_shown()

    @property
    def newest(self) -> "Checkpoint | None":
        """The longest log that was signed."""
        found = [one.checkpoint for one in self.kept]
        return max(found, key=lambda one: one.size, default=None)

    def tiles(self) -> "KeptTiles | None":
        """The tiles of the folder, if they are those of its checkpoint; what is wrong with them is noted."""
        from ledger.proof import findings
        from ledger.proof.errors import NotProven, NotReadable
        from ledger.proof.locating import KeptTiles

        places = {one.place for one in self.kept}
        if self.folder is None or str(self.folder.root / "checkpoint") not in places:
            return None
        try:
            return KeptTiles(self.folder)
        except (NotProven, NotReadable) as error:
            self.wrong.append(findings.not_signed(str(self.folder.root), error))
            return None

    def _take(self, file: Path) -> None:
        from ledger.proof import findings
        from ledger.proof.checkpoints import open_checkpoint
        from ledger.proof.errors import NotProven, NotReadable
        from ledger.proof.verifying import Kept

        log, witnesses = self._keys
        assert log is not None, "with a checkpoint comes a key"
        try:
            found = open_checkpoint(bytes_of(file), log, witnesses)
        except (NotProven, NotReadable) as error:
            self.wrong.append(findings.not_signed(str(file), error))
            return
        self.kept.append(Kept(str(file), found.checkpoint))
        self.cosigned[str(file)] = sorted(found.cosigned)

    def _see_that_the_newest_is_shown(self) -> None:
        from ledger.proof import findings

        if not self.folder or not self.kept:
            return
        name = str(self.folder.root / "checkpoint")
        newest = max(self.kept, key=lambda one: one.checkpoint.size)
        shown = next((one.checkpoint.size for one in self.kept if one.place == name), None)
        if shown is not None and shown < newest.checkpoint.size:
            self.wrong.append(findings.old_checkpoint(shown, name, newest.checkpoint.size, newest.place))


def _verified(settings: Settings, known: Known, window: int | None) -> Answer:
    """The answer: what holds, what is wrong, and what nobody has signed for yet."""
    from ledger.persistence.stored_log import PostgresStoredLog

    with settings.database() as dsn:
        verdict, end = _recomputed(settings, dsn, known)
        models = _read_models(dsn, known, verdict) if end else []
        with PostgresStoredLog(dsn) as log:
            unsigned = _window(log, known, end, window, verdict)
    wrong = sorted((*known.wrong, *verdict.findings), key=lambda one: one.position)
    return {
        "holds": not wrong,
        "events": verdict.events,
        "root": verdict.root.hex(),
        "position": end,
        "checkpoints": [_checkpoint(one, known, verdict) for one in known.kept],
        "read_models": models,
        "wrong": [
            {"what": one.kind, "position": one.position, "upto": one.upto, "message": one.text(settings.lang)}
            for one in wrong
        ],
        "window": unsigned,
    }


def _recomputed(settings: Settings, dsn: str, known: Known) -> "tuple[Verdict, int]":
    import psycopg

    from ledger.persistence.leaves import read_leaves
    from ledger.persistence.log_tree import LogTree
    from ledger.persistence.stored_log import PostgresStoredLog
    from ledger.proof.verifying import StoredTree, verify

    with (
        psycopg.connect(dsn, autocommit=True) as reading,
        psycopg.connect(dsn, autocommit=True) as beside,
        PostgresStoredLog(dsn) as log,
    ):
        tree = LogTree.found(beside)
        stored = StoredTree(tree.size, tree.tile) if tree else None
        end = log.end()
        with Meter(choose(settings.lang, "events", "事件"), end) as meter:
            verdict = verify(
                lambda after, upto: read_leaves(reading, after, upto) if upto > after else (),
                end,
                known.kept,
                known.tiles(),
                stored,
                meter.reach,
            )
    return verdict, end


def _read_models(dsn: str, known: Known, verdict: "Verdict") -> list[Answer]:
    """Each read model beside the digest that the newest checkpoint with digests has of it."""
    from ledger.proof import findings
    from ledger.proof.outside import signed_digests
    from projections.digest import digests
    from projections.models import MODELS
    from projections.runner import advance
    from projections.store import Store

    signed = next(
        (
            lines
            for one in sorted(known.kept, key=lambda one: -one.checkpoint.size)
            if (lines := signed_digests(one.checkpoint))
        ),
        [],
    )
    models, seen = {model.name: model for model in MODELS}, list[Answer]()
    if not signed:
        return seen
    with Store.open(dsn) as store:
        advance(store)
        with store.snapshot() as view:
            for one in signed:
                model = models.get(one.model)
                if model is None or model.version != one.version:
                    seen.append({"model": one.model, "position": one.position, "holds": None})
                    continue
                (found,) = digests(view, [model], one.position)
                holds = (found.position, found.sha256) == (one.position, one.sha256)
                seen.append({"model": one.model, "position": one.position, "holds": holds})
                if not holds:
                    verdict.findings.append(findings.read_model(one.model, one.position))
    return seen


def _window(
    log: "PostgresStoredLog", known: Known, end: int, window: int | None, verdict: "Verdict"
) -> Answer:
    """The events after the last checkpoint: how many, and since when nobody has signed for them."""
    from datetime import datetime

    from ledger.clock import system_clock
    from ledger.proof import findings
    from ledger.proof.leaves import recorded_time
    from ledger.proof.outside import signed_at

    newest = known.newest
    after = newest.size if newest else 0
    first = log.batch(after, after + 1) if end > after else []
    since = recorded_time(first[0].state).decode() if first else None
    if window is not None and since:
        seconds = int((system_clock() - datetime.fromisoformat(since)).total_seconds())
        if seconds > window:
            verdict.findings.append(findings.overdue(after + 1, end, seconds))
    return {
        "after": after,
        "signed_at": signed_at(newest) if newest else None,
        "events": max(0, end - after),
        "since": since,
    }


def _checkpoint(one: "Kept", known: Known, verdict: "Verdict") -> Answer:
    from ledger.proof.outside import signed_at

    return {
        "file": one.place,
        "size": one.checkpoint.size,
        "root": one.checkpoint.root.hex(),
        "signed_at": signed_at(one.checkpoint),
        "cosigned": known.cosigned[one.place],
        "holds": one.place in verdict.holding,
    }


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
    window = found["window"]
    page.line(
        f"after the last checkpoint, at position {window['after']:,}: {window['events']:,} events "
        "that nobody has signed for",
        f"最后一个检查点（位置 {window['after']:,}）之后：{window['events']:,} 个事件尚无签名",
    )
    page.show()
