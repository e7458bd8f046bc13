"""The vault's one door: put, find, show, unmask, restrict, release, forget.

Whoever uses it first completes what a killed program left undone. Names and numbers exist in memory and on
the way to whoever asked, nowhere else: the database gets ciphertext and keyed hashes, the log that something
was done, by whom and why.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple, Self

from ledger.application.noting import Known, ToWrite, note
from ledger.clock import Clock, system_clock
from ledger.events.envelope import Event
from ledger.events.subject import SubjectReleased, SubjectRestricted, SubjectUnmasked
from ledger.ids import is_id, subject_stream
from ledger.persistence.log import Log
from ledger.vault.asking import Asked, Decision, stamp
from ledger.vault.errors import Sealed, VaultRefused
from ledger.vault.forgetting import Forgetting, plan, tombstone
from ledger.vault.identity import FIELDS, FINDABLE, FieldName, Findable, Given, masked, normal
from ledger.vault.key_store import KeyStore
from ledger.vault.retention import Rule
from ledger.vault.sealing import PersonKey
from ledger.vault.standing import Standing, standing
from ledger.vault.store import Row, VaultStore


class Shown(NamedTuple):
    """A person as shown: fields masked, or in full where that was recorded; None for what is not known."""

    person: str
    values: dict[FieldName, str | None]
    masked: bool


class Vault:
    """The people of one ledger, for one thread. `log` is the ledger's, `keys` the key store of its vault."""

    def __init__(self, dsn: str, log: Log, keys: KeyStore, clock: Clock = system_clock) -> None:
        """Open the vault and complete what was left undone. Raises `StoreUnavailable`, `KeyStoreRefused`."""
        self._log = log
        self._keys = keys
        self._clock = clock
        self._store = VaultStore(dsn, keys.id)
        if keys.pending():
            with keys.writing():
                for name, notes in keys.pending().items():
                    self._carry_out(list(map(Forgetting.of, notes)))
                    keys.done(name, notes)

    def put(self, people: Sequence[Given]) -> int:
        """Store what is given of these people, all or nothing, durably; returns how many are new.

        Fields that are not given stay, None takes one out. Of a person given twice, the last one counts field
        by field. Raises `VaultRefused` for one who is restricted or forgotten.
        """
        together: dict[str, Given] = {}
        for one in people:
            before = together.get(one.person)
            together[one.person] = Given(one.person, (before.values if before else {}) | one.values)
        with self._keys.writing():
            for found in self._standings(together).values():
                found.must_be_in_use()
            known = self._store.people(list(together))
            fresh = [one for person, one in together.items() if person not in known]
            issued = self._keys.issue([one.person for one in fresh]) if fresh else []
            self._store.write(
                [
                    self._row(one, Row(one.person, key.key_id), key)
                    for one, key in zip(fresh, issued, strict=True)
                ],
                [self._row(together[person], row, self._key(row)) for person, row in known.items()],
            )
        return len(fresh)

    def find(self, field: Findable, text: str, asked: Asked | None = None) -> list[Shown]:
        """Who has this number, however it is written. With `asked`, in full, and recorded.

        Raises `NotAnIdentity`; `VaultRefused` when nobody has it, or all who do are restricted.
        """
        rows = self._store.by(field, self._keys.blind(field, normal(field, text)))
        if not rows:
            raise VaultRefused("subject_not_found")
        found = self._standings([row.person for row in rows])
        usable = [row for row in rows if found[row.person].state == "active"]
        if not usable:
            found[rows[0].person].must_be_in_use()
        return [self._shown(row, FIELDS, asked) for row in usable]

    def show(self, person: str, asked: Asked | None = None, fields: Collection[FieldName] = FIELDS) -> Shown:
        """What is known of a person, masked. With `asked`, these fields in full, which is recorded first.

        Raises `VaultRefused` (`subject_not_found`, `subject_restricted`, `subject_forgotten`).
        """
        _must_be_numbers([person])
        self._standings([person])[person].must_be_in_use()
        row = self._store.people([person]).get(person)
        if row is None:
            raise VaultRefused("subject_not_found")
        return self._shown(row, [field for field in FIELDS if field in fields], asked)

    def restrict(self, person: str, asked: Asked) -> None:
        """Keep what is known and use it no more (PIPL art. 47). Restricting again changes nothing.

        Raises `VaultRefused` (`subject_not_found`, `subject_forgotten`).
        """
        _must_be_numbers([person])
        with self._keys.writing():
            if person not in self._store.people([person]):
                self._standings([person])[person].must_be_known()
                raise VaultRefused("subject_not_found")

            def decide(found: Standing) -> Event | None:
                found.must_be_known()
                if found.state == "restricted":
                    return None
                return SubjectRestricted(**stamp(asked.by, self._clock()), reason=asked.reason)

            self._note(person, decide)

    def release(self, person: str, asked: Asked) -> None:
        """End a restriction. Raises `VaultRefused` (`subject_not_restricted`, `subject_forgotten`)."""

        def decide(found: Standing) -> Event:
            found.must_be_known()
            if found.state != "restricted":
                raise found.refusal("subject_not_restricted")
            return SubjectReleased(**stamp(asked.by, self._clock()), reason=asked.reason)

        _must_be_numbers([person])
        with self._keys.writing():
            self._note(person, decide)

    def forget(self, persons: Sequence[str], asked: Decision, rules: Sequence[Rule]) -> list[Forgetting]:
        """Destroy these people's data keys, take out every row, and set the tombstones: all of them or none.

        Raises `VaultRefused`: `subject_not_found`, `subject_forgotten`, or `retention_runs` unless forced.
        """
        _must_be_numbers(persons)
        with self._keys.writing():
            rows, born = self._store.people(persons), self._store.born(persons)
            keys = {person: row.key_id for person, row in rows.items()}
            found = plan(self._log, persons, asked, rules, self._clock(), keys)
            if any(person not in rows and person not in born for person in persons):
                raise VaultRefused("subject_not_found")
            if found:
                notes = [one.as_note() for one in found]
                self._keys.decide(found[0].request, notes)
                self._carry_out(found)
                self._keys.done(found[0].request, notes)
        return found

    def sweep(self) -> int:
        """Do again every forgetting of which the key store or the log knows; returns how many there are.

        After a restore of either, this is what keeps the forgotten forgotten. Doing it again does no harm.
        """
        with self._keys.writing():
            here = {one.person: one for one in map(Forgetting.of, self._keys.forgotten())}
            told = {one.person: one for one in (tombstone(*row) for row in self._store.tombstones())}
            self._carry_out([*(told | here).values()])
            self._keys.remember([one.as_note() for person, one in told.items() if person not in here])
        return len(told | here)

    def close(self) -> None:
        """Give the connection back; log and key store are their owner's."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _carry_out(self, found: Sequence[Forgetting]) -> None:
        """All that forgetting is, in an order in which a kill may stop it: each step may be repeated.

        The keys first: what is left behind then is ciphertext that nobody opens.
        """
        persons = [one.person for one in found]
        stored = {row.key_id for row in self._store.people(persons).values()}
        self._keys.destroy(stored | {one.key_id for one in found if one.key_id is not None})
        self._store.remove(persons)
        self._set_down(found)

    def _set_down(self, found: Sequence[Forgetting]) -> None:
        """A tombstone for each of them who has none."""
        streams = {subject_stream(one.person): one for one in found}

        def decide(known: Known) -> ToWrite:
            now = self._clock()
            return [
                (stream, one.event(now))
                for stream, one in streams.items()
                if standing(one.person, known[stream]).state != "forgotten"
            ]

        note(self._log, list(streams), decide)

    def _note(self, person: str, decide: Callable[[Standing], Event | None]) -> None:
        """Write what is decided on the person's standing into the log, if anything."""
        stream = subject_stream(person)

        def told(known: Known) -> ToWrite:
            event = decide(standing(person, known[stream]))
            return [] if event is None else [(stream, event)]

        note(self._log, [stream], told)

    def _standings(self, persons: Iterable[str]) -> dict[str, Standing]:
        """Where each of these people stands by the log, which is what counts."""
        told: dict[str, list[Event]] = {subject_stream(person): [] for person in persons}
        with self._log.session(exclusive=False):
            for stream, _, event in self._log.load(dict.fromkeys(told, 0)):
                told[stream].append(event)
        people = {stream: stream.partition(":")[2] for stream in told}
        return {people[stream]: standing(people[stream], events) for stream, events in told.items()}

    def _key(self, row: Row) -> PersonKey:
        key = self._keys.key(row.person, row.key_id)
        if key is None:
            raise Sealed(row.person)
        return key

    def _row(self, one: Given, row: Row, key: PersonKey) -> Row:
        """The row with what is given sealed into it."""
        for field, text in one.values.items():
            row = row.with_sealed(field, None if text is None else key.seal(field, text))
        for findable in FINDABLE:
            if findable in one.values:
                text = one.values[findable]
                row = row.with_mac(findable, None if text is None else self._keys.blind(findable, text))
        return row

    def _shown(self, row: Row, fields: Sequence[FieldName], asked: Asked | None) -> Shown:
        known = [field for field in fields if row.sealed(field) is not None]
        if asked is not None:
            self._note_unmasking(row.person, known, asked)
        key = self._key(row)
        values: dict[FieldName, str | None] = dict.fromkeys(fields)
        for field in known:
            value = key.open(field, row.sealed(field) or b"")
            values[field] = value if asked else masked(field, value)
        return Shown(row.person, values, masked=asked is None)

    def _note_unmasking(self, person: str, fields: Sequence[FieldName], asked: Asked) -> None:
        def decide(found: Standing) -> Event:
            found.must_be_in_use()
            head = stamp(asked.by, self._clock())
            return SubjectUnmasked(**head, fields=tuple(fields), reason=asked.reason)

        self._note(person, decide)


def _must_be_numbers(persons: Collection[str]) -> None:
    """Raises `VaultRefused` (`subject_not_found`) for what cannot be a person number: a name or a citizen-ID
    number in its place goes no further than here."""
    if not all(map(is_id, persons)):
        raise VaultRefused("subject_not_found")
