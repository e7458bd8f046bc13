"""The stored format: every event the ledger has ever recorded, and its bytes. Stored names are for ever."""
