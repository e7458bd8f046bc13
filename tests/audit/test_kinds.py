"""The kinds of difference: the page tells each, and each can come of something."""

import re
from pathlib import Path

from projections.audit.findings import KINDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "projections" / "audit" / "README.md"


def test_the_page_tells_every_kind_of_difference_and_no_other() -> None:
    told = PAGE.read_text("utf-8").partition("## Kinds of difference")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == sorted(KINDS)


def test_no_kind_is_listed_that_nothing_gives() -> None:
    sources = [
        path.read_text("utf-8")
        for folder in (ROOT / "projections" / "audit", ROOT / "scripts" / "audit")
        for path in folder.rglob("*")
        if path.suffix in (".py", ".sql") and path.name != "findings.py"
    ]
    given = {kind for text in sources for kind in KINDS if re.search(rf"""(['"]){kind}\1""", text)}
    assert given == set(KINDS)
