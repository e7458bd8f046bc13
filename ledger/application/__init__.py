"""The shell around the deciders: load, decide, save, retry. One door for everybody: `Ledger`."""

from ledger.application.ledger import Ledger
from ledger.application.results import Result

__all__ = ["Ledger", "Result"]
