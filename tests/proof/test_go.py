"""The Go project's own packages accept an export, and make the same proofs of it.

They are golang.org/x/mod/sumdb/tlog and note (Debian: golang-go and golang-golang-x-mod-dev).
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ledger.proof.proofs import prove_consistency, prove_inclusion
from ledger.proof.tiles import Tile, tile_nodes
from tests.proof.logs import LOG, exported

SOURCE = Path(__file__).parent / "go" / "main.go"
SIZE = 70_000
INDEXES = [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999, *range(3, SIZE, 4_999)]
SIZES = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_888, 69_999, 70_000, *range(7, SIZE, 4_999)]


def environment(scratch: Path) -> dict[str, str]:
    """Go without modules and network: the packages lie in a GOPATH, Debian's unless another is set."""
    paths = [path for path in (os.environ.get("GOPATH"), "/usr/share/gocode") if path]
    cache = os.environ.get("GOCACHE") or str(scratch / "go-cache")
    ours = {"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": os.pathsep.join(paths), "GOCACHE": cache}
    return {**os.environ, **ours}


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built checker; skipped where Go or its packages are missing."""
    scratch = tmp_path_factory.mktemp("go")
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed (Debian: apt-get install golang-go golang-golang-x-mod-dev)")
    packages = [f"golang.org/x/mod/sumdb/{name}" for name in ("note", "tlog")]
    listed = subprocess.run(
        [go, "list", *packages], env=environment(scratch), capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("Go has no golang.org/x/mod (Debian: apt-get install golang-golang-x-mod-dev)")
    built = scratch / "checker"
    subprocess.run([go, "build", "-o", built, SOURCE], env=environment(scratch), check=True)
    return built


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "city"
    exported(folder, SIZE)
    return folder


def run(checker: Path, folder: Path, key: str = str(LOG.verifier)) -> subprocess.CompletedProcess[str]:
    asked = [",".join(map(str, numbers)) for numbers in (INDEXES, SIZES)]
    return subprocess.run([checker, folder, key, *asked], capture_output=True, text=True, check=False)


def test_go_accepts_an_export_of_70_000_events_and_makes_the_same_proofs(checker: Path, city: Path) -> None:
    def read(tile: Tile) -> bytes:
        return (city / tile.path()).read_bytes()

    ran, nodes = run(checker, city), tile_nodes(read, SIZE)
    assert (ran.returncode, ran.stderr) == (0, "")
    proofs = [("record", index, prove_inclusion(index, SIZE, nodes)) for index in INDEXES]
    proofs += [("tree", size, prove_consistency(size, SIZE, nodes)) for size in SIZES]
    *shown, last = ran.stdout.splitlines()
    assert shown == [" ".join([what, str(n), *(hash.hex() for hash in proof)]) for what, n, proof in proofs]
    assert last.startswith("accepted 70000 entries with root ")


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/007", "tile/1/000", "tile/entries/007"])
def test_go_refuses_the_export_after_any_change(checker: Path, city: Path, path: str, tmp_path: Path) -> None:
    shutil.copytree(city, tmp_path / "city")
    file = tmp_path / "city" / path
    changed = bytearray(file.read_bytes())
    changed[40] ^= 1
    file.write_bytes(changed)
    assert run(checker, tmp_path / "city").returncode == 1


def test_go_refuses_another_key(checker: Path, city: Path) -> None:
    assert (
        run(checker, city, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").returncode
        == 1
    )
