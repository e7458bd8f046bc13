"""Labels and words for people, in English and Chinese. What is stored are the contract's words."""

import re
from typing import Final

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_LABELS: Final[dict[str, tuple[str, str]]] = {
    "account": ("account", "账户"),
    "age_days": ("days", "天数"),
    "amount_fen": ("amount", "金额"),
    "authorisation": ("authorisation", "授权方式"),
    "at": ("happened", "发生时间"),
    "available_fen": ("available", "可用"),
    "balance_fen": ("balance", "余额"),
    "beneficiary": ("beneficiary", "使用人"),
    "beneficiary_region": ("beneficiary's region", "使用人地区"),
    "binder_region": ("binder's region", "绑定人地区"),
    "binder": ("binder", "绑定人"),
    "bound_by": ("limited by", "限制因素"),
    "bucket": ("bucket", "子账户"),
    "by": ("by", "经办"),
    "cap_fen": ("yearly cap", "年度上限"),
    "carried_fen": ("carried over", "历年余额"),
    "cash_fen": ("cash", "现金"),
    "certainty": ("certainty", "可信度"),
    "class": ("class", "类别"),
    "code": ("code", "代码"),
    "current_fen": ("this year", "当年余额"),
    "data": ("data", "内容"),
    "digest": ("digest", "摘要"),
    "effective": ("effective", "生效日"),
    "held_fen": ("held", "预扣"),
    "id": ("request", "请求号"),
    "institution": ("institution", "机构"),
    "insurance": ("insurance", "险种"),
    "kind": ("kind", "种类"),
    "limit_fen": ("yearly limit", "年度限额"),
    "med_type": ("medical type", "医疗类别"),
    "message": ("message", "说明"),
    "name": ("pack", "政策包"),
    "note": ("note", "备注"),
    "op": ("operation", "操作"),
    "order": ("debit order", "扣款顺序"),
    "own_fen": ("own money", "本人支付"),
    "payer": ("payer", "付款人"),
    "policy": ("policy", "政策"),
    "position": ("position", "日志位置"),
    "quota_fen": ("quota left", "剩余额度"),
    "rank": ("rank", "顺序"),
    "recorded_at": ("recorded", "记账时间"),
    "region": ("region", "地区"),
    "regions": ("regions", "地区"),
    "relation": ("relation", "关系"),
    "remaining_fen": ("left", "剩余"),
    "request": ("request", "请求号"),
    "reserved_fen": ("reserved in quotas", "额度占用"),
    "settlement": ("settlement", "结算号"),
    "shared_fen": ("shared money", "共济支付"),
    "since": ("since", "绑定时间"),
    "source": ("source", "依据"),
    "state": ("state", "状态"),
    "status": ("status", "状态"),
    "stream": ("stream", "事件流"),
    "suspense_fen": ("in suspense", "待付款"),
    "taken_fen": ("paid", "支付"),
    "type": ("event", "事件"),
    "used_fen": ("used", "已用"),
    "year": ("year", "年度"),
}

