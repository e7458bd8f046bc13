"""How the clerk says no."""

from typing import Any, NoReturn


class No(Exception):
    """A rule said no; `figures` are those that the contract names."""

    def __init__(self, code: str, figures: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


def refuse(code: str, **figures: Any) -> NoReturn:
    raise No(code, figures)
