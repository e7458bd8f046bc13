"""From the settings to one moment of the read models, caught up to the end of the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.cli.failures import say
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.policies.catalogue import Catalogue
    from projections.store import Snapshot, Store


@contextmanager
def moment(settings: Settings) -> "Iterator[Snapshot]":
    """One consistent view of every read model, after it has taken in the log as found."""
    from projections.store import Store

    if settings.is_new:
        folder = settings.folder
        say(choose(settings.lang, f"{folder} is new: its ledger is empty", f"{folder} 为新建目录：账本为空"))
    with settings.database() as dsn:
        if settings.policies:
            catalogue_of(dsn, settings)  # a wrong pack is refused at start, by every command
        with Store.open(dsn) as store:
            catch_up(store, settings.lang)
            with store.snapshot() as view:
                yield view


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
