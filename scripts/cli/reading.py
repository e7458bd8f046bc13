"""From the settings to the read models: as they are, or one moment, caught up to the end of the log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scripts.cli.failures import say
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.policies.catalogue import Catalogue
    from projections.errors import ModelStopped
    from projections.store import Snapshot, Store


def asked(settings: Settings, ask: "Callable[[Snapshot], dict[str, Any]]") -> dict[str, Any]:
    """The answer to a question about a `moment`.

    A model that stopped is told of. Raises ModelStopped (`model_stopped`) when the answer was to wait for a
    position that this model did not reach.
    """
    with _opened(settings) as (dsn, store):
        stopped = _caught_up(dsn, store, settings)
        for stop in stopped:
            say(stop.text(settings.lang))
        with store.snapshot() as view:
            found = ask(view)
    for stop in stopped:
        if settings.wait is not None and found["position"] < stop.position <= settings.wait:
            raise stop
    return found


@contextmanager
def moment(settings: Settings) -> "Iterator[Snapshot]":
    """One consistent view of every read model, after it has taken in the log as found."""
    with _opened(settings) as (dsn, store):
        for stop in _caught_up(dsn, store, settings):
            say(stop.text(settings.lang))
        with store.snapshot() as view:
            yield view


@contextmanager
def read_models(settings: Settings) -> "Iterator[Store]":
    """The read models as they are."""
    with _opened(settings) as (_, store):
        yield store


@contextmanager
def _opened(settings: Settings) -> "Iterator[tuple[str, Store]]":
    from projections.store import Store

    say_if_new(settings)
    with settings.database() as dsn:
        if settings.policies:
            catalogue_of(dsn, settings)  # a wrong pack is refused at start, by every command
        with Store.open(dsn) as store:
            yield dsn, store


def _caught_up(dsn: str, store: "Store", settings: Settings) -> "tuple[ModelStopped, ...]":
    """Wait for the position asked for, and bring the models to the end of the log; those that stopped."""
    from projections import follower, runner

    if settings.wait is not None:
        follower.wait_for(dsn, store, settings.wait, settings.wait_seconds)
    with Meter(choose(settings.lang, "read models", "读模型")) as meter:
        return runner.advance(store, progress=meter.reach).stopped


def say_if_new(settings: Settings) -> None:
    """A folder that is not there yet is made, and its ledger is empty."""
    if settings.is_new:
        folder = settings.folder
        say(choose(settings.lang, f"{folder} is new: its ledger is empty", f"{folder} 为新建目录：账本为空"))


def catch_up(store: "Store", lang: str) -> None:
    """Bring the read models to the end of the log, with progress on a terminal."""
    from projections import runner

    with Meter(choose(lang, "read models", "读模型")) as meter:
        runner.catch_up(store, progress=meter.reach)


@contextmanager
def catalogue(settings: Settings) -> "Iterator[Catalogue]":
    """Every pack in effect: shipped, named with `--policy`, and recorded in this ledger.

    A ledger that is not there yet has recorded nothing, and is not made for a question about policies.
    """
    from ledger.policies.catalogue import Catalogue

    if settings.is_new:
        yield Catalogue.load(settings.policies)
        return
    with settings.database() as dsn:
        yield catalogue_of(dsn, settings)


def catalogue_of(dsn: str, settings: Settings) -> "Catalogue":
    """The packs in effect for the ledger in this database."""
    from ledger.application import Ledger

    with Ledger.open(dsn, policies=settings.policies) as ledger:
        return ledger.catalogue
