"""Changing what must not change: a superuser's connection on which the log's triggers are silent."""

from typing import Any

import psycopg


def tampering(dsn: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A connection that may update and delete events, as no program of ours ever does."""
    return psycopg.connect(dsn, autocommit=autocommit, options="-c session_replication_role=replica")
