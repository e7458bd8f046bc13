"""PostgreSQL, as the read models see it. All SQL of this side stands in `sql/`; start at `connection`."""

from projections.store.connection import Store
from projections.store.snapshot import Snapshot

__all__ = ["Snapshot", "Store"]
