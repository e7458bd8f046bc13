"""The policy packs that a log holds, as far as it has been read."""

from collections.abc import Iterable

from pydantic import ValidationError

from ledger.events.request import PolicyRecorded
from ledger.policies.catalogue import Catalogue
from ledger.policies.pack import Pack
from ledger.redeciding.acts import Written


class RecordedPacks:
    """The packs recorded so far: of all that a writer knew, those that ever decided anything.

    A pack is recorded before the first event that rests on it and is in effect from then on. So the one in
    force among these is the one that was in force for the writer, whichever others it knew; and where none of
    these is, none was.
    """

    def __init__(self) -> None:
        self.catalogue = Catalogue(())

    def heed(self, written: Iterable[Written]) -> None:
        """Take in what was recorded. A pack that cannot be read is in force nowhere."""
        added = [
            pack for one in written if isinstance(one.event, PolicyRecorded) and (pack := _read(one.event))
        ]
        if added:
            self.catalogue = Catalogue((*self.catalogue.packs, *added))


def _read(event: PolicyRecorded) -> Pack | None:
    try:
        return Pack.from_document(event.pack)
    except ValidationError:
        return None
