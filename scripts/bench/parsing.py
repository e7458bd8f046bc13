"""A detail file of 3202 read and checked, as big as a city's month: seconds and memory in a fresh process."""

from pathlib import Path
from random import Random

from ledger.reconciliation.files.defects import Refused
from ledger.reconciliation.files.details import read_details
from ledger.reconciliation.files.identity import content_digest
from ledger.reconciliation.files.packing import packed
from ledger.reconciliation.files.profile import load
from scripts.bench.measuring import Measured, Stopwatch
from scripts.bench.plan import SEED

PROFILE = "3202-upload-8"
_PIECE = 10_000


def write_details(path: Path, lines: int) -> None:
    """So many lines of the eight-column upload, zipped; one in ten is a refund. Ids have real lengths."""
    luck = Random(SEED)
    pieces = (
        "".join(_line(luck, number) for number in range(start, min(start + _PIECE, lines)))
        for start in range(0, lines, _PIECE)
    )
    path.write_bytes(packed("details.txt", "".join(pieces).encode()))


def parsed(path: Path) -> Measured:
    """Bytes to checked rows; then, by another watch, the digest of what they say."""
    profile = load()[PROFILE]
    watch = Stopwatch()
    found = read_details(profile, path.name, path.read_bytes())
    if isinstance(found, Refused):
        raise found.error()
    read = watch.measured(len(found.rows))
    watch = Stopwatch()
    content_digest(found.rows)
    return Measured(
        read.charges, read.seconds, {}, read.peak_mib, read.cpu_s, other={"digest_s": watch.seconds}
    )


def _line(luck: Random, number: int) -> str:
    sign, flag = ("-", "1") if luck.random() < 0.1 else ("", "0")
    fund, account = luck.randrange(100_000), luck.randrange(50_000)
    amounts = (fund + account + luck.randrange(20_000), fund, account)
    # A zero has no sign, whichever way the row goes.
    cells = "\t".join(f"{sign if fen else ''}{fen // 100}.{fen % 100:02d}" for fen in amounts)
    person = luck.randrange(300_000)
    return f"510104G{number:020d}\tMD5101{number:020d}\t5101{person:014d}99999\t{cells}\t{flag}\tnull\n"
