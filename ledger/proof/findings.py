"""What a verification finds wrong: which kind, at which positions, and one sentence about it."""

from typing import Final, NamedTuple

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


_SAID: Final[dict[str, tuple[str, str]]] = {
    "changed": (
        "the event at position {position} is not the one that was signed{parts_en}",
        "位置 {position} 的事件与已签署的不符{parts_zh}",
    ),
    "removed": (
        "the event signed at position {position} was taken out, and the one after it moved up",
        "位置 {position} 已签署的事件被删除，其后的事件前移",
    ),
    "inserted": (
        "an event was put in at position {position}, and the one signed there moved down",
        "位置 {position} 处插入了事件，原已签署的事件后移",
    ),
    "swapped": (
        "the events at positions {position} and {upto} have changed places",
        "位置 {position} 与 {upto} 的事件互换了位置",
    ),
    "between": (
        (
            "somewhere in positions {position} to {upto} the log is not what {place} signed; "
            "tiles kept outside would name the place"
        ),
        "位置 {position} 至 {upto} 之间的日志与 {place} 所签署的不符；若有库外数据块，可查明具体位置",
    ),
    "cut": (
        "the log ends at position {end}, and {place} signed {upto} events: it was cut or rolled back",
        "日志止于位置 {end}，而 {place} 签署了 {upto} 个事件：日志被截断或回退",
    ),
    "forked": (
        "{place} and {other} are of two different logs, though one key signed both: the log was forked",
        "{place} 与 {other} 属于两个不同的日志，却由同一密钥签署：日志被分叉",
    ),
    "stored_tree": (
        "the stored tree and the events do not agree over positions {position} to {upto}: one was changed",
        "库内存储的树与事件在位置 {position} 至 {upto} 之上不一致：其中之一被改动",
    ),
    "old_checkpoint": (
        (
            "{place} shows {position} events as the newest, though {other} signed {upto}: "
            "an old one was put back, or this is an old copy"
        ),
        "{place} 以 {position} 个事件为最新，而 {other} 已签署 {upto} 个：有人放回了旧检查点，或此为旧副本",
    ),
    "overdue": (
        (
            "positions {position} to {upto} are under no checkpoint, the first for {seconds} seconds: "
            "signing stopped, or newer checkpoints are kept back"
        ),
        "位置 {position} 至 {upto} 不在任何检查点之内，已达 {seconds} 秒：签署已停止，或新检查点被隐瞒",
    ),
    "read_model": (
        (
            "the rows of read model {place} up to position {upto} are not those that were signed; "
            "copay replay names them, copay rebuild makes them anew"
        ),
        "读模型 {place} 截至位置 {upto} 的行与已签署的不符；copay replay 列出差异，copay rebuild 重建",
    ),
    "checkpoint_event": (
        "the checkpoint event at position {position} does not say what was signed: it was changed or made up",
        "位置 {position} 的检查点事件与其签署内容不符：被改动或系伪造",
    ),
    "not_in_log": (
        (
            "{place} was signed over {size} events, and no event of the log says so: it was taken out, "
            "or copay checkpoint was stopped before it wrote it"
        ),
        "{place} 签署了 {size} 个事件，而日志中没有相应事件：被删除，或 copay checkpoint 写入前即中止",
    ),
}


def changed(position: int, parts: str) -> Finding:
    """The event is not the one that was signed; `parts` names which of its parts, where that is known."""
    english, chinese = parts and f": its {parts} differ", parts and f"（{parts}）"
    return _finding("changed", position, parts_en=english, parts_zh=chinese)


def removed(position: int) -> Finding:
    """An event was taken out, and what follows moved up."""
    return _finding("removed", position)


def inserted(position: int) -> Finding:
    """An event was put in, and what follows moved down."""
    return _finding("inserted", position)


def swapped(position: int) -> Finding:
    """Two neighbours changed places."""
    return _finding("swapped", position, position + 1)


def between(position: int, upto: int, place: str) -> Finding:
    """The root is not the signed one; without tiles kept outside no more can be known."""
    return _finding("between", position, upto, place=place)._replace(kind="changed")


def cut(position: int, end: int, upto: int, place: str) -> Finding:
    """The log ends at `end`, before what was signed of it; from `position` on it may be another, too."""
    return _finding("cut", position, upto, end=end, place=place)


def broken(error: LogBroken) -> Finding:
    """A position is missing, or there again."""
    kind = "repeated" if error.again else "missing"
    return Finding(kind, error.position, error.position, error.text("en"), error.text("zh"))


def forked(size: int, one: str, other: str) -> Finding:
    """Two checkpoints cannot be of one log."""
    return _finding("forked", size, place=one, other=other)


def stored_tree(position: int, upto: int) -> Finding:
    """A node of the tree in the database is not what the events give; no checkpoint tells which is wrong."""
    return _finding("stored_tree", position, upto)


def old_checkpoint(size: int, place: str, newest: int, other: str) -> Finding:
    """What is shown as the newest checkpoint is not."""
    return _finding("old_checkpoint", size, newest, place=place, other=other)


def overdue(position: int, end: int, seconds: int) -> Finding:
    """Events have been outside every checkpoint for too long."""
    return _finding("overdue", position, end, seconds=seconds)


def not_signed(place: str, error: LedgerError) -> Finding:
    """A checkpoint's signature does not hold, or it is not of this log."""
    return Finding("not_signed", 0, 0, f"{place}: {error.text('en')}", f"{place}：{error.text('zh')}")


def read_model(name: str, position: int) -> Finding:
    """A read model's rows are not those whose digest was signed."""
    return _finding("read_model", 0, position, place=name)


def checkpoint_event(position: int) -> Finding:
    """A checkpoint event whose words are not those of a checkpoint that the log's key signed before it."""
    return _finding("checkpoint_event", position)


def not_in_log(size: int, place: str) -> Finding:
    """A checkpoint kept outside that no event of the log speaks of, though it would stand after `size`."""
    return _finding("not_in_log", size + 1, size=size, place=place)


def _finding(kind: str, position: int, upto: int | None = None, **figures: object) -> Finding:
    """One at a position, or from there to `upto`, in the words above."""
    last = position if upto is None else upto
    said = (text.format(position=position, upto=last, **figures) for text in _SAID[kind])
    return Finding(kind, position, last, *said)
