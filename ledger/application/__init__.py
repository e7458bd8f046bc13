"""The shell around the deciders: load, decide, save, retry. One door for everybody: `Ledger`."""

from ledger.application.group_commit import GroupCommit
from ledger.application.ledger import Ledger
from ledger.application.results import Result

__all__ = ["GroupCommit", "Ledger", "Result"]
