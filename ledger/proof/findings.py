"""What a verification finds wrong: which kind, at which positions, and one sentence about it."""

from typing import NamedTuple

from ledger.errors import LedgerError
from ledger.proof.errors import LogBroken


class Finding(NamedTuple):
    """Something wrong at `position`, or somewhere from there to `upto` where only that much is known.

    Position 0: no place in the log, but a checkpoint or a read model.
    """

    kind: str
    position: int
    upto: int
    message: str
    message_zh: str

    def text(self, lang: str) -> str:
        """The sentence in a language: `zh`, else English."""
        return self.message_zh if lang == "zh" else self.message


def changed(position: int, parts: str) -> Finding:
    """The event is not the one that was signed; `parts` names which of its parts, where that is known."""
    return Finding(
        "changed",
        position,
        position,
        f"the event at position {position} is not the one that was signed{parts and f': its {parts} differ'}",
        f"位置 {position} 的事件与已签署的不符{parts and f'（{parts}）'}",
    )


def removed(position: int) -> Finding:
    """An event was taken out, and what follows moved up."""
    return Finding(
        "removed",
        position,
        position,
        f"the event signed at position {position} was taken out, and the one after it moved up",
        f"位置 {position} 已签署的事件被删除，其后的事件前移",
    )


def inserted(position: int) -> Finding:
    """An event was put in, and what follows moved down."""
    return Finding(
        "inserted",
        position,
        position,
        f"an event was put in at position {position}, and the one signed there moved down",
        f"位置 {position} 处插入了事件，原已签署的事件后移",
    )


def swapped(position: int) -> Finding:
    """Two neighbours changed places."""
    return Finding(
        "swapped",
        position,
        position + 1,
        f"the events at positions {position} and {position + 1} have changed places",
        f"位置 {position} 与 {position + 1} 的事件互换了位置",
    )


def between(position: int, upto: int, place: str) -> Finding:
    """The root is not the signed one; without tiles kept outside no more can be known."""
    return Finding(
        "changed",
        position,
        upto,
        f"somewhere in positions {position} to {upto} the log is not what {place} signed; "
        "tiles kept outside would name the place",
        f"位置 {position} 至 {upto} 之间的日志与 {place} 所签署的不符；若有库外数据块，可查明具体位置",
    )


def cut(position: int, end: int, upto: int, place: str) -> Finding:
    """The log ends at `end`, before what was signed of it; from `position` on it may be another, too."""
    return Finding(
        "cut",
        position,
        upto,
        f"the log ends at position {end}, and {place} signed {upto} events: it was cut or rolled back",
        f"日志止于位置 {end}，而 {place} 签署了 {upto} 个事件：日志被截断或回退",
    )


def broken(error: LogBroken) -> Finding:
    """A position is missing, or there again."""
    kind = "repeated" if error.again else "missing"
    return Finding(kind, error.position, error.position, error.text("en"), error.text("zh"))


def forked(size: int, one: str, other: str) -> Finding:
    """Two checkpoints cannot be of one log."""
    return Finding(
        "forked",
        size,
        size,
        f"{one} and {other} are of two different logs, though one key signed both: the log was forked",
        f"{one} 与 {other} 属于两个不同的日志，却由同一密钥签署：日志被分叉",
    )


def stored_tree(position: int, upto: int) -> Finding:
    """A node of the tree in the database is not what the events give; no checkpoint tells which is wrong."""
    return Finding(
        "stored_tree",
        position,
        upto,
        f"the stored tree and the events do not agree over positions {position} to {upto}: one was changed",
        f"库内存储的树与事件在位置 {position} 至 {upto} 之上不一致：其中之一被改动",
    )


def old_checkpoint(size: int, place: str, newest: int, other: str) -> Finding:
    """What is shown as the newest checkpoint is not."""
    return Finding(
        "old_checkpoint",
        size,
        newest,
        f"{place} shows {size} events as the newest, though {other} signed {newest}: an old one was put back",
        f"{place} 以 {size} 个事件为最新，而 {other} 已签署 {newest} 个：有人放回了旧检查点",
    )


def overdue(position: int, end: int, seconds: int) -> Finding:
    """Events have been outside every checkpoint for too long."""
    return Finding(
        "overdue",
        position,
        end,
        f"positions {position} to {end} are under no checkpoint, the first for {seconds} seconds: "
        "signing stopped, or newer checkpoints are kept back",
        f"位置 {position} 至 {end} 不在任何检查点之内，已达 {seconds} 秒：签署已停止，或新检查点被隐瞒",
    )


def not_signed(place: str, error: LedgerError) -> Finding:
    """A checkpoint's signature does not hold, or it is not of this log."""
    return Finding("not_signed", 0, 0, f"{place}: {error.text('en')}", f"{place}：{error.text('zh')}")


def read_model(name: str, position: int) -> Finding:
    """A read model's rows are not those whose digest was signed."""
    return Finding(
        "read_model",
        0,
        position,
        f"the rows of read model {name} up to position {position} are not those that were signed; "
        "copay replay names them, copay rebuild makes them anew",
        f"读模型 {name} 截至位置 {position} 的行与已签署的不符；copay replay 列出差异，copay rebuild 重建",
    )
