"""The desk of the read models and the program, for what goes through everything."""

from tests.projections.conftest import desk
from tests.scripts.conftest import copay

__all__ = ["copay", "desk"]
