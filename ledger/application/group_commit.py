"""Many callers, one writer: what waits is decided and saved together, and each caller gets its own answer.

A durable write costs the same for one command as for hundreds. While one group is being saved, the next is
collected and decided; a caller's answer comes after its group is durable, never before.
"""

import queue
import threading
from concurrent.futures import Future
from typing import Final, NamedTuple, Self

from ledger.application.ledger import Ledger
from ledger.application.pipeline import Pipeline
from ledger.application.results import Result
from ledger.commands.models import AnyCommand
from ledger.commands.parsing import parse
from ledger.errors import LedgerError, Malformed, Overloaded, StoreUnavailable

CAPACITY: Final = 10_000
"""How many commands may wait before a caller is turned away."""

_GROUP: Final = 500


class _Waiting(NamedTuple):
    command: AnyCommand | Malformed
    answer: "Future[Result]"


class GroupCommit:
    """Takes commands from any number of threads (or an event loop) and answers each after its commit.

    Close it, or leave its `with`, to answer everybody who still waits. The ledger stays open.
    """

    def __init__(self, ledger: Ledger, capacity: int = CAPACITY) -> None:
        self._ledger = ledger
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue(capacity)
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, command: AnyCommand | bytes) -> "Future[Result]":
        """Hand in a command, or its line. The future ends after the commit; `asyncio.wrap_future` awaits it.

        It ends with `StoreUnavailable` when the database was lost: send the command again, under the same id.
        Raises `Overloaded` at once when too many wait, or when this is closed: nothing was taken then.
        """
        answer: Future[Result] = Future()
        answer.set_running_or_notify_cancel()  # a command that was handed in is not taken back
        parsed: AnyCommand | Malformed
        try:
            parsed = parse(command) if isinstance(command, bytes) else command
        except Malformed as fault:
            parsed = fault
        try:
            with self._door:
                if self._closed:
                    raise Overloaded("the ledger is being closed; nothing was taken", "账本正在关闭；未受理")
                self._waiting.put_nowait(_Waiting(parsed, answer))
        except queue.Full:
            raise Overloaded(
                f"{self._waiting.maxsize} commands are waiting; nothing was taken, send it again in a moment",
                f"已有 {self._waiting.maxsize} 条指令在等待；未受理，请稍后重试",
            ) from None
        return answer

    def close(self) -> None:
        """Answer everybody who waits, then stop."""
        with self._door:
            first, self._closed = not self._closed, True
        if first:
            self._waiting.put(None)  # behind everybody who got in
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _work(self) -> None:
        saving: list[_Waiting] = []
        with Pipeline(self._ledger) as pipeline:
            while (group := self._collect(block=not saving)) is not None:
                saving = self._advance(pipeline, group, saving)
            self._advance(pipeline, [], saving)

    def _collect(self, *, block: bool) -> list[_Waiting] | None:
        """Whoever waits now, at most a group; nobody when there is one to finish first; none at the end."""
        group: list[_Waiting] = []
        while len(group) < _GROUP:
            try:
                waiting = self._waiting.get(block=block and not group)
            except queue.Empty:
                break
            if waiting is None:
                if not group:
                    return None
                self._waiting.put(None)  # for the next round
                break
            group.append(waiting)
        return group

    def _advance(self, pipeline: Pipeline, group: list[_Waiting], saving: list[_Waiting]) -> list[_Waiting]:
        """Start a group, or wait for the one being saved, and tell that one; what is being saved now."""
        try:
            commands = [waiting.command for waiting in group]
            answers = pipeline.push(commands, 1) if group else pipeline.settle()
        except Exception as error:  # whatever it was, nobody is left waiting
            pipeline.drop()
            lost = error if isinstance(error, LedgerError) else _lost()
            for waiting in (*saving, *group):
                waiting.answer.set_exception(lost)
            return []
        for waiting, result in zip(saving, answers, strict=True):
            waiting.answer.set_result(result)
        return group


def _lost() -> StoreUnavailable:
    return StoreUnavailable(
        "the writer failed; send the command again under the same id", "写入失败；请用相同请求号重新提交"
    )
