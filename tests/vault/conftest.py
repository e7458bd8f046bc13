"""What the vault's tests may use: the program, called inside the process, as the program's own tests do."""

from tests.scripts.conftest import copay

__all__ = ["copay"]
