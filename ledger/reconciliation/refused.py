"""What the desk says no to: one sentence with the way out, in English and Chinese, under a stable code."""

from typing import Final

from ledger.errors import LedgerError
from ledger.money import yuan


class Refused(LedgerError):
    """The desk did nothing. `code` is stable, `figures` are what its sentence names (`…_fen` in fen)."""

    def __init__(self, code: str, **figures: object) -> None:
        english, chinese = _WORDING[code]
        shown = {name: _shown(name, value) for name, value in figures.items()}
        super().__init__(english.format_map(shown), chinese.format_map(shown))
        self.code = code
        self.figures = figures


def _shown(name: str, value: object) -> str:
    return yuan(value) if name.endswith("_fen") and isinstance(value, int) else str(value)


_WORDING: Final[dict[str, tuple[str, str]]] = {
    # who is there
    "staff_number_malformed": (
        "a staff number has 1 to 32 of the characters A-Z 0-9 - _ . and begins with a letter or digit",
        "工号应为 1 至 32 个字符 A-Z 0-9 - _ .，并以字母或数字开头",
    ),
    "staff_number_taken": (
        "{staff} is listed already, or reads like {other}; one person has one number",
        "{staff} 已登记或与 {other} 过于相似；一人只有一个工号",
    ),
    "staff_not_found": (
        "no staff number {staff} is listed; add it with copay staff add",
        "没有登记工号 {staff}；请用 copay staff add 登记",
    ),
    "role_malformed": (
        "a database role has 1 to 63 bytes and no NUL",
        "数据库角色名应为 1 至 63 字节且不含 NUL",
    ),
    "role_not_found": ("there is no such database role; create it first", "没有该数据库角色；请先创建"),
    "role_may_be_anybody": (
        "a superuser can be anybody, so it is nobody's; give the person a role of their own",
        "超级用户可以冒充任何人，不能登记为个人角色；请为其建立专用角色",
    ),
    "token_not_private": (
        "{file} can be read by others or is somebody else's; remove it and sign in again",
        "{file} 可被他人读取或不属于本人；请删除后重新登录",
    ),
    "role_taken": (
        "that database role is {other}'s, for ever; one role is one person's",
        "该数据库角色属于 {other}，不能改属他人；一个角色只属于一人",
    ),
    "secret_too_short": ("a secret has at least {least} characters", "口令至少 {least} 个字符"),
    "not_signed_in": (
        "nobody is known here: connect with a listed database role of your own, or run copay staff sign-in",
        "无法确认身份：请用已登记的本人数据库角色连接，或运行 copay staff sign-in",
    ),
    "sign_in_failed": (
        "the staff number or the secret is wrong; after five failures a number waits fifteen minutes",
        "工号或口令错误；连续失败五次后须等待十五分钟",
    ),
    "sign_in_over": (
        "the sign-in has ended; run copay staff sign-in again",
        "登录已失效；请重新运行 copay staff sign-in",
    ),
    "two_identities": (
        "the database role is {role_of}'s and the sign-in is {signed_in}'s; sign out, or connect as yourself",
        "数据库角色属于 {role_of}，登录者却是 {signed_in}；请退出登录或用本人角色连接",
    ),
    "staff_disabled": ("{staff} is disabled", "工号 {staff} 已停用"),
    "not_an_admin": (
        "only staff listed as admin may do this; {staff} is not",
        "仅管理员可执行；{staff} 不是管理员",
    ),
    "last_admin": (
        "{staff} is the last admin in service; list another one first",
        "{staff} 是最后一名在用管理员；请先登记另一名",
    ),
    # a break
    "break_not_found": (
        "there is no break {item}; copay reconcile breaks lists them",
        "没有差异 {item}；请用 copay reconcile breaks 查看",
    ),
    "break_closed": ("{item} is closed; reopen it first", "{item} 已关闭；请先重新打开"),
    "break_not_closed": ("{item} is {state}, not closed", "{item} 状态为 {state}，并未关闭"),
    "not_a_proposal": ("{field}: {reason}", "{field}：{reason_zh}"),
    "already_approved": (
        "proposal {proposal} of {item} is approved and waits to be carried out",
        "{item} 的第 {proposal} 号方案已批准，等待执行",
    ),
    "already_corrected": (
        "{item} was corrected once, and no item twice; what is still wrong is another break",
        "{item} 已更正过一次，不可再次更正；仍有差异时应另立差异",
    ),
    "already_refunded": (
        "the refund of {item} stands already; propose to record what is right",
        "{item} 的退款已经入账；请只提交正确记录的方案",
    ),
    "nothing_proposed": ("nothing is proposed for {item}", "{item} 没有待审方案"),
    "stale_proposal": (
        "this is not the proposal that stands now ({proposal}); look at it again",
        "所审方案并非当前方案（{proposal}）；请重新查看",
    ),
    "own_proposal": (
        "{staff} proposed it; another person has to decide, admins included",
        "方案由 {staff} 提出；须由他人审核，管理员亦不例外",
    ),
    "enlisted_by_each_other": (
        "{maker} and {checker} were listed one by the other; somebody independent has to decide",
        "{maker} 与 {checker} 之间存在登记关系；须由无关人员审核",
    ),
    "not_approved": (
        "no approval of {item} is unused; it is {state}",
        "{item} 没有未使用的批准；当前状态为 {state}",
    ),
    "correction_refused": (
        "the ledger does not take the correction ({reason}); nothing was changed, and the approval stands",
        "账本不接受该更正（{reason}）；未作任何更改，批准仍有效",
    ),
    "not_in_full": (
        "{refundable_fen} yuan would be left of {settlement}: a correction refunds in full",
        "{settlement} 尚余 {refundable_fen} 元未退：更正须全额退款",
    ),
    # a period
    "period_malformed": (
        "a period has an institution or agency, a first and a last day, the last not before the first",
        "对账期须有机构或经办、起止日期，且止日不早于起日",
    ),
    "period_not_found": ("nothing was taken in for {period} yet", "{period} 尚无数据"),
    "period_signed": (
        "{period} is signed and frozen; what comes now belongs to the next one",
        "{period} 已签结冻结；此后的数据归入下一期",
    ),
    "period_overlaps": ("these days are part of {period} already", "这些日期已属于 {period}"),
    "period_out_of_order": ("a period after it was begun: {period}", "其后的 {period} 已开始"),
    "previous_not_signed": ("{period} comes first and is not signed yet", "须先签结 {period}"),
    "not_matched": (
        "nothing was matched since the last file came in; run copay reconcile match",
        "最近一次收文件后尚未对账；请运行 copay reconcile match",
    ),
    "never_matched": (
        "{period} was never matched; run copay reconcile match",
        "{period} 尚未对账；请运行 copay reconcile match",
    ),
    "run_not_told": (
        "the rows or the profile are no longer those of the last run; match again, then ask for the report",
        "数据或版式已与最近一次对账不同；请重新对账后再出报告",
    ),
    "file_known": ("this file was taken already as {name}", "该文件已收，文件名 {name}"),
    "files_changed": (
        "the files changed while they were matched; match again",
        "对账期间文件有变化；请重新对账",
    ),
    "does_not_add_up": (
        "matched and left over are not what came in ({side}); nothing was kept, report this",
        "匹配与未匹配之和不等于输入（{side}）；未保存任何内容，请报告此问题",
    ),
    "not_explained": (
        "{total_fen} / {fund_fen} / {account_fen} yuan (total / fund / account) are not explained; name them",
        "尚有 {total_fen} / {fund_fen} / {account_fen} 元（总额／基金／个账）未说明；请查明差异或列明余额",
    ),
}

CODES: Final = frozenset(_WORDING)
"""Every code the desk can refuse with."""
