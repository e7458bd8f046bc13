"""What makes a line unreadable: a stable code, its line and column, and a sentence in both languages.

No sentence repeats what stands in the file: that may be anything, a citizen-ID number among it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ledger.reconciliation.files.errors import FileUnreadable
from ledger.reconciliation.rows import Unreadable

WHOLE_FILE: Final = 0
"""The line number of what is wrong with the file as such."""


class BadLine(NamedTuple):
    """One thing that cannot be read. Lines count from 1, a header row included; 0 is the file itself."""

    line: int
    column: str | None
    code: str

    def text(self, lang: str = "en") -> str:
        """Where and why, in `en` or `zh`."""
        reason = REASONS[self.code][lang == "zh"]
        if self.line == WHOLE_FILE:
            return reason
        if lang == "zh":
            column = "" if self.column is None else f"，{self.column} 列"
            return f"第 {self.line} 行{column}：{reason}"
        column = "" if self.column is None else f", column {self.column}"
        return f"line {self.line}{column}: {reason}"


class Refused(NamedTuple):
    """A file that was not taken, with everything that is wrong with it, by line. Nothing of it counts."""

    file: str
    name: str
    bad: Sequence[BadLine]

    def unreadable(self) -> list[Unreadable]:
        """The same as the matching wants to know it."""
        return [Unreadable(self.file, self.name, one.line, one.text()) for one in self.bad]

    def error(self) -> FileUnreadable:
        """The refusal as an exception: how many lines, and the first of them."""
        count = len({one.line for one in self.bad})
        first = self.bad[0]
        return FileUnreadable(
            f"{self.name} was not taken: {count} unreadable; {first.text()}",
            f"未接收 {self.name}：{count} 处无法读取；{first.text('zh')}",
        )


def refused(file: str, name: str, bad: Sequence[BadLine]) -> Refused:
    """The bad lines in the order of the file."""
    return Refused(file, name, sorted(set(bad), key=lambda one: (one.line, one.column or "", one.code)))


REASONS: Final[Mapping[str, tuple[str, str]]] = {
    # the file
    "empty_file": ("the file is empty", "文件为空"),
    "too_large": ("the file holds more than may be read", "文件超过可读取的大小"),
    "plain_not_declared": ("the profile expects a zip file", "版式要求 zip 文件"),
    "zip_not_declared": ("the profile expects no zip file", "版式不接受 zip 文件"),
    "zip_broken": ("the zip file is cut off or damaged", "zip 文件不完整或已损坏"),
    "zip_members": ("the zip file must hold exactly one file", "zip 文件必须恰好包含一个文件"),
    "zip_member_name": ("the file in the zip file has a name that is refused", "zip 内文件名不被接受"),
    "zip_method": ("the zip file is encrypted or packed in an unusual way", "zip 文件已加密或压缩方式不支持"),
    "zip_around": ("there is something before or behind the zip file", "zip 文件前后有多余内容"),
    "other_encoding": ("the file is in UTF-8, the profile says GB18030", "文件为 UTF-8，版式为 GB18030"),
    "other_kind": ("a file of this kind is not matched with ours", "此类文件不参与对账匹配"),
    "no_amounts": (
        "the layout lacks an amount: its rows point at settlements and cannot be matched",
        "版式缺少金额列：其各行只能指向结算，不能参与匹配",
    ),
    # the line
    "not_in_encoding": ("is not in the encoding that the profile names", "不符合版式声明的编码"),
    "byte_order_mark": ("begins with a byte order mark", "开头有字节顺序标记（BOM）"),
    "misplaced_mark": ("holds a byte order mark inside", "中间有字节顺序标记（BOM）"),
    "nul": ("holds a NUL", "含有 NUL 字符"),
    "carriage_return": ("holds a carriage return where none belongs", "含有多余的回车符"),
    "line_end": ("does not end as the profile says", "行结束符与版式不符"),
    "cut_off": ("is the last line and does not end", "末行没有行结束符，可能被截断"),
    "blank_line": ("is blank", "为空行"),
    "column_count": ("has another number of columns", "列数不符"),
    "trailing_separator": ("has a separator behind the last column", "末列之后有多余的分隔符"),
    "quotes": ("has a quotation mark where none belongs, or one too few", "引号位置不当或不成对"),
    "header_unknown": ("has a heading that the profile does not know", "表头中有版式未声明的列"),
    "header_missing": ("has no heading for this column", "表头缺少此列"),
    "header_twice": ("has this heading twice", "表头此列重复"),
    "header_order": ("has headings in another order", "表头列的顺序不符"),
    "not_json": ("is not JSON", "不是 JSON"),
    "not_an_object": ("is not an object", "不是 JSON 对象"),
    "rows_missing": ("has no list of rows where the profile says", "在版式声明的位置没有行列表"),
    "key_twice": ("has a key twice", "有重复的键"),
    "key_unknown": ("has a key that the profile does not know", "有版式未声明的键"),
    "key_missing": ("lacks this key", "缺少此键"),
    "not_a_text": ("is neither a text nor a number", "既不是文本也不是数字"),
    # the cell
    "empty": ("is empty", "为空"),
    "null_refused": ("is null and may not be", "为 null，但不允许"),
    "null_otherwise": ("spells null in another way than the profile says", "null 的写法与版式不符"),
    "spaces": ("has white space that does not belong there", "含有多余的空白"),
    "control_character": ("holds a control character", "含有控制字符"),
    "invisible_character": ("holds an invisible character", "含有不可见字符"),
    "full_width": ("holds full-width digits or signs", "含有全角数字或符号"),
    "too_long": ("is too long", "过长"),
    "not_an_id": ("is not an identifier", "不是有效的编号"),
    "citizen_id": ("is a citizen-ID number", "是身份证号"),
    "unknown_code": ("is a code that the profile does not know", "是版式未声明的代码"),
    "not_a_code": ("is not a code", "不是有效的代码"),
    "not_a_number": ("is not a whole number", "不是整数"),
    "not_a_ratio": ("is not a ratio with at most four decimals", "不是最多四位小数的比例"),
    "not_a_day": ("is not a day as the profile writes it", "不是版式规定的日期"),
    "not_a_time": ("is not a time YYYY-MM-DD HH:MM:SS", "不是 YYYY-MM-DD HH:MM:SS 时间"),
    "not_an_amount": ("is not an amount", "不是金额"),
    "decimals": ("has another number of decimals", "小数位数不符"),
    "thousands": ("has thousands separators that do not belong there", "千位分隔符不当"),
    "exponent": ("is written with an exponent", "使用了指数写法"),
    "plus_sign": ("has a plus sign", "带有正号"),
    "leading_zeros": ("has leading zeros", "有前导零"),
    "negative_zero": ("is a negative zero", "是负零"),
    "negative": ("is negative and may not be", "为负数，但不允许"),
    "amount_too_large": ("is larger than any amount may be", "金额超出范围"),
    "sign_against_flag": ("has a sign that speaks against the direction", "符号与退费标志矛盾"),
    # the sums
    "sum_not_closed": ("does not add up to the total fee", "各项之和不等于费用总额"),
    "mutual_aid_otherwise": (
        "adds up only if mutual aid is counted the other way than the profile says",
        "只有按与版式相反的方式计算共济金额才能平",
    ),
    "legs_not_closed": (
        "has legs that do not add up to the account total",
        "各账户明细之和不等于个账支付总额",
    ),
    "share_not_closed": (
        "has a personal share that is not what accounts and cash paid",
        "个人负担总金额不等于账户支付与现金之和",
    ),
    "self_paid_above_share": (
        "has more that is fully self-paid than its personal share",
        "全自费金额大于个人负担总金额",
    ),
    "legs_missing": (
        "was paid by mutual aid, and nothing says whose money that was",
        "有共济支付，但缺少付款人明细",
    ),
    "leg_of_another": (
        "has a leg whose relation and payer do not agree on who the patient is",
        "明细的关系与付款人不一致",
    ),
    "too_many_legs": ("has more than 20 legs", "明细超过 20 条"),
    "bucket_missing": (
        "does not say which bucket the money left; --bucket does",
        "未说明资金出自哪个子账户；请用 --bucket 指定",
    ),
    "settlement_twice": ("is the same settlement a second time", "同一结算重复出现"),
    "not_a_command": (
        "holds a value that the ledger cannot keep, such as a citizen-ID number",
        "含有账本不能保存的内容，如身份证号",
    ),
    "leg_twice": ("has the same leg a second time", "同一明细重复"),
}
"""Code → the reason in English and Chinese, in the words of someone who is shown the line."""
