"""Commands: what may be asked of the ledger (contract sections 1 to 3). `models` first, then `parsing`."""
