"""Which log is read event by event: that of the database named, or that of an archive, without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.cli.settings import Settings

if TYPE_CHECKING:
    from ledger.redeciding.together import Opening


@contextmanager
def log_of(settings: Settings, archive: Path | None) -> Iterator["Opening"]:
    """The log, to be opened as often as it is needed while the block runs.

    Raises StoreUnavailable, ArchiveDamaged (`archive_damaged`), NothingToReplay (`nothing_to_replay`).
    """
    if archive is None:
        from ledger.persistence.stored_log import PostgresStoredLog

        with settings.database() as dsn:
            yield partial(PostgresStoredLog, dsn)
        return
    from scripts.audit.archived_log import ArchivedLog, laid_out

    with laid_out(archive) as place:
        yield partial(ArchivedLog, place)
