"""`copay follow`: the read models kept up with the log, for as long as it runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.errors import LedgerError, StoreUnavailable
from scripts.cli.answers import Answer, print_json
from scripts.cli.failures import say
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.persistence.tree_keeper import TreeKeeper
    from projections.follower import Look

PAUSE_SECONDS: Final = 1.0
"""Between two tries to find a database that was lost."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_COLUMNS: Final = (
    ("time", "时间", 8), ("position", "位置", 12), ("log end", "日志末尾", 12), ("behind", "落后", 10),
    ("taken", "已处理", 10), ("lag", "延迟", 10), ("tree", "树", 12),
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `follow` to the program."""
    command(app, "follow")(follow)


def follow(
    settings: Settings,
    *,
    every: Annotated[
        float, typer.Option("--every", metavar="S", min=0, help="Print at most one line in so many seconds")
    ] = 1.0,
    json: Annotated[
        bool, typer.Option("--json", help="Print JSON lines instead of a table; lag in seconds")
    ] = False,
) -> int:
    """Keep the read models and the stored Merkle tree up with the log until Ctrl-C, and show how far.

    A line is printed when events were taken. A read model that meets an event it cannot apply stops before it
    and is named; the others go on. A database that is lost is looked for until it is there again. Nothing is
    signed: that is `copay checkpoint`, which holds the key.

    Examples:

    copay follow

    copay follow --json --every 10 >> lag.jsonl
    """
    from ledger.persistence.tree_keeper import TreeKeeper
    from projections.errors import OtherVersion
    from projections.follower import looks
    from scripts.cli.reading import say_if_new

    say_if_new(settings)
    screen = Screen(settings.lang, every, as_json=json)
    with until_told_to_stop() as stop:
        while not stop.is_set():
            try:
                with settings.database() as dsn, TreeKeeper(dsn) as tree:
                    _catch_up(dsn, settings.lang, stop)
                    for look in looks(dsn, stop.is_set):
                        screen.seen(look, tree)
            except OtherVersion:
                raise
            except StoreUnavailable as error:
                if not screen.saw_something:
                    raise
                screen.lost(error)
                stop.wait(PAUSE_SECONDS)
        screen.last()
    return 0


class Screen:
    """What is printed: looks that belong together as one line, and what went wrong, once."""

    def __init__(self, lang: str, every: float, *, as_json: bool) -> None:
        self.saw_something = False
        self._lang = lang
        self._every = every
        self._as_json = as_json
        self._printed_at: float | None = None
        self._waiting: Look | None = None
        self._stopped: set[tuple[str, int]] = set()
        self._tree = 0
        self._tree_stopped = False
        self._lost = False

    def seen(self, look: "Look", tree: "TreeKeeper") -> None:
        """A look at the models, and at the tree: printed now, or together with the next ones."""
        self._tree = tree.size
        self._say_if_stopped(tree)
        news = self._news_of_stops(look) or look.taken > 0 or self._lost or not self.saw_something
        self.saw_something, self._lost = True, False
        before = self._waiting
        if before is not None:
            taken, lag = before.taken + look.taken, max(before.lag_seconds, look.lag_seconds)
            look = look._replace(taken=taken, lag_seconds=lag)
        if news or before is not None:
            self._waiting = look
        if self._printed_at is None or monotonic() >= self._printed_at + self._every:
            self.last()

    def last(self) -> None:
        """Print what has not been printed yet."""
        look, self._waiting = self._waiting, None
        if look is None:
            return
        if self._as_json:
            print_json(_line(look) | {"tree": self._tree})
        else:
            if self._printed_at is None:
                self._print(*(choose(self._lang, english, chinese) for english, chinese, _ in _COLUMNS))
            behind = look.log_end - look.position
            numbers = (f"{number:,}" for number in (look.position, look.log_end, behind, look.taken))
            self._print(_now(), *numbers, f"{look.lag_seconds:.2f} s", f"{self._tree:,}")
        self._printed_at = monotonic()

    def lost(self, error: LedgerError) -> None:
        """The database is gone; said once until it is there again."""
        if self._lost:
            return
        self._lost = True
        self.last()
        say(error.text(self._lang))
        if self._as_json:
            print_json({"error": {"code": error.code, "message": error.text(self._lang)}})

    def _news_of_stops(self, look: "Look") -> bool:
        before, self._stopped = self._stopped, {(stop.model, stop.position) for stop in look.stopped}
        for stop in look.stopped:
            if (stop.model, stop.position) not in before:
                say(stop.text(self._lang))
        return before != self._stopped

    def _say_if_stopped(self, tree: "TreeKeeper") -> None:
        if self._tree_stopped or not (tree.broken or tree.refused):
            return
        self._tree_stopped = True
        if tree.broken:
            say(tree.broken.text(self._lang))
        else:
            say(choose(self._lang, "this role may not keep the tree", "该角色无权维护哈希树"))

    def _print(self, *cells: str) -> None:
        widths = (width for _, _, width in _COLUMNS)
        print("  ".join(_right(cell, width) for cell, width in zip(cells, widths, strict=True)), flush=True)


def _catch_up(dsn: str, lang: str, stop: Event) -> None:
    """What there is to do at first may take a while: with a progress bar, and nothing printed beside it."""
    from projections.runner import advance
    from projections.store import Store

    with Store.open(dsn) as store, Meter(choose(lang, "read models", "读模型")) as meter:
        advance(store, progress=meter.reach, asked_to_stop=stop.is_set)


def _line(look: "Look") -> Answer:
    return {
        "position": look.position,
        "log_end": look.log_end,
        "behind": look.log_end - look.position,
        "taken": look.taken,
        "lag_seconds": round(look.lag_seconds, 3),
        "stopped": [
            {"model": stop.model, "position": stop.position, "type": stop.topic, "reason": stop.reason}
            for stop in look.stopped
        ],
    }


def _now() -> str:
    from ledger.clock import local, system_clock

    return f"{local(system_clock()):%H:%M:%S}"


def _right(text: str, width: int) -> str:
    """Right-aligned on a screen, where a Chinese character takes two places."""
    from rich.cells import cell_len

    return " " * (width - cell_len(text)) + text


@contextmanager
def until_told_to_stop() -> Iterator[Event]:
    """Ctrl-C and the like set the event instead of interrupting; a second one interrupts."""
    stop = Event()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def told(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in _SIGNALS:
        signal.signal(number, told)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            signal.signal(number, before[signal.Signals(number)])
