"""Two ledgers on one database, one of which overtakes the other just before it saves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from ledger.application import Ledger, Result
from ledger.persistence.log import Batch, Span
from ledger.persistence.postgres import PostgresLog
from tests.durability.recorded import is_what_one_writer_would_have_written, log_of, stands_in_order
from tests.durability.story import DAY, LIN, MEI, WEI, credited, line, opened


class Overtaken(PostgresLog):
    """A log on which somebody else is faster: before each save, one of `others` acts, until none is left."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.others: list[Callable[[], object]] = []
        self.saves = 0

    def append(self, batch: Batch) -> Span:
        self.saves += 1
        if self.others:
            self.others.pop(0)()
        return super().append(batch)


class Race:
    """Two ledgers on one database: `theirs` overtakes `ours`."""

    def __init__(self, dsn: str, their_policies: tuple[Path, ...] = ()) -> None:
        self.dsn = dsn
        self.log = Overtaken(dsn)
        self.ours = Ledger(self.log)
        self.theirs = Ledger.open(dsn, their_policies)
        self.sent: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.ours.close()
        self.theirs.close()

    def given(self, *lines: bytes) -> None:
        """What happened before; ours knows of it."""
        self.sent += lines
        assert {result.status for result in self.ours.submit(lines)} == {"accepted"}

    def decide(self, sent: bytes, meanwhile: bytes) -> Result:
        """Our answer to a line, when theirs is answered between our load and our save."""
        before, self.log.saves, their_answers = len(log_of(self.dsn)), 0, list[Result]()
        self.log.others = [lambda: their_answers.extend(self.theirs.submit([meanwhile]))]
        (ours,) = self.ours.submit([sent])
        (theirs,) = their_answers
        assert theirs.status == "accepted"
        assert self.log.saves == 2, "the decision was taken twice"
        self.sent += [meanwhile, sent]
        log = log_of(self.dsn)
        stands_in_order(log)
        requests = [entry.event.request for entry in log[before:]]
        assert requests == sorted(requests, key=[theirs.id, ours.id].index), "theirs, then ours, and no third"
        assert set(requests) == {theirs.id, ours.id}
        return ours

    def reads_as_one_writer(self) -> None:
        """The log is that of one writer who was never disturbed."""
        is_what_one_writer_would_have_written(self.dsn, self.sent)


@contextmanager
def begun(dsn: str) -> Iterator[Race]:
    """Lin and her son Wei have money, Mei has none; nobody is bound. The log must read as one writer's."""
    with Race(dsn) as race:
        race.given(opened(LIN), opened(WEI), opened(MEI), credited(LIN, 100_00), credited(WEI, 500_00))
        yield race
        race.reads_as_one_writer()


def unbind(binder: str, beneficiary: str, at: str = DAY) -> bytes:
    return line("unbind", f"unbind-{binder}", at, binder=binder, beneficiary=beneficiary)


def set_status(account: str, status: str) -> bytes:
    return line("set_status", f"{status}-{account}", account=account, status=status)


def outcome(result: Result) -> tuple[str, str | None]:
    return result.status, result.code


def paid(result: Result) -> tuple[Any, ...]:
    """What own money, binders and cash came to."""
    return tuple(result.result[part] for part in ("own_fen", "shared_fen", "cash_fen"))
