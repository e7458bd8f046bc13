"""What can go wrong on the read side; both are leaves of the ledger's own tree (`ledger.errors`)."""

from typing import Final, Literal

from ledger.errors import LedgerError
from ledger.ids import ID_PATTERN

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
        shown = id if ID_PATTERN.fullmatch(id) else ascii(id[:64])
        super().__init__(
            f"there is no {english} {shown}, or not yet at the moment asked for; check the number",
            f"没有{chinese} {shown}，或在所查询的时点尚无记录；请核对编号",
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
