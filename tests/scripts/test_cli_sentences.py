"""Every reason why somebody paid or did not, as a sentence in both languages."""

from typing import Any, get_args

import pytest

from ledger.events.settlement import BoundBy, Unasked
from scripts.commands import sentences

BILL: dict[str, Any] = {
    "class": "inpatient",
    "policy": "national-2024",
    "beneficiary": "LIN",
    "cash_fen": 0,
    "self_paid_fen": 0,
    "review": False,
    "med_type": "21",
}
# Who is suspended never pays; everything else limits some who pay and stops others.
ANSWERS = [(reason, 0) for reason in get_args(BoundBy)]
ANSWERS += [(reason, 500_000) for reason in get_args(BoundBy) if reason != "suspended"]


def source(bound_by: str, taken_fen: int, asked: bool = True) -> dict[str, Any]:
    available = 30_000 if asked else None
    return {
        "payer": "MEI", "rank": 1, "asked": asked, "bound_by": bound_by, "taken_fen": taken_fen,
        "available_fen": available,
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("reason", "taken_fen"), ANSWERS)
def test_every_limit_has_a_sentence_that_names_the_payer(reason: str, taken_fen: int, lang: str) -> None:
    said = sentences.of_source(source(reason, taken_fen), BILL, lang)
    assert said.startswith("MEI")
    assert ("5,000.00" in said) == bool(taken_fen)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("reason", get_args(Unasked))
def test_everyone_who_was_not_asked_gets_a_reason(reason: str, lang: str) -> None:
    said = sentences.of_source(source(reason, 0, asked=False), BILL, lang)
    assert said.startswith("MEI")
    assert ("was not asked" if lang == "en" else "未被要求") in said


def test_the_own_account_is_called_so() -> None:
    own = {**source("amount", 100), "payer": "LIN", "rank": 0}
    assert sentences.of_source(own, BILL, "en").startswith("LIN (own account) paid 1.00")
    assert sentences.of_source(own, BILL, "zh").startswith("LIN（本人账户）支付 1.00 元")


def test_cash_that_nobody_could_share_is_told_from_cash_for_want_of_money() -> None:
    nothing_left = sentences.of_the_rest({**BILL, "cash_fen": 0}, "en")
    self_paid = sentences.of_the_rest({**BILL, "cash_fen": 2000, "self_paid_fen": 2000}, "en")
    both = sentences.of_the_rest({**BILL, "cash_fen": 5000, "self_paid_fen": 2000}, "en")
    assert nothing_left == ["Nothing is left to pay in cash"]
    assert self_paid == ["20.00 are left to pay in cash: fully self-paid items, which binders never pay"]
    assert both == [
        "50.00 are left to pay in cash: no source was left that may pay more",
        "20.00 of the bill are fully self-paid items, which binders never pay",
    ]


def test_an_unknown_medical_type_is_pointed_out() -> None:
    said = sentences.of_the_rest({**BILL, "cash_fen": 100, "review": True, "med_type": "999"}, "zh")
    assert said[-1] == "医疗类别 999 不在目录中：人工核实前只能现金支付"


def test_a_refund_says_who_got_what_back() -> None:
    refund = {
        "refund": "R1", "amount_fen": 5000, "cash_fen": 2000, "refundable_fen": 100,
        "restored": [{"payer": "WEI", "bucket": "current", "amount_fen": 3000}],
    }  # fmt: skip
    said = sentences.of_refund(refund, "en")
    assert said == "Refund R1 gave 50.00 back (cash 20.00, WEI 30.00); 1.00 could still be refunded"
