"""Replay by a second way: balances, quotas, holds, limits, orders and totals from the log's bytes alone.

No event class, aggregate, policy, read model or query of this project is used here. The log is typed into
columns and folded by SQL in DuckDB; what comes out is held against what the others say. Start at `replay`.
"""
