"""What was signed of a log, from wherever it is kept, and what is wrong with that by itself.

Files kept elsewhere, the folder outside, and the log's own events: each is held to the others. The database's
owner can take an event out, or put an old folder back, but cannot sign one anew.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from ledger.proof import findings
from ledger.proof.checkpoints import Checkpoint, open_checkpoint
from ledger.proof.errors import NotProven, NotReadable
from ledger.proof.findings import Finding
from ledger.proof.folder import CHECKPOINT
from ledger.proof.locating import KeptTiles
from ledger.proof.notes import VerifierKey
from ledger.proof.outside import OutsideFolder, signed_at
from ledger.proof.verifying import Kept


class Stated(NamedTuple):
    """A checkpoint event: its position, the signed note in it, and whether its other words are the note's."""

    position: int
    note: str
    agrees: bool

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"position {self.position}"


class Signed:
    """The checkpoints whose signatures hold, by where they were found, and what is wrong (`wrong`).

    `cosigned` names their witnesses, `stated_at` the position of the event that states them.
    """

    def __init__(self, log: VerifierKey | None, witnesses: Iterable[VerifierKey] = ()) -> None:
        """`log` may be missing where there is nothing to open."""
        self.checkpoints: dict[str, Checkpoint] = {}
        self.wrong: list[Finding] = []
        self.cosigned: dict[str, list[str]] = {}
        self.stated_at: dict[str, int] = {}
        self._log = log
        self._witnesses = tuple(witnesses)
        self._folder: OutsideFolder | None = None
        self._shown = ""
        self._history: dict[str, Checkpoint] = {}
        self._places: dict[bytes, list[str]] = {}
        self._inside: set[str] = set()

    @property
    def kept(self) -> list[Kept]:
        """All of them."""
        return [Kept(place, checkpoint) for place, checkpoint in self.checkpoints.items()]

    @property
    def newest(self) -> Checkpoint | None:
        """The longest log that was signed: outside, or by the events' account if nothing is kept there."""
        outside = [one for place, one in self.checkpoints.items() if place not in self._inside]
        return max(outside or self.checkpoints.values(), key=lambda one: one.size, default=None)

    def file(self, place: str, raw: bytes) -> Checkpoint | None:
        """Take a checkpoint that was kept elsewhere; none, and a finding, if its signature does not hold."""
        self._places.setdefault(raw, []).append(place)
        try:
            return self._open(place, raw)
        except (NotProven, NotReadable) as error:
            self.wrong.append(findings.not_signed(place, error))
            return None

    def folder(self, folder: OutsideFolder) -> int:
        """Take every checkpoint of the folder outside; returns how many lie there."""
        self._folder, self._shown, number = folder, str(folder.root / CHECKPOINT), 0
        for path in folder.history():
            raw, number = path.read_bytes(), number + 1
            found = self.file(str(path), raw)
            if found is not None and str(path) != self._shown:
                self._history[str(path)] = found
        newest = max(self._history.items(), key=lambda one: one[1].size, default=None)
        if newest is not None:
            self._must_be_shown(newest[1].size, newest[0])
        return number

    def stated(self, events: Iterable[Stated], settled: datetime) -> None:
        """Hold the log's own events, read before the folder was, to what the folder has.

        Each checkpoint that the folder keeps, signed before `settled`, must stand in the log.
        """
        last = 0
        for event in events:
            found = self._of_event(event)
            if found is None or found.size >= event.position or not event.agrees:
                self.wrong.append(findings.checkpoint_event(event.position))
            elif found.size <= last:
                self.wrong.append(findings.old_checkpoint(found.size, event.place, last, "an earlier event"))
            else:
                last = found.size
        self._must_be_shown(last, "an event of the log")
        for place, checkpoint in self._history.items():
            when = signed_at(checkpoint)
            if place not in self.stated_at and when and datetime.fromisoformat(when) <= settled:
                self.wrong.append(findings.not_in_log(checkpoint.size, place))

    def tiles(self) -> KeptTiles | None:
        """The tiles of the folder, if they are those of its checkpoint; what is wrong with them is noted."""
        if self._folder is None or self._shown not in self.checkpoints:
            return None
        try:
            return KeptTiles(self._folder)
        except (NotProven, NotReadable) as error:
            self.wrong.append(findings.not_signed(str(self._folder.root), error))
            return None

    def _of_event(self, event: Stated) -> Checkpoint | None:
        """The checkpoint that an event states: one known from outside, or one that the log's key signed."""
        raw = event.note.encode()
        places = self._places.get(raw, [event.place])
        if raw not in self._places:
            self._inside.add(event.place)
            with suppress(NotProven, NotReadable):
                self._open(event.place, raw)
        found = next((self.checkpoints[place] for place in places if place in self.checkpoints), None)
        if found is not None:
            self.stated_at |= dict.fromkeys(places, event.position)
        return found

    def _open(self, place: str, raw: bytes) -> Checkpoint:
        assert self._log is not None, "with a checkpoint comes a key"
        found = open_checkpoint(raw, self._log, self._witnesses)
        self.checkpoints[place] = found.checkpoint
        self.cosigned[place] = sorted(found.cosigned)
        return found.checkpoint

    def _must_be_shown(self, size: int, place: str) -> None:
        """What the folder shows as its newest checkpoint is not behind this one."""
        shown = self.checkpoints.get(self._shown)
        if shown is not None and shown.size < size:
            self.wrong.append(findings.old_checkpoint(shown.size, self._shown, size, place))
