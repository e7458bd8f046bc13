"""Why a source paid what it paid: one sentence for each, in English and Chinese.

Templates are keyed by `bound_by` (what limited the source) and by whether it paid anything. Amounts in yuan.
"""

from collections.abc import Mapping
from typing import Any, Final

from ledger.money import yuan
from scripts.cli.texts import choose, word

Both = tuple[str, str]
"""English and Chinese."""

_PAID: Final[dict[str, Both]] = {
    "amount": (
        "{who} paid {taken}: all that was still needed, out of {available} available",
        "{who}支付 {taken} 元：付清当时所需，可用余额 {available} 元",
    ),
    "balance": (
        "{who} paid {taken}: all the money that could be used here",
        "{who}支付 {taken} 元：可动用的资金已全部用完",
    ),
    "quota": (
        "{who} paid {taken}: all that was left of the quota set aside for this person",
        "{who}支付 {taken} 元：为该使用人划出的共济额度已全部用完",
    ),
    "per_leg_cap": (
        "{who} paid {taken}: the policy allows a payer no more at once, though {available} were available",
        "{who}支付 {taken} 元：政策规定单笔上限，可用余额为 {available} 元",
    ),
    "limit": (
        "{who} paid {taken}: all that its own yearly limit left, though {available} were available",
        "{who}支付 {taken} 元：本人所设年度限额只剩这些，可用余额为 {available} 元",
    ),
    "yearly_cap": (
        "{who} paid {taken}: all that the policy's yearly cap left, though {available} were available",
        "{who}支付 {taken} 元：政策规定的年度上限只剩这些，可用余额为 {available} 元",
    ),
    "recorded": (
        "{who} paid {taken}, as it was told; {available} were available here",
        "{who}支付 {taken} 元（按外部结果记录），本账本可用余额 {available} 元",
    ),
    "suspended": (
        "{who} paid {taken}, as it was told, though its account is not active",
        "{who}支付 {taken} 元（按外部结果记录），但其账户状态不正常",
    ),
}
_PAID_NOTHING: Final[dict[str, Both]] = {
    "amount": ("{who} paid nothing: nothing was needed any more", "{who}未支付：已无需支付"),
    "balance": (
        "{who} paid nothing: it had no money that could be used here",
        "{who}未支付：没有可动用的资金",
    ),
    "quota": (
        "{who} paid nothing: its quota for this person is used up",
        "{who}未支付：为该使用人划出的共济额度已用完",
    ),
    "per_leg_cap": (
        "{who} paid nothing: the policy lets no payer pay anything",
        "{who}未支付：政策规定单笔上限为零",
    ),
    "limit": (
        "{who} paid nothing: its own yearly limit is used up, though {available} were available",
        "{who}未支付：本人所设年度限额已用完，可用余额为 {available} 元",
    ),
    "yearly_cap": (
        "{who} paid nothing: the policy's yearly cap is used up, though {available} were available",
        "{who}未支付：政策规定的年度上限已用完，可用余额为 {available} 元",
    ),
    "recorded": (
        "{who} paid nothing, as it was told; {available} were available here",
        "{who}未支付（按外部结果记录），本账本可用余额 {available} 元",
    ),
    "suspended": (
        "{who} paid nothing: its account is not active, so its money is not touched",
        "{who}未支付：账户状态不正常，不动用其资金",
    ),
}
_NOT_ASKED: Final[dict[str, Both]] = {
    "class": (
        "{who} was not asked: policy {policy} does not let it pay bills of class {class}",
        "{who}未被要求支付：政策 {policy} 不允许其支付{class}费用",
    ),
    "sources": (
        "{who} was not asked: the bill did not allow this source",
        "{who}未被要求支付：该笔费用未选用此来源",
    ),
    "suspended": (
        "{who} was not asked: the status of {beneficiary} was not active, so nobody's money is shared",
        "{who}未被要求支付：使用人 {beneficiary} 状态不正常，不得共济",
    ),
    "self_paid": (
        "{who} was not asked: nothing but fully self-paid items was left, and shared money never pays those",
        "{who}未被要求支付：只剩全自费部分，共济资金不予支付",
    ),
    "covered": ("{who} was not asked: nothing was left to pay", "{who}未被要求支付：已付清"),
    "no_account": (
        "{who} was not asked: resident insurance has no account money",
        "{who}未被要求支付：居民医保没有个人账户资金",
    ),
}
_ELSEWHERE: Final[Both] = (
    "This settlement was decided elsewhere and recorded as it was told: nothing was allocated here",
    "该结算由外部决定，按其结果如实记录，本账本未作分摊",
)
_EXCEPTIONS: Final[dict[str, Both]] = {
    "not_bound": ("A payer was not bound to {beneficiary} then", "有付款人当时未与使用人 {beneficiary} 绑定"),
    "below_zero": ("More was taken from a payer than it had there", "从付款人扣取的金额超过其可用资金"),
    "over_limit": ("More was taken than a quota, limit or cap left", "扣取的金额超过额度、限额或上限的剩余"),
    "out_of_class": (
        "Money paid for what it may not pay for under policy {policy}",
        "按政策 {policy}，所用资金不得支付该类费用",
    ),
    "other_order": (
        "In this ledger's debit order other money would have paid",
        "按本账本的扣款顺序，应由其他资金支付",
    ),
}
_NO_CASH: Final[Both] = ("Nothing is left to pay in cash", "无需现金支付")
_CASH: Final[Both] = (
    "{cash} are left to pay in cash: no source was left that may pay more",
    "其余 {cash} 元由现金支付：没有其他来源可以再支付",
)
_CASH_AS_TOLD: Final[Both] = (
    "{cash} were paid in cash, as it was told",
    "现金支付 {cash} 元（按外部结果记录）",
)
_SELF_PAID_CASH: Final[Both] = (
    "{cash} are left to pay in cash: fully self-paid items, which binders never pay",
    "其余 {cash} 元由现金支付：属于全自费，绑定人不予支付",
)
_SELF_PAID: Final[Both] = (
    "{self_paid} of the bill are fully self-paid items, which binders never pay",
    "费用中 {self_paid} 元为全自费，绑定人不予支付",
)
_REVIEW: Final[Both] = (
    "Medical type {med_type} is in no table: nothing but cash pays it until a person has looked at it",
    "医疗类别 {med_type} 不在目录中：人工核实前只能现金支付",
)


