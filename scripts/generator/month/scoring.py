"""What a matching got right, against the truth of a labelled month."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.reconciliation.matching import Outcome
from scripts.generator.month.build import Month

Rows = tuple[frozenset[str], frozenset[tuple[str, int]]]
"""Ids of ours, file and line of theirs."""


@dataclass(slots=True)
class Score:
    """Counts; the properties are shares from 0 to 1, and 1 where there is nothing to get right.

    A pair is one row of ours and one of theirs in one automatic match. A link is found when exactly its rows
    are matched without a person. A break is right when its class and its rows are; one too many counts as
    wrong.
    """

    pairs: int = 0
    right_pairs: int = 0
    links: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    breaks: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    surplus: Counter[str] = field(default_factory=Counter)
    ambiguous_matched: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of the pairs matched without a person, those that are true."""
        return _share(self.right_pairs, self.pairs)

    def recall(self, shape: str) -> float:
        """Of the true links of a shape, those matched without a person; `1:1 unnumbered` is one."""
        return _share(self.found[shape], self.links[shape])

    @property
    def classes(self) -> float:
        """Of the breaks planted or reported, those with the right class and rows."""
        return _share(self.right.total(), self.breaks.total() + self.surplus.total())


def score(month: Month, outcome: Outcome) -> Score:
    """Compare. What a person would have to confirm counts neither for nor against."""
    result = Score()
    links = _links(month, result)
    mate = {name: rows for _, rows in links for name in rows[0]}
    matched = {
        (frozenset(one.ours), frozenset(map(tuple, one.theirs))) for one in outcome.matches if one.automatic
    }
    for ours, theirs in matched:
        for name in ours:
            true = mate.get(name, (frozenset(), frozenset()))[1] & theirs
            result.pairs += len(theirs)
            result.right_pairs += len(true)
            if len(true) < len(theirs):
                result.wrong.append(f"pair {name} {sorted(theirs - true)}")
    for shape, rows in links:
        if rows in matched:
            result.found[shape] += 1
        elif len(result.wrong) < 200:
            result.wrong.append(f"link {shape} {sorted(rows[0])} {sorted(rows[1])}")
    _breaks(month, outcome, result, {name for ours, _ in matched for name in ours})
    return result


def _links(month: Month, result: Score) -> list[tuple[str, Rows]]:
    links: list[tuple[str, Rows]] = []
    for link in month.links:
        rows = _rows(month, link.ours, link.theirs)
        links.append((link.shape, rows))
        if link.shape == "1:1" and not link.numbered:
            links.append(("1:1 unnumbered", rows))
    result.links.update(shape for shape, _ in links)
    return links


def _breaks(month: Month, outcome: Outcome, result: Score, matched: set[str]) -> None:
    planted = {(one.kind, *_rows(month, one.ours, one.theirs)) for one in month.breaks}
    found = {(one.kind, frozenset(one.ours), frozenset(map(tuple, one.theirs))) for one in outcome.breaks}
    result.breaks.update(kind for kind, *_ in planted)
    result.right.update(kind for kind, *_ in planted & found)
    result.surplus.update(kind for kind, *_ in found - planted)
    result.wrong += [
        f"planted {kind} {sorted(o)} {sorted(t)}" for kind, o, t in sorted(planted - found, key=str)
    ][:200]
    result.wrong += [
        f"reported {kind} {sorted(o)} {sorted(t)}" for kind, o, t in sorted(found - planted, key=str)
    ][:200]
    result.ambiguous_matched = sum(
        1 for kind, ours, _ in planted if kind == "ambiguous" and not ours.isdisjoint(matched)
    )


def _rows(month: Month, ours: Iterable[int], theirs: Iterable[int]) -> Rows:
    return (
        frozenset(month.ours[place].id for place in ours),
        frozenset((month.theirs[place].file, month.theirs[place].line) for place in theirs),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
