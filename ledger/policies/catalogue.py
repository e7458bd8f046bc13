"""The catalogue: every pack at hand, checked at start, and which of them is in force where and when."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from pydantic import ValidationError

from ledger.policies import pack_files
from ledger.policies.pack import Pack
from ledger.policies.pack_files import WrittenPack

LOG: Final = "the log"
"""Where a recorded pack stands, in place of a file."""

_PREFIX_LENGTHS: Final = (6, 4, 2)
_EVERYWHERE: Final = "*"


class Catalogue:
    """Packs by name, place and day. `packs` lists them by region, then day."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs: Final = tuple(sorted(packs, key=lambda pack: (pack.regions, pack.effective, pack.name)))
        self._by_name = {pack.name: pack for pack in self.packs}
        self._by_prefix: dict[str, list[tuple[date, Pack]]] = {}
        for pack in sorted(self.packs, key=lambda pack: pack.effective):
            for prefix in pack.regions:
                self._by_prefix.setdefault(prefix, []).append((pack.effective, pack))
        # Asked for every command, yet a city's month has only a few dozen different questions.
        self._found = lru_cache(maxsize=65_536)(self._find)

    @classmethod
    def load(cls, extra: Sequence[Path] = (), recorded: Sequence[Mapping[str, object]] = ()) -> Self:
        """The packs recorded in a log (their documents), those shipped, and those of extra files.

        Raises `PolicyError` with file, key and reason for a pack that cannot be used, for a name that stands
        for two contents, and for two packs with an equal prefix and day; the later in this order is named.
        """
        in_log = [WrittenPack(LOG, document, {}) for document in recorded]
        in_files = [*pack_files.packaged(), *(pack for path in extra for pack in pack_files.read(path))]
        _check_each(in_log, in_files)
        named: dict[str, WrittenPack] = {}
        for written in (*in_log, *in_files):
            named.setdefault(written.keys["name"], written)
        resolved = [(written, Pack.from_document(written.keys)) for written in in_log]
        resolved += [(written, Pack.from_keys(_with_inherited(written, named))) for written in in_files]
        return cls(_without_repeats(resolved))

    @classmethod
    def supposed(cls, files: Sequence[Path], recorded: Sequence[Mapping[str, object]] = ()) -> Self:
        """Only the packs of these files, for asking what they would have decided.

        They may extend each other, and packs recorded or shipped; and a name or place that is taken elsewhere
        is free here, since nothing is recorded. Raises `PolicyError` as `load` does.
        """
        own = [pack for path in files for pack in pack_files.read(path)]
        _check_each((), own)
        named: dict[str, WrittenPack] = {}
        for written in (
            *own,
            *(WrittenPack(LOG, document, {}) for document in recorded),
            *pack_files.packaged(),
        ):
            named.setdefault(written.keys["name"], written)
        return cls(_without_repeats((pack, Pack.from_keys(_with_inherited(pack, named))) for pack in own))

    def by_name(self, name: str) -> Pack | None:
        """The pack of that name, whether in effect or not."""
        return self._by_name.get(name)

    def in_force(self, region: str, day: date) -> Pack | None:
        """The pack in force in a region (six digits) on a day, or None (`no_policy`).

        Of the packs in effect on that day the longest matching prefix wins, then the latest `effective`.
        """
        return self._found(region, day)

    def _find(self, region: str, day: date) -> Pack | None:
        for prefix in (*(region[:length] for length in _PREFIX_LENGTHS), _EVERYWHERE):
            dated = self._by_prefix.get(prefix, [])
            count = bisect_right(dated, day, key=lambda entry: entry[0])
            if count:
                return dated[count - 1][1]
        return None


def _check_each(in_log: Iterable[WrittenPack], in_files: Iterable[WrittenPack]) -> None:
    """Refuses what is wrong with a pack as it stands: what is inherited has been checked where it stands."""
    for written in in_log:
        try:
            Pack.from_document(written.keys)
        except ValidationError as error:
            raise written.invalid(error) from None
    for written in in_files:
        if not isinstance(written.keys.get("extends", ""), str):
            raise written.error("extends", "must be the name of a pack")
        try:
            Pack.from_keys(_without_extends(written.keys))
        except ValidationError as error:
            raise written.invalid(error) from None


def _without_extends(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key != "extends"}


def _with_inherited(written: WrittenPack, named: Mapping[str, WrittenPack]) -> dict[str, Any]:
    """The keys of a pack over those of the pack it extends, over those of the one that extends, and so on.

    Sections are taken key by key, lists whole. What every pack must name itself is never inherited.
    """
    chain = [written]
    while (parent := chain[-1].keys.get("extends")) is not None:
        if parent not in named:
            raise chain[-1].error("extends", f"there is no pack {parent}")
        if named[parent] in chain:
            raise written.error("extends", f"goes round in a circle, back to {parent}")
        chain.append(named[parent])
    keys: dict[str, Any] = {}
    for link in reversed(chain):
        for key, value in _without_extends(link.keys).items():
            keys[key] = {**keys.get(key, {}), **value} if isinstance(value, Mapping) else value
    return keys


def _without_repeats(resolved: Iterable[tuple[WrittenPack, Pack]]) -> list[Pack]:
    """Each pack once. A name stands for one content, a prefix and day for one pack."""
    by_name: dict[str, tuple[WrittenPack, Pack]] = {}
    by_place: dict[tuple[str, date], tuple[WrittenPack, Pack]] = {}
    for written, pack in resolved:
        first, known = by_name.setdefault(pack.name, (written, pack))
        if known != pack:
            key = _first_difference(known.document(), pack.document())
            reason = f"{pack.name} has another {key} in {first.file}; a changed pack needs a new name"
            raise written.error("name", reason)
        for prefix in pack.regions:
            first, holder = by_place.setdefault((prefix, pack.effective), (written, pack))
            if holder != pack:
                at = f'"{prefix}" from {pack.effective}'
                raise written.error("regions", f"{at} is the place of {holder.name} in {first.file}")
    return [pack for _, pack in by_name.values()]


def _first_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The first key, dotted, in which two documents that are not equal differ."""
    key = next(key for key in {**one, **other} if one.get(key) != other.get(key))
    inner = one.get(key), other.get(key)
    if isinstance(inner[0], Mapping) and isinstance(inner[1], Mapping):
        return f"{key}.{_first_difference(inner[0], inner[1])}"
    return key