def of_source(source: Mapping[str, Any], answer: Mapping[str, Any], lang: str) -> str:
    """Whose money was taken, and why so much: one sentence."""
    paid = _PAID if source["taken_fen"] > 0 else _PAID_NOTHING
    templates = paid if source["asked"] else _NOT_ASKED
    return choose(lang, *templates[source["bound_by"]]).format_map(
        {
            "who": _who(source, lang),
            "taken": yuan(source["taken_fen"]),
            "available": yuan(source["available_fen"] or 0),
            "class": word("class", answer["class"], lang),
            "policy": answer["policy"],
            "beneficiary": answer["beneficiary"],
        }
    )


def of_the_rest(answer: Mapping[str, Any], lang: str) -> list[str]:
    """What stays cash, and what no shared money could have paid."""
    chosen = [_reason_of_cash(answer["cash_fen"], answer["self_paid_fen"] or 0)]
    if answer.get("op") == "record" and answer["cash_fen"]:
        chosen = [_CASH_AS_TOLD]
    if answer["cash_fen"] > (answer["self_paid_fen"] or 0) > 0:
        chosen.append(_SELF_PAID)
    if answer["review"]:
        chosen.append(_REVIEW)
    figures = {
        "cash": yuan(answer["cash_fen"]),
        "self_paid": yuan(answer["self_paid_fen"] or 0),
        "med_type": answer["med_type"],
    }
    return [choose(lang, *both).format_map(figures) for both in chosen]


def _reason_of_cash(cash_fen: int, self_paid_fen: int) -> Both:
    if cash_fen == 0:
        return _NO_CASH
    return _SELF_PAID_CASH if cash_fen <= self_paid_fen else _CASH


def of_elsewhere(answer: Mapping[str, Any], lang: str) -> list[str]:
    """Of a bill decided elsewhere: that it was, and each rule of this ledger that says otherwise."""
    if answer.get("op") != "record":
        return []
    chosen = [_ELSEWHERE, *(_EXCEPTIONS[code] for code in answer["exceptions"])]
    return [choose(lang, *both).format_map(answer) for both in chosen]


def of_refund(refund: Mapping[str, Any], lang: str) -> str:
    """Where the money of one refund went."""
    zh = lang == "zh"
    parts = [f"{back['payer']} {yuan(back['amount_fen'])}" for back in refund["restored"]]
    if refund["cash_fen"]:
        parts.insert(0, f"{'现金' if zh else 'cash'} {yuan(refund['cash_fen'])}")
    where = ("，" if zh else ", ").join(parts)
    amount, left = yuan(refund["amount_fen"]), yuan(refund["refundable_fen"])
    if zh:
        return f"退款 {refund['refund']}：退回 {amount} 元（{where}），还可退 {left} 元"
    return f"Refund {refund['refund']} gave {amount} back ({where}); {left} could still be refunded"


def _who(source: Mapping[str, Any], lang: str) -> str:
    payer, rank = source["payer"], source["rank"]
    if lang == "zh":
        places = ("（未绑定）", "（本人账户）", f"（第 {rank} 顺位绑定人）")
    else:
        places = (" (not bound)", " (own account)", f" (binder {rank})")
    return f"{payer}{places[0 if rank is None else 1 if rank == 0 else 2]}"
