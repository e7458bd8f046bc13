"""What can go wrong in the vault; leaves of the ledger's one tree (`ledger.errors`).

    LedgerError
    ├── NotAnIdentity        a field is not what it must be; nothing was stored
    ├── VaultRefused         a rule says no, or there is no such person    `subject_…`, `retention_runs`
    ├── KeyStoreRefused      the key store is missing, another one, or open to others
    └── Sealed               what is stored cannot be opened with the key at hand

No message ever holds a name, a number, a phone, a birth date or a key.
"""

from typing import Final

from ledger.errors import LedgerError


class NotAnIdentity(LedgerError):
    """A field cannot be taken: `field` is which one, `reason` is `format`, `date` or `checksum`."""

    code = "not_an_identity"

    def __init__(self, field: str, reason: str, message: str, message_zh: str) -> None:
        super().__init__(f"{field}: {message}", f"{field}：{message_zh}")
        self.field = field
        self.reason = reason


class VaultRefused(LedgerError):
    """A rule says no, or nothing is known of the person. `code` says which; nothing was changed."""

    def __init__(self, code: str, **figures: str) -> None:
        english, chinese = _WORDING[code]
        super().__init__(english.format(**figures), chinese.format(**figures))
        self.code = code


class KeyStoreRefused(LedgerError):
    """The folder of keys cannot be used as it is; the message says why, and the way out."""

    code = "key_store_refused"


class Sealed(LedgerError):
    """A stored field cannot be opened: its key is destroyed, or it is not what was stored under it."""

    code = "sealed"

    def __init__(self, person: str) -> None:
        super().__init__(
            f"what is stored of {person} cannot be opened: its key is destroyed, or the row was changed; "
            "after a restore, run copay person sweep",
            f"{person} 的信息无法解密：密钥已销毁，或该行被改动；如刚做过恢复，请运行 copay person sweep",
        )


_WORDING: Final[dict[str, tuple[str, str]]] = {
    "subject_not_found": (
        "the vault knows no such person; see the number, or put the person first",
        "保险库中没有此人；请核对号码，或先录入",
    ),
    "subject_restricted": (
        "since {since}, what is known of {person} is kept and not used; copay person release ends that",
        "{person} 的信息自 {since} 起限制处理，仅可存储；可用 copay person release 解除",
    ),
    "subject_not_restricted": (
        "nothing restricts the use of what is known of {person}",
        "{person} 的信息未受限制",
    ),
    "subject_forgotten": (
        "{person} was forgotten on {since}; nothing of it can be had again, or kept under this number",
        "{person} 的信息已于 {since} 遗忘，无法恢复；该号码下不再保存信息",
    ),
    "retention_runs": (
        "{law}: what is known of {person} is kept until {until}; restrict its use, or --force with two names",
        "{law}：{person} 的信息须保存至 {until}；可先限制处理，或由两人以 --force 强制执行",
    ),
    "words_unfit": (
        "--by is a staff or channel number, --reason 1 to 256 characters without a citizen-ID number",
        "--by 为经办人或渠道编号，--reason 为 1 至 256 个字符，且不得含身份证号码",
    ),
    "two_names_needed": (
        "forgetting before its time takes two people: give --by and --second, two different ones",
        "提前遗忘须由两人决定：请给出 --by 与 --second，且不得为同一人",
    ),
}
