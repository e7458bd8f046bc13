"""What goes wrong, as one sentence and an exit status. No traceback ever reaches a user.

Exit statuses: 0 done; 1 a rule said no, or what was asked for does not exist; 2 nothing could be done;
130 and 143 interrupted; 141 nobody reads the output any more.
"""

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

from ledger.errors import LedgerError
from ledger.ids import without_citizen_ids
from ledger.reconciliation.refused import Refused
from ledger.vault.errors import VaultRefused
from projections.errors import (
    ModelStopped,
    NotFound,
    NotReached,
    RebuildBlocked,
    RebuildHindered,
    RebuildRunning,
    UnknownModel,
)
from scripts.cli.texts import choose, printable

NOT_FOUND: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
NOBODY_READS: Final = 141
TERMINATED: Final = 143

_OURS: Final = Path(__file__).resolve().parents[2]


class Usage(LedgerError):
    """An option or argument that cannot be used. Exit status 2."""

    code = "usage"


class Missing(LedgerError):
    """What was asked for does not exist; `code` says what. Exit status 1."""

    def __init__(self, code: str, message: str, message_zh: str) -> None:
        super().__init__(message, message_zh)
        self.code = code


ABSENT: Final = (NotFound, Missing, UnknownModel, VaultRefused, Refused)
"""The errors that mean: there is no such thing, or a rule says no."""

UNANSWERED: Final = (*ABSENT, ModelStopped, NotReached, RebuildBlocked, RebuildHindered, RebuildRunning)
"""The errors that a program is told of as an object with their code."""


class Terminated(BaseException):
    """The process was told to stop: leave as on Ctrl-C, so that an embedded server stops, too."""


def terminate(_signal: int, _frame: FrameType | None) -> None:
    """The handler of SIGTERM and SIGHUP."""
    raise Terminated


def say(sentence: str) -> None:
    """One sentence on standard error, under the program's name; a citizen-ID number in it is blotted out."""
    tell(printable(f"copay: {without_citizen_ids(sentence)}"))


def tell(text: str) -> None:
    """Lines on standard error, even when that is closed or cannot write Chinese."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError):
        print(text.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)


def guarded(lang: str, work: Callable[[], int]) -> int:
    """Run a command; turn whatever it raises into a sentence and an exit status."""
    try:
        status = work()
        sys.stdout.flush()
    except ABSENT as error:
        say(error.text(lang))
        return NOT_FOUND
    except LedgerError as error:
        say(error.text(lang))
        return FAILED
    except BrokenPipeError:
        _silence_output()
        return NOBODY_READS
    except KeyboardInterrupt:
        say(choose(lang, *_INTERRUPTED))
        return INTERRUPTED
    except Terminated:
        say(choose(lang, *_TERMINATED))
        return TERMINATED
    except Exception as error:
        say(_unexpected(error, lang))
        return FAILED
    return status


_INTERRUPTED: Final = (
    "interrupted; what was printed is on record, and running it again does the rest",
    "已中断；已输出的结果均已入账，重新运行即可完成其余部分",
)
_TERMINATED: Final = (
    "told to stop; what was printed is on record, and running it again does the rest",
    "已被终止；已输出的结果均已入账，重新运行即可完成其余部分",
)
_LOST: Final = (
    "the database was lost; see that it runs, then run this again",
    "数据库连接已断开；请检查后重新运行",
)

_MAY_NOT: Final = "42501"
_NO_RIGHT: Final = (
    "the database role may not do this; scripts/README.md says which role each command works with",
    "该数据库角色无权执行此操作；各命令所需角色见 scripts/README.md",
)


def _silence_output() -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _unexpected(error: Exception, lang: str) -> str:
    if _lost_database(error):
        return choose(lang, *_LOST)
    if getattr(error, "sqlstate", None) == _MAY_NOT:
        return choose(lang, *_NO_RIGHT)
    if isinstance(error, OSError) and error.strerror:
        return choose(lang, f"the system says: {error.strerror}", f"操作系统报错：{error.strerror}")
    code = _code(error)
    return choose(
        lang,
        f"internal error {code}; please report this code and the command, it holds none of your data",
        f"内部错误 {code}；请把此编号和所用命令报告给维护人员，编号中不含任何业务数据",
    )


def _lost_database(error: Exception) -> bool:
    """Whether a database library's own error got this far; without such a library it cannot be one."""
    libraries = (sys.modules.get(name) for name in ("psycopg", "eventsourcing.persistence"))
    kinds = [
        kind
        for library in libraries
        if library
        for kind in (library.OperationalError, library.InterfaceError)
    ]
    return isinstance(error, tuple(kinds))


def _code(error: Exception) -> str:
    """`KeyError@projections/store.py:80`: the innermost place in our code.

    Never the message of the error: it may hold data.
    """
    place = "unknown"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_OURS) and "site-packages" not in path.parts:
            place = f"{path.relative_to(_OURS)}:{frame.lineno}"
    return f"{type(error).__name__}@{place}"
