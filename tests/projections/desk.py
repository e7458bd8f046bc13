"""The counter of a back office: commands go in on one side, questions are answered on the other.

    desk.does("credit", account=WEI, amount_fen=500_00)
    assert desk.asks(queries.balance, WEI)["balance_fen"] == 500_00

Amounts are fen written as yuan and fen: `320_00` is 320 yuan. A command without `id`, `at`, `settlement` or
`refund` gets one.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Final, ParamSpec, Self

import orjson
import psycopg

from ledger.application import Ledger
from ledger.events.codec import decode
from ledger.persistence.postgres import PostgresLog
from projections.models import MODELS
from projections.recorded import Recorded
from projections.runner import catch_up
from projections.store import Snapshot, Store

Question = ParamSpec("Question")
Answer = dict[str, Any]
Log = list[Recorded[Any]]

LIN: Final = "LIN"  # the grandmother
WEI: Final = "WEI"  # her son
MEI: Final = "MEI"  # her daughter
JUN: Final = "JUN"  # her brother
BAO: Final = "BAO"  # her grandson, with resident insurance

TODAY: Final = "2026-03-10T10:00:00+08:00"
"""When things happen, unless a command says otherwise."""
NOW: Final = datetime(2027, 6, 30, 4, tzinfo=UTC)
"""When things are recorded and asked: later than everything that happens."""


class Desk:
    """One ledger and one store on the same database, with a clock that stands still."""

    def __init__(self, dsn: str, policies: Sequence[Path] = ()) -> None:
        self.dsn = dsn
        self.ledger = Ledger(PostgresLog(dsn), policies, clock=lambda: NOW)
        self.store = Store.open(dsn)
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()
        self.ledger.close()

    def opens(
        self, *accounts: str, region: str = "510104", insurance: str = "employee", fen: int = 0
    ) -> None:
        """Open accounts, each with some money in the current bucket."""
        for account in accounts:
            self.does("open_account", account=account, region=region, insurance=insurance, at=_OPENING)
            if fen:
                self.does("credit", account=account, amount_fen=fen, at=_OPENING)

    def binds(self, binder: str, beneficiary: str, **fields: Any) -> None:
        """Bind a parent's account money, face shown."""
        shown = {"relation": "parent", "authorisation": "face"}
        self.does("bind", **{"binder": binder, "beneficiary": beneficiary} | shown | fields)

    def charges(self, beneficiary: str, amount_fen: int, op: str = "charge", **fields: Any) -> None:
        """A bill, at an outpatient clinic unless told."""
        self.does(op, **{"beneficiary": beneficiary, "amount_fen": amount_fen, "med_type": "11"} | fields)

    def does(self, op: str, **fields: Any) -> Answer:
        """Send a command that is accepted; its result."""
        answer = self.sends(op, **fields)
        assert answer["status"] == "accepted", answer
        result: Answer = answer["result"]
        return result

    def sends(self, op: str, **fields: Any) -> Answer:
        """Send a command; its whole answer."""
        self._sent += 1
        command = {"id": f"r-{self._sent}", "op": op, "at": TODAY}
        if op in ("charge", "hold", "pay_premium", "record"):
            command["settlement"] = f"s-{self._sent}"
        if op == "refund":
            command["refund"] = f"f-{self._sent}"
        (result,) = self.ledger.submit([orjson.dumps(command | fields)])
        answer: Answer = orjson.loads(result.to_json())
        return answer

    def looks(self, question: Callable[[Snapshot], Answer]) -> Answer:
        """Catch up and look: an answer for other parts of the program, as it is."""
        catch_up(self.store)
        with self.store.snapshot() as moment:
            return question(moment)

    def asks(
        self,
        question: Callable[Concatenate[Snapshot, Question], Answer],
        *args: Question.args,
        **kwargs: Question.kwargs,
    ) -> Answer:
        """Catch up and ask; the answer has gone through JSON, as it does on its way out."""
        catch_up(self.store)
        with self.store.snapshot() as moment:
            answer: Answer = orjson.loads(orjson.dumps(question(moment, *args, **kwargs)))
        return answer


_OPENING: Final = "2026-01-05T09:00:00+08:00"


def instant(text: str) -> datetime:
    """An RFC 3339 time as UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def everything(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every read model, sorted, and where each model stands."""
    with psycopg.connect(dsn) as connection:
        tables = {
            table.name: sorted(
                connection.execute(f"SELECT * FROM read_model.{table.name}").fetchall(), key=repr
            )
            for model in MODELS
            for table in model.tables
        }
        return tables | {
            "tracking": sorted(connection.execute("SELECT * FROM read_model.tracking").fetchall())
        }


def log_of(dsn: str) -> Log:
    """Every event, in recorded order."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state"
            " FROM ledger.ledger_events ORDER BY notification_id"
        )
        return [
            Recorded(position, stream, version, decode(topic, state))
            for position, stream, version, topic, state in rows
        ]
