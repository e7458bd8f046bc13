"""The page `tests/README.md` and the tests say the same: every rule and case has its line, every link its
test."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS / "README.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\[([^\]]+)\]\(([a-z_/]+\.py)\)", PAGE)
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]


def name_of(sentence: str) -> str:
    """The name of the test that a sentence stands for."""
    return "test_" + re.sub(r"[^a-z0-9]+", "_", sentence.lower())


def names_in(file: str) -> set[str]:
    """The names of a file's tests, those of worked cases without their number."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {re.sub(r"^test_(beside_)?case_\d\d_", "test_", name) for name in names}


@pytest.mark.parametrize(("sentence", "file"), sorted(set(LINKS)))
def test_every_test_the_page_names_exists(sentence: str, file: str) -> None:
    assert name_of(sentence) in names_in(file)


def test_every_rule_and_every_case_has_its_line_in_order() -> None:
    first = [row[0].removeprefix("| ").strip() for row in ROWS]
    rules = [f"S-{n:02d}" for n in range(1, 39)] + [f"N-{n:02d}" for n in range(1, 13)]
    assert [cell for cell in first if re.fullmatch(r"[SN]-\d\d", cell)] == rules
    assert [cell for cell in first if cell.isdigit()] == [str(n) for n in range(1, 68)]


def test_every_worked_case_with_a_test_names_it() -> None:
    """A test named after a case stands in that case's line, and a case without a test says why."""
    numbered = re.compile(r"^def test_case_(\d\d)_(\w+)\(", re.MULTILINE)
    told: dict[int, set[str]] = {}
    for file in sorted((TESTS / "cases").glob("test_*.py")):
        for number, name in numbered.findall(file.read_text(encoding="utf-8")):
            told.setdefault(int(number), set()).add(f"test_{name}")
    for row in ROWS:
        if row[0].removeprefix("| ").isdigit():
            links = {name_of(text) for text, _ in re.findall(r"\[([^\]]+)\]\(([a-z_/]+\.py)\)", row[2])}
            assert told.get(int(row[0].removeprefix("| ")), set()) <= links, row[0]
            assert links or row[2].startswith(("not in the contract", "reconciliation")), row[0]
