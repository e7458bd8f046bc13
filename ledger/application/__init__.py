"""The shell around the deciders: load, decide, save, retry. One door for single commands and files: `Ledger`."""

from ledger.application.ledger import Ledger
from ledger.application.results import Result

__all__ = ["Ledger", "Result"]
