"""The whole log computed anew and held to what was signed of it, with the first place that is wrong.

The leaves come once. Only where a root is not the signed one, the events since the last root that was are
read again, beside the tiles that were kept outside, to find the very position.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, pairwise
from typing import Final, NamedTuple

from ledger.proof import findings
from ledger.proof.checkpoints import Checkpoint
from ledger.proof.errors import LogBroken
from ledger.proof.findings import Finding
from ledger.proof.folder import Progress
from ledger.proof.locating import KeptTiles, Read, locate
from ledger.proof.tiles import TILE_HEIGHT, TILE_WIDTH, GrowingTiles, Tile
from ledger.proof.tree import HASH_BYTES, leaf_hashes

_STEP: Final = 16 * TILE_WIDTH

Made = list[tuple[Tile, bytes]]


class Kept(NamedTuple):
    """A checkpoint whose signature holds, and where it was found."""

    place: str
    checkpoint: Checkpoint


class StoredTree(NamedTuple):
    """The tree that the database keeps: how many events it covers, and its tiles."""

    size: int
    read: Callable[[Tile], bytes]


@dataclass(slots=True)
class Verdict:
    """What was computed: how many events stand in order, their root, what is wrong (the first place first).

    `holding` are the places of the checkpoints that the log is as they say.
    """

    events: int = 0
    root: bytes = b""
    holding: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def verify(
    read: Read,
    end: int,
    kept: Sequence[Kept],
    outside: KeptTiles | None = None,
    stored: StoredTree | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Compute the tree from the events up to `end` and compare it with every checkpoint.

    `outside` are tiles kept outside the database; those inside (`stored`) are checked themselves.
    """
    verdict, tiles, nodes = Verdict(), GrowingTiles(), list[Finding]()
    broken: LogBroken | None = None
    kept = sorted(kept, key=_size)
    at_size = {size: list(some) for size, some in groupby(kept, _size)}
    try:
        for made in _grow(tiles, read(0, end), at_size, end):
            nodes += _wrong_nodes(made, stored)
            for one in at_size.get(tiles.size, ()):
                if one.checkpoint.root == tiles.root():
                    verdict.holding.add(one.place)
            if progress:
                progress(tiles.size)
    except LogBroken as error:
        broken = error
    verdict.events, verdict.root = tiles.size, tiles.root()
    verdict.findings += _forks(kept, verdict.holding)
    places = list(_places(read, end, kept, verdict, outside, broken))
    first = min((one.position for one in places), default=end + 1)
    verdict.findings += places
    verdict.findings += (one for one in nodes if one.upto < first)  # those above a wrong event follow from it
    verdict.findings.sort(key=lambda one: one.position)
    return verdict


def _grow(tiles: GrowingTiles, leaves: Iterable[bytes], stops: Iterable[int], end: int) -> Iterator[Made]:
    """Add the leaves, with a stop at each of these sizes; gives tiles once they are full, or at the end."""
    left = iter(leaves)
    yield []  # a checkpoint of no events, too, is compared
    for stop in sorted({*(size for size in stops if size < end), end}):
        while tiles.size < stop and (some := list(islice(left, min(_STEP, stop - tiles.size)))):
            yield tiles.extend(leaf_hashes(some))
    next(left, None)  # so that whoever gives them comes to an end
    yield tiles.partial()


def _wrong_nodes(made: Made, stored: StoredTree | None) -> Iterator[Finding]:
    """Tiles of the database that are not what the events give, as far as it has them."""
    for tile, data in made if stored else ():
        assert stored is not None, "there is nothing to compare with otherwise"
        there = min(tile.width, (stored.size >> TILE_HEIGHT * tile.level) - tile.index * TILE_WIDTH)
        if there <= 0:
            continue
        found, wanted = stored.read(tile)[: there * HASH_BYTES], data[: there * HASH_BYTES]
        if found != wanted:
            first = next((at for at in range(there) if _hash(found, at) != _hash(wanted, at)), 0)
            low = (tile.index * TILE_WIDTH + first) << TILE_HEIGHT * tile.level
            yield findings.stored_tree(low + 1, low + (1 << TILE_HEIGHT * tile.level))


def _hash(data: bytes, at: int) -> bytes:
    return data[at * HASH_BYTES : (at + 1) * HASH_BYTES]


def _forks(kept: Sequence[Kept], holding: set[str]) -> Iterator[Finding]:
    """Checkpoints of two logs: of one size with two roots, or wrong where a later one is right."""
    right = [one for one in kept if one.place in holding]
    for one in kept:
        rival = next((other for other in right if _size(other) >= _size(one)), None)
        if rival is not None and one.place not in holding:
            yield findings.forked(_size(one), one.place, rival.place)
    wrong = [one for one in kept if one.place not in holding]
    for one, other in pairwise(wrong):
        if _size(one) == _size(other) and one.checkpoint.root != other.checkpoint.root:
            yield findings.forked(_size(one), one.place, other.place)


def _places(
    read: Read,
    end: int,
    kept: Sequence[Kept],
    verdict: Verdict,
    outside: KeptTiles | None,
    broken: LogBroken | None,
) -> Iterator[Finding]:
    """Where the events go wrong: after the last checkpoint that holds, before the next that does not."""
    good = max((_size(one) for one in kept if one.place in verdict.holding), default=0)
    bad = next((one for one in kept if _size(one) > good), None)
    there = end if broken is None else broken.position - 1
    if bad is not None:
        upto = min(_size(bad), there)
        found = locate(read, good, upto, outside) if outside else None
        if found is not None:
            yield found
        elif broken is None and _size(bad) > there:
            first = there if outside else good  # without tiles nobody knows about those between
            yield findings.cut(first + 1, there, _size(bad), bad.place)
        elif _size(bad) <= there:
            yield findings.between(good + 1, _size(bad), bad.place)
    if broken is not None:
        yield findings.broken(broken)


def _size(one: Kept) -> int:
    return one.checkpoint.size
