"""What the database client raises, as one sentence: a server's own words may repeat values and stay out."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ledger.errors import StoreUnavailable


def unreachable() -> StoreUnavailable:
    """The database is not there, or was lost on the way."""
    return StoreUnavailable(
        "the database cannot be reached or was lost; start it, check --dsn or --data, and run it again",
        "数据库无法连接或已断开；请启动数据库，核对 --dsn 或 --data，然后重新运行",
    )


@contextmanager
def in_one_sentence(refused: str, refused_zh: str) -> Iterator[None]:
    """Raises `StoreUnavailable` for whatever the client raises.

    `refused` is what to say when the server turns a statement down, with `{state}` for its SQLSTATE.
    """
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise unreachable() from error
    except psycopg.Error as error:
        state = error.sqlstate or "unknown"
        raise StoreUnavailable(refused.format(state=state), refused_zh.format(state=state)) from error
