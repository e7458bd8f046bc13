"""A rule that says no: its code, its figures, and what it tells people.

Codes and the figures a code names are the contract's. The wording follows from code and figures alone,
so a refusal repeated years later reads as it did on the first day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.money import yuan


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing moved: `code` says which rule, `figures` carries what it names (`…_fen` in fen)."""

    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """What happened and the way out, in `en` or `zh`."""
        return wording(self.code, self.figures, lang)


def wording(code: str, figures: Mapping[str, Any], lang: str = "en") -> str:
    """The sentence of a refusal. Figures in fen are shown in yuan."""
    english, chinese = _WORDING[code]
    shown = {name: _shown(name, value) for name, value in figures.items()}
    return (chinese if lang == "zh" else english).format_map(_Lenient(shown))


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _shown(name: str, value: object) -> str:
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


_WORDING: Final[dict[str, tuple[str, str]]] = {
    # the request itself
    "request_conflict": (
        "this id was used before with other content; send the new content under a new id",
        "该请求号已用于其他内容；请用新的请求号重新提交",
    ),
    "in_the_future": (
        "`at` lies more than 24 hours after now; check the date and the offset",
        "`at` 比当前时间晚 24 小时以上；请核对日期与时区",
    ),
    # accounts
    "account_exists": ("the account is open already", "该账户已开立"),
    "account_not_found": ("there is no such account; open it first", "没有该账户；请先开立"),
    "account_closed": ("the account is closed", "该账户已注销"),
    "no_personal_account": (
        "resident insurance has no personal account money",
        "城乡居民医保没有个人账户资金",
    ),
    "balance_out_of_range": (
        "the balance would leave the bounds of the ledger (±10^15 fen)",
        "余额将超出账本范围（±10^15 分）",
    ),
    "not_in_suspense": (
        "no more than the {suspense_fen} yuan in suspense of a closed account can be paid out",
        "只能从已注销账户的待付款中支出，现有 {suspense_fen} 元",
    ),
    "year_already_closed": ("the years up to {closed_year} are closed", "{closed_year} 年及以前已结转"),
    "year_not_over": ("year {year} is later than the year of `at`", "{year} 年晚于 `at` 所在年份"),
    "unsettled_holds": (
        "{open_holds} hold(s) are open; capture or release them first",
        "有 {open_holds} 笔预扣未了结；请先确认或释放",
    ),
    # bindings
    "self_binding": (
        "nobody binds themselves: the own account always pays first",
        "不能绑定本人：本人账户总是最先支付",
    ),
    "binder_not_found": ("the binder has no account; open it first", "绑定人没有账户；请先开立"),
    "beneficiary_not_found": (
        "there is no such beneficiary; open the account first",
        "没有该使用人；请先开立账户",
    ),
    "binder_not_active": ("the binder is {status}", "绑定人状态为 {status}"),
    "beneficiary_not_active": ("the beneficiary is {status}", "使用人状态为 {status}"),
    "no_policy": (
        "no policy is in effect for region {region} on {day}; add a pack with --policy",
        "{region} 地区在 {day} 没有生效的政策；请用 --policy 添加",
    ),
    "relation_not_eligible": (
        "relation {relation} is not eligible under {policy}",
        "政策 {policy} 不允许关系 {relation}",
    ),
    "out_of_scope": (
        "the two must share one {scope}: {binder_region} and {beneficiary_region}",
        "双方须在同一 {scope} 范围内：{binder_region} 与 {beneficiary_region}",
    ),
    "authorisation_required": ("given {given}, needed: {needed}", "已提供 {given}，需要：{needed}"),
    "already_bound": ("the binder is bound to this beneficiary already", "双方已绑定"),
    "out_of_order": (
        "earlier than the family's last change at {last_at}; family changes are sent in order of time",
        "早于该家庭上一次变更的时间 {last_at}；家庭变更须按时间顺序提交",
    ),
    "rebind_too_soon": ("this pair may bind again from {earliest}", "双方自 {earliest} 起方可再次绑定"),
    "too_many_binders": (
        "the beneficiary has {binders} binder(s) of at most {max}; unbind one first",
        "使用人已有 {binders} 位绑定人，上限 {max}；请先解绑",
    ),
    "too_many_members": (
        "the binder has {members} member(s) of at most {max}; unbind one first",
        "绑定人已有 {members} 位成员，上限 {max}；请先解绑",
    ),
    "too_many_binds_this_month": (
        "the binder made {binds} bind(s) in {month} of at most {max}; wait for the next month",
        "绑定人在 {month} 已绑定 {binds} 次，上限 {max}；请下月再试",
    ),
    "quota_required": ("this region binds only with a quota_fen", "该地区绑定时必须设定共济额度 quota_fen"),
    "quota_not_offered": ("this region offers no quotas", "该地区不提供共济额度"),
    "quota_exceeds_available": (
        "the quota of {needed_fen} yuan is more than the {available_fen} yuan available",
        "额度 {needed_fen} 元超过可用余额 {available_fen} 元",
    ),
    "actor_required": ("a bind that waits for a review needs `by`", "待审核的绑定必须填写 `by`"),
    "request_not_found": ("no bind waits under this request id", "没有该请求号的待审核绑定"),
    "already_reviewed": ("the request was reviewed already: {state}", "该请求已审核：{state}"),
    "self_review": ("who asked cannot review; another person has to", "申请人不能审核；须由他人审核"),
    "not_bound": ("no such binding is in force", "没有有效的绑定关系"),
    "too_soon_to_unbind": ("this binding may end from {earliest}", "该绑定自 {earliest} 起方可解除"),
    "not_a_permutation": (
        "the order must name each present binder once: {binders}",
        "顺序须恰好包含现有的每位绑定人：{binders}",
    ),
    "no_quota": ("there is no unused quota", "没有未使用的额度"),
    # charging
    "settlement_released": (
        "this settlement was released; ask again under a new settlement id",
        "该结算已释放；请用新的结算号重新提交",
    ),
    "settlement_conflict": (
        "this settlement is known with other content; the first stays",
        "该结算号已有不同内容的记录；以首次为准",
    ),
    "correction_not_open": (
        "{corrects} cannot be corrected: it is {state}; refund it in full first, and correct it once",
        "{corrects} 不能更正：其状态为 {state}；须先全额退款，且只能更正一次",
    ),
    "insufficient_funds": (
        "{needed_fen} yuan are needed, {available_fen} yuan are there",
        "需要 {needed_fen} 元，可用 {available_fen} 元",
    ),
    "settlement_not_found": ("there is no such settlement", "没有该结算"),
    "not_held": ("the settlement is {state}, not held", "该结算状态为 {state}，并非预扣"),
    "scheme_not_offered": ("{scheme} premiums may not be paid this way here", "该地区不能代缴 {scheme} 保费"),
    # refunds
    "refund_conflict": (
        "this refund id is known with other content; the first stays",
        "该退款号已有不同内容的记录；以首次为准",
    ),
    "not_settled": (
        "the settlement is {state}; only what was paid can be refunded",
        "该结算状态为 {state}；未支付的不能退款",
    ),
    "over_refund": ("at most {refundable_fen} yuan can still be refunded", "最多还能退 {refundable_fen} 元"),
}

CODES: Final = frozenset(_WORDING)
"""Every code a command can be rejected with."""
