"""`copay apply`: command lines in, one result a line out (contract section 2)."""

import gc
import os
import shutil
import stat
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.failures import Usage, tell
from scripts.cli.following import Follower
from scripts.cli.lines import LineReader, Overlong
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.application import Ledger, Result
    from ledger.application.pace import Pace

STDIN: Final = 0
_REFUSED: Final = frozenset({"rejected", "malformed"})
_STATUSES: Final = ("accepted", "duplicate", "rejected", "malformed")
_ZH: Final = {"accepted": "已受理", "duplicate": "重复", "rejected": "被拒绝", "malformed": "格式错误"}


def register(app: typer.Typer) -> None:
    """Add `apply` to the program."""
    command(app, "apply")(apply)


def apply(
    settings: Settings,
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Command file in JSON Lines; - is standard input")
    ],
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="Also write refused and malformed lines here"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything and keep nothing")] = False,
    batch: Annotated[
        int | None,
        typer.Option(
            "--batch",
            metavar="N",
            min=1,
            max=100_000,
            help="Lines recorded in one transaction; adapts to the speed when left out",
        ),
    ] = None,
) -> int:
    """Record a file of commands and print one result a line, in input order.

    Every result is durable before it is printed. Running a file again records nothing twice, so an
    interrupted run is finished by repeating it. Exit status 1 when a line was rejected or malformed.

    Examples:

    copay apply commands.jsonl > results.jsonl

    copay apply commands.jsonl --rejects mend-me.jsonl

    copay apply commands.jsonl --dry-run

    copay generate --people 1000 --months 3 --seed 7 | copay apply -
    """
    from ledger.application import Ledger
    from ledger.application.pace import Pace
    from projections.store import Store
    from scripts.cli.reading import catch_up

    _collect_garbage_seldom()
    with ExitStack() as stack:
        fd = stack.enter_context(_open_input(file))
        kept = None if rejects is None else stack.enter_context(_open_rejects(rejects, fd))
        dsn = stack.enter_context(settings.database())
        with Ledger.open(dsn, policies=settings.policies, dry_run=dry_run) as ledger:
            run = Run(ledger, fd, Pace(batch), kept)
            with (
                Meter(choose(settings.lang, "apply", "受理"), _size(fd), quiet=sys.stdout.isatty()) as meter,
                Follower(dsn, _size(fd), wanted=not dry_run) as follower,
            ):
                run.to_the_end(settings.lang, meter, follower)
        if not dry_run:
            with Store.open(dsn) as store:
                catch_up(store, settings.lang)
        tell(run.summary(settings.lang, dry_run))
    return 1 if run.refused else 0


class Run:
    """One pass over the input: batches go in, results come out, rejects are put aside."""

    def __init__(self, ledger: "Ledger", fd: int, pace: "Pace", rejects: IO[bytes] | None) -> None:
        self.statuses: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self._ledger = ledger
        self._pace = pace
        self._reader = LineReader(fd, lambda: pace.size, keep_overlong=rejects is not None)
        self._rejects = rejects
        self._lines: deque[bytes] = deque()
        self._ends: deque[int] = deque()
        self._started = monotonic()

    @property
    def refused(self) -> bool:
        """Whether any line so far was rejected or malformed."""
        return any(self.statuses[status] for status in _REFUSED)

    def to_the_end(self, lang: str, meter: Meter, follower: Follower) -> None:
        """Apply everything; results leave the buffer at the end of each batch."""
        out = sys.stdout.buffer
        done = 0
        try:
            for result in self._ledger.apply(self._batches(), pace=self._pace):
                out.write(result.to_json(lang) + b"\n")
                self._note(result)
                done += 1
                if done == self._ends[0]:
                    self._ends.popleft()
                    self._flush(out)
                    follower.applied(done)
                    meter.reach(self._reader.bytes_read, note=self._speed(done, lang))
        finally:
            self._flush(out)

    def _batches(self) -> Iterator[Sequence[bytes]]:
        read = 0
        for lines in self._reader.batches():
            read += len(lines)
            self._ends.append(read)
            if self._rejects is not None:
                self._lines.extend(lines)
            yield lines

    def _note(self, result: "Result") -> None:
        self.statuses[result.status] += 1
        if result.code is not None:
            self.codes[result.code] += 1
        if self._rejects is not None:
            line = self._lines.popleft()
            if result.status in _REFUSED:
                _write_line(self._rejects, line)

    def _flush(self, out: IO[bytes]) -> None:
        if self._rejects is not None:
            self._rejects.flush()
        out.flush()

    def _speed(self, lines: int, lang: str) -> str:
        rate = lines / max(monotonic() - self._started, 0.001)
        return choose(
            lang,
            f"{lines:,} line{'' if lines == 1 else 's'}, {rate:,.0f}/s",
            f"{lines:,} 行，每秒 {rate:,.0f} 行",
        )

    def summary(self, lang: str, dry_run: bool) -> str:
        """Counts by status and by code, and the speed."""
        zh = lang == "zh"
        lines = sum(self.statuses.values())
        parts = [
            f"{_ZH[status] if zh else status} {self.statuses[status]:,}"
            for status in _STATUSES
            if self.statuses[status]
        ]
        text = self._speed(lines, lang) + "".join(("；" if zh else "; ") + part for part in parts)
        codes = [f"{code} {count:,}" for code, count in self.codes.most_common()]
        if codes:
            text += "\n  " + ("，" if zh else ", ").join(codes)
        if dry_run:
            text += "\n" + choose(lang, "dry run: nothing was kept", "试运行：未保存任何内容")
        return text


def _collect_garbage_seldom() -> None:
    """Events and states are trees without cycles, freed as they go; looking for cycles among them takes a
    fifth of the time and finds next to nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@contextmanager
def _open_input(file: str) -> Iterator[int]:
    if file in ("-", "/dev/stdin"):
        try:
            os.fstat(STDIN)
        except OSError:
            raise Usage("standard input is closed", "标准输入已关闭") from None
        yield STDIN
        return
    try:
        fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Usage(f"there is no file {file}", f"没有文件 {file}") from None
    except OSError as error:
        raise Usage(
            f"{file} cannot be read: {error.strerror}", f"无法读取 {file}：{error.strerror}"
        ) from None
    try:
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            raise Usage(f"{file} is a folder, not a command file", f"{file} 是目录，不是命令文件")
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _open_rejects(path: Path, fd: int) -> Iterator[IO[bytes]]:
    if path.exists() and os.path.samestat(path.stat(), os.fstat(fd)):
        raise Usage(f"--rejects {path} is the command file itself", f"--rejects {path} 就是命令文件本身")
    try:
        rejects = path.open("wb")
    except OSError as error:
        raise Usage(
            f"{path} cannot be written: {error.strerror}", f"无法写入 {path}：{error.strerror}"
        ) from None
    with rejects:
        yield rejects


def _write_line(rejects: IO[bytes], line: bytes) -> None:
    rejects.write(line)
    if isinstance(line, Overlong) and line.rest is not None:
        with line.rest as rest:
            rest.seek(0)
            shutil.copyfileobj(rest, rejects)
    rejects.write(b"\n")


def _size(fd: int) -> int | None:
    """The bytes still to come, of a regular file."""
    status = os.fstat(fd)
    return status.st_size if stat.S_ISREG(status.st_mode) else None
