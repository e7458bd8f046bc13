"""Digests of read models: two machines that hold the same rows of the same log print the same one.

A digest is the SHA-256 of text that anybody can make with psql. Per table of the model, in the order of
`Model.tables`: a line with the table's name and its columns, separated by tabs, then every row up to the
position as `COPY … TO STDOUT` writes it in UTC, columns in the order of that line, rows sorted by them
byte for byte (position first). Rows are never changed, so the digest at a position stays what it is.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from projections.models import MODELS
from projections.recorded import Model
from projections.store import Snapshot

_TOLD_EVERY: Final = 50_000
"""Rows between two words about how far it has come."""

Progress = Callable[[int], object]


class ModelDigest(NamedTuple):
    """What a model holds up to `position`: how many rows, and their SHA-256 in 64 hexadecimal digits."""

    model: str
    version: int
    position: int
    rows: int
    sha256: str


def digests(
    moment: Snapshot,
    models: Iterable[Model] = MODELS,
    position: int | None = None,
    progress: Progress | None = None,
) -> list[ModelDigest]:
    """One digest per model, each up to `position`, or to where the model stands when that is earlier.

    `progress` is told from time to time how many rows have been read.
    """
    done = 0
    found: list[ModelDigest] = []
    for model in models:
        upto, rows, digest = moment.upto(position, model), 0, sha256()
        for part in _text(moment, model, upto):
            digest.update(part)
            rows += part.count(b"\n")  # within a row it is written as backslash and n
            if progress and (done + rows) % _TOLD_EVERY == 0:
                progress(done + rows)
        rows -= len(model.tables)
        done += rows
        found.append(ModelDigest(model.name, model.version, upto, rows, digest.hexdigest()))
    return found


def _text(moment: Snapshot, model: Model, upto: int) -> Iterator[bytes]:
    for table in model.tables:
        yield "\t".join((table.name, *table.columns)).encode() + b"\n"
        yield from moment.copied(table, upto)
