"""Measures the ledger beside the stock library, COPY and pgbench: the parts of `scripts/benchmark`."""