_WORDS: Final[dict[str, str]] = {
    "active": "正常",
    "suspended": "暂停",
    "closed": "已注销",
    "employee": "职工医保",
    "resident": "居民医保",
    "self": "本人",
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母/外祖父母",
    "grandchild": "孙子女/外孙子女",
    "parent_in_law": "配偶父母",
    "other": "其他",
    "mutual_aid": "家庭共济",
    "proxy_credential": "亲情账户",
    "current": "当年",
    "carried": "历年",
    "suspense": "待付",
    "outpatient": "门诊",
    "pharmacy": "药店",
    "inpatient": "住院",
    "maternity": "生育",
    "unknown": "未知",
    "premium": "保费",
    "held": "预扣中",
    "captured": "已确认",
    "released": "已释放",
    "charged": "已支付",
    "settled": "已支付",
    "refunded": "已退款",
    "partly_refunded": "部分退款",
    "pending": "待审核",
    "bound": "已绑定",
    "rejected": "已拒绝",
    "account": "账户",
    "settlement": "结算",
    "beneficiary": "使用人",
    "amount": "已付清所需",
    "balance": "可用余额",
    "quota": "共济额度",
    "per_leg_cap": "单笔上限",
    "limit": "年度限额",
    "yearly_cap": "年度上限",
    "class": "类别不适用",
    "sources": "未选用",
    "self_paid": "全自费部分",
    "covered": "已付清",
    "no_account": "无个人账户",
    "charge": "结算",
    "hold": "预扣",
    "pay_premium": "代缴保费",
    "face": "人脸",
    "household_register": "户口簿",
    "birth_certificate": "出生证",
    "marriage_certificate": "结婚证",
    "commitment_letter": "承诺书",
    "AccountOpened": "开户",
    "Credited": "入账",
    "Adjusted": "调整",
    "YearClosed": "年度结转",
    "AccountTransferred": "参保地转移",
    "StatusChanged": "状态变更",
    "AccountConfirmed": "状态确认",
    "CoPaymentCharged": "支付",
    "CoPaymentHeld": "预扣",
    "CoPaymentCaptured": "预扣确认",
    "HoldReleased": "预扣释放",
    "CoPaymentRefunded": "退款",
    "QuotaGranted": "划出额度",
    "QuotaReleased": "收回额度",
    "BindingSlotTaken": "成为绑定人",
    "BindingSlotFreed": "不再是绑定人",
    "Bound": "绑定",
    "Unbound": "解绑",
    "PriorityReordered": "调整扣款顺序",
    "LimitSet": "设定限额",
    "TimelineAdvanced": "无变化的变更",
    "LimitUsed": "占用限额",
    "LimitRestored": "恢复限额",
    "HoldPlaced": "登记预扣",
    "HoldEnded": "预扣结束",
    "SettlementDecided": "结算决定",
    "SettlementCaptured": "结算确认",
    "SettlementReleased": "结算释放",
    "SettlementRefunded": "结算退款",
    "RequestRefused": "请求被拒绝",
    "RequestRepeated": "重复请求",
    "BindRequested": "申请绑定",
    "BindApproved": "绑定获批",
    "BindRejected": "绑定被拒",
    "RefundTaken": "登记退款",
    "PolicyRecorded": "政策入账",
}
"""Contract words in Chinese. English tables print the contract's words as they are."""

_NOT_WORDS: Final = frozenset(
    {"account", "beneficiary", "binder", "payer", "settlement", "id", "by", "name", "policy"}
)
"""Fields that hold ids: an account may well be called `self`."""

_NULL: Final[dict[str, tuple[str, str]]] = {
    "limit_fen": ("no limit", "不限"),
    "cap_fen": ("no limit", "不限"),
    "remaining_fen": ("no limit", "不限"),
    "debit.per_leg_cap_fen": ("no limit", "不限"),
    "debit.yearly_cap_fen": ("no limit", "不限"),
}


def label(field: str, lang: str) -> str:
    """The heading of a field; a field without one keeps its name."""
    named = field if "." in field else field.removesuffix("_fen").replace("_", " ")
    english, chinese = _LABELS.get(field, (named, field))
    return chinese if lang == "zh" else english


def word(field: str, value: str, lang: str) -> str:
    """A contract word as people read it. A key of a policy pack, `section.key`, shows what its file says."""
    return value if lang != "zh" or field in _NOT_WORDS or "." in field else _WORDS.get(value, value)


def nothing(field: str, lang: str) -> str:
    """What null means in a field: no limit, or simply nothing there."""
    english, chinese = ("no limit", "不限") if ".max_" in field else _NULL.get(field, ("–", "–"))
    return chinese if lang == "zh" else english


def choose(lang: str, english: str, chinese: str) -> str:
    """One of two sentences."""
    return chinese if lang == "zh" else english


def printable(text: str) -> str:
    """A text that cannot steer the terminal it is printed on."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
