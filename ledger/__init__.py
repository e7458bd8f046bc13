"""The ledger: what may happen to a family's account money, and what did."""
