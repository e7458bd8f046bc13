"""What can go wrong on the read side; all are leaves of the ledger's own tree (`ledger.errors`)."""

from collections.abc import Iterable
from typing import Final, Literal

from ledger.errors import LedgerError, StoreUnavailable
from ledger.ids import is_id

Subject = Literal["account", "beneficiary", "settlement"]

_NAMES: Final[dict[Subject, tuple[str, str]]] = {
    "account": ("account", "账户"),
    "beneficiary": ("beneficiary", "使用人"),
    "settlement": ("settlement", "结算"),
}


class NotFound(LedgerError):
    """Nothing of that id had been recorded by the moment asked for.

    `code` is `account_not_found`, `beneficiary_not_found` or `settlement_not_found`.
    """

    def __init__(self, subject: Subject, id: str) -> None:
        english, chinese = _NAMES[subject]
        of_that, of_that_zh = (f"{english} {id}", f"{chinese} {id}") if is_id(id) else (
            f"{english} of that number", f"该编号的{chinese}"
        )  # fmt: skip
        super().__init__(
            f"there is no {of_that}, or not yet at the moment asked for; check the number",
            f"没有{of_that_zh}，或在所查询的时点尚无记录；请核对编号",
        )
        self.code = f"{subject}_not_found"
        self.id = id


class ModelStopped(LedgerError):
    """A read model met an event it cannot apply. It stands before that event; the other models went on."""

    code = "model_stopped"

    def __init__(self, model: str, position: int, topic: str, reason: str) -> None:
        super().__init__(
            f"read model {model} stopped before position {position} ({topic}): {reason}; "
            "its answers are those of the position before",
            f"读模型 {model} 停在位置 {position}（{topic}）之前：{reason}；其答案截至前一位置",
        )
        self.model = model
        self.position = position
        self.topic = topic
        self.reason = reason


class OtherVersion(StoreUnavailable):
    """The database is there, but its log or its read models are for another version of the program."""


class Remade(OtherVersion):
    """The read models were made anew by a program of another version while this one was at work."""

    def __init__(self) -> None:
        super().__init__(
            "the read models in this database belong to a program of another version by now; use that one",
            "该数据库中的读模型已由另一版本的程序重新建立；请使用该版本",
        )


class NotReached(LedgerError):
    """The log, or what an answer needs of the read models, did not get to a position in time."""

    code = "position_not_reached"

    def __init__(self, wanted: int, reached: int, seconds: float) -> None:
        super().__init__(
            f"position {wanted} was not reached within {seconds:g} seconds, the log stands at {reached}; "
            "check the number, or wait longer with --wait-seconds",
            f"{seconds:g} 秒内未到达位置 {wanted}，日志目前位于 {reached}；"
            "请核对该位置，或用 --wait-seconds 延长等待",
        )
        self.wanted = wanted
        self.reached = reached


class UnknownModel(LedgerError):
    """There is no read model of that name."""

    code = "unknown_model"

    def __init__(self, name: str, models: Iterable[str]) -> None:
        shown = name if is_id(name) else "of that name"
        known = ", ".join(models)
        super().__init__(
            f"there is no read model {shown}; there are {known}", f"没有读模型 {shown}；现有：{known}"
        )
        self.name = name


class RebuildRunning(LedgerError):
    """Another program rebuilds read models of this database; one does at a time."""

    code = "rebuild_running"

    def __init__(self) -> None:
        super().__init__(
            "another program is rebuilding read models of this database; wait until it is done",
            "另一程序正在重建该数据库的读模型；请等待其完成",
        )


class RebuildBlocked(LedgerError):
    """Open transactions of others kept a new copy from taking its place. Nothing was changed."""

    code = "rebuild_blocked"

    def __init__(self, seconds: float, sessions: Iterable[int]) -> None:
        pids = ", ".join(map(str, sessions)) or "?"
        super().__init__(
            f"for {seconds:g} seconds some transaction was always open (now of server process {pids}); "
            "nothing was changed: end it and rebuild again",
            f"{seconds:g} 秒内始终有未结束的事务（目前为服务器进程 {pids}）；"
            "未作任何更改：请结束该事务后重新重建",
        )
        self.seconds = seconds


class RebuildHindered(LedgerError):
    """Something that is not ours stands on a table of the read models and would be lost with it."""

    code = "rebuild_hindered"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}; nothing was changed: let it stand on the views of read_model, then rebuild again",
            f"读模型的表上另有依赖对象（{what}）；未作任何更改：请改为依赖 read_model 中的视图后重新重建",
        )


class ReaderNotMade(LedgerError):
    """A role could not be let in as a reader of the views. Nothing changed."""

    code = "reader_not_made"

    def __init__(self, role: str, reason: str, reason_zh: str) -> None:
        shown = ascii(role)
        super().__init__(
            f"role {shown} cannot be made a reader: {reason}", f"无法将角色 {shown} 设为只读角色：{reason_zh}"
        )
        self.role = role
