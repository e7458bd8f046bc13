"""Every refusal has a sentence in English and in Chinese, with all its figures in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.refusals import CODES, Refusal, wording

LEDGER = Path(__file__).parents[2] / "ledger"

# Contract sections 2 to 6 and 9: every code that a command can be rejected with.
CONTRACT = set(
    re.findall(
        r"\w+",
        """
    request_conflict in_the_future account_exists account_not_found account_closed
    no_personal_account balance_out_of_range year_already_closed year_not_over unsettled_holds
    not_in_suspense request_not_found already_reviewed self_review not_bound out_of_order
    too_soon_to_unbind not_a_permutation quota_not_offered quota_exceeds_available no_quota
    self_binding binder_not_found beneficiary_not_found binder_not_active beneficiary_not_active
    no_policy relation_not_eligible out_of_scope authorisation_required already_bound
    rebind_too_soon too_many_binders too_many_members too_many_binds_this_month quota_required
    actor_required settlement_released settlement_conflict insufficient_funds settlement_not_found
    not_held scheme_not_offered refund_conflict not_settled over_refund
    correction_not_open
        """,
    )
)


class Written:
    """One `Refusal(code, figures)` in the source: where, its code, and the names of its figures."""

    def __init__(self, path: Path, call: ast.Call, dicts: dict[str, ast.Dict]) -> None:
        code, *figures = call.args
        assert isinstance(code, ast.Constant), f"{path.name}:{call.lineno}: the code is not written out"
        self.where = f"{path.name}:{call.lineno}"
        self.code = str(code.value)
        self.figures = set(names_in(figures[0], dicts)) if figures else set()


def names_in(figures: ast.expr, dicts: dict[str, ast.Dict]) -> Iterator[str]:
    assert isinstance(figures, ast.Dict), ast.unparse(figures)
    for key, value in zip(figures.keys, figures.values, strict=True):
        if key is None:  # `**regions`: the names stand where `regions` is made
            assert isinstance(value, ast.Name)
            yield from names_in(dicts[value.id], dicts)
        else:
            assert isinstance(key, ast.Constant)
            yield str(key.value)


def refusals_in(path: Path) -> Iterator[Written]:
    tree = ast.parse(path.read_text("utf-8"))
    dicts = {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Dict)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
            yield Written(path, node, dicts)


REFUSALS = [written for path in sorted(LEDGER.rglob("*.py")) for written in refusals_in(path)]


def sample(name: str) -> object:
    """A value that a figure of this name may have."""
    return (
        1234567 if name.endswith("_fen") else ["face", "WEI"] if name in ("needed", "binders") else "closed"
    )


def test_the_ledger_knows_the_codes_of_the_contract_and_no_others() -> None:
    assert CONTRACT == CODES
    assert {written.code for written in REFUSALS} == CODES


@pytest.mark.parametrize("written", REFUSALS, ids=lambda written: f"{written.code} in {written.where}")
def test_a_refusal_fills_every_place_of_its_sentence(written: Written) -> None:
    refusal = Refusal(written.code, {name: sample(name) for name in written.figures})
    for lang in ("en", "zh"):
        assert refusal.text(lang)
        assert "?" not in refusal.text(lang)
        assert "{" not in refusal.text(lang)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_sentence_is_english_or_chinese(code: str) -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    assert not chinese.search(wording(code, {}, "en"))
    assert chinese.search(wording(code, {}, "zh"))


def test_a_code_names_the_same_figures_wherever_it_is_given() -> None:
    by_code: dict[str, list[set[str]]] = {}
    for written in REFUSALS:
        by_code.setdefault(written.code, []).append(written.figures)
    assert not {code: named for code, named in by_code.items() if named[1:] != named[:-1]}


def test_people_read_yuan_and_lists() -> None:
    funds = Refusal("insufficient_funds", {"needed_fen": 1234567, "available_fen": 5})
    assert funds.text() == "12,345.67 yuan are needed, 0.05 yuan are there"
    assert funds.text("zh") == "需要 12,345.67 元，可用 0.05 元"
    needed = Refusal("authorisation_required", {"given": "face", "needed": ["birth_certificate", "face"]})
    assert needed.text().endswith("birth_certificate, face")
