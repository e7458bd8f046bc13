"""Tiles: where they lie, what they hold, and proofs made of nothing else."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.errors import NotReadable
from ledger.proof.proofs import check_consistency, check_inclusion, prove_consistency, prove_inclusion
from ledger.proof.tiles import GrowingTiles, Tile, bundle, read_bundle, read_tile, tile_nodes, tiles_of
from scripts import verify_log
from tests.proof.test_tree import BIG, LEAVES, root


def grown(*steps: int) -> tuple[GrowingTiles, dict[Tile, bytes]]:
    """Tiles grown in steps, and every full tile that came out."""
    tiles, written = GrowingTiles(), dict[Tile, bytes]()
    for step in steps:
        full = tiles.extend(LEAVES[tiles.size : tiles.size + step])
        assert not written.keys() & dict(full).keys(), "a full tile is given once"
        written |= dict(full)
    return tiles, written


@given(st.lists(st.integers(0, 900), max_size=20))
def test_tiles_grow_in_any_steps_and_hold_the_tree(steps: list[int]) -> None:
    tiles, written = grown(*steps)
    written |= dict(tiles.partial())
    assert sorted(written, key=lambda tile: tile.path()) == sorted(
        tiles_of(tiles.size), key=lambda t: t.path()
    )
    assert tiles.root() == root(tiles.size)
    assert all(len(data) == 32 * tile.width for tile, data in written.items())


@given(st.lists(st.integers(1, 900), max_size=12), st.integers(0, 11))
def test_tiles_go_on_from_what_was_stored(steps: list[int], stop: int) -> None:
    tiles, written = grown(*steps[:stop])
    stored = written | dict(tiles.partial())
    again = GrowingTiles.resume(tiles.size, stored.__getitem__)
    for step in steps[stop:]:
        assert again.extend(LEAVES[again.size : again.size + step]) == tiles.extend(
            LEAVES[tiles.size : tiles.size + step]
        )
    assert (again.size, again.partial(), again.root()) == (tiles.size, tiles.partial(), tiles.root())


BIG_TILES, BIG_WRITTEN = grown(BIG)
BIG_WRITTEN |= dict(BIG_TILES.partial())


@given(st.data())
def test_proofs_are_made_of_a_few_tiles(data: st.DataObject) -> None:
    asked = list[Tile]()

    def read(tile: Tile) -> bytes:
        asked.append(tile)
        return BIG_WRITTEN[tile]

    index = data.draw(st.integers(0, BIG - 1))
    proof = prove_inclusion(index, BIG, tile_nodes(read, BIG))
    check_inclusion(LEAVES[index], index, BIG, proof, root(BIG))
    assert len(asked) == len(set(asked)) <= 4
    first = data.draw(st.integers(1, BIG))
    growth = prove_consistency(first, BIG, tile_nodes(read, BIG))
    check_consistency(first, BIG, root(first), root(BIG), growth)


@given(st.integers(0, 2**40), st.integers(1, 256))
def test_the_verifier_looks_where_the_ledger_writes(index: int, width: int) -> None:
    path = Tile(0, index, width).path()
    assert path == f"tile/0/{verify_log.numbered(index, width)}"
    assert Tile(0, index, width).bundle_path() == path.replace("tile/0/", "tile/entries/")
    digits = path.removeprefix("tile/0/").partition(".p/")[0].replace("x", "").replace("/", "")
    assert int(digits) == index


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    assert read_bundle(bundle(entries), len(entries)) == entries


@pytest.mark.parametrize(
    "read",
    [
        lambda: read_bundle(bundle([b"LIN", b"WEI"]), 3),
        lambda: read_bundle(bundle([b"LIN", b"WEI"]), 1),
        lambda: read_bundle(bundle([b"LIN", b"WEI"])[:-1], 2),
        lambda: read_bundle(b"\x00", 1),
        lambda: bundle([bytes(65_536)]),
        lambda: read_tile(bytes(63), 2),
        lambda: read_tile(bytes(96), 2),
        lambda: GrowingTiles.resume(3, lambda _: bytes(32)),
    ],
)
def test_bundles_and_tiles_of_another_size_are_refused_in_a_sentence(read: Callable[[], object]) -> None:
    with pytest.raises(NotReadable, match="bytes") as caught:
        read()
    assert "字节" in caught.value.text("zh")
