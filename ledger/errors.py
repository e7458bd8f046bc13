"""Everything that can go wrong, as one tree.

    LedgerError
    ├── Malformed            the line is not a command (code `malformed`)
    ├── PolicyError          a policy pack is wrong; the program does not start
    ├── StoreUnavailable     no database, a lost one, or one of another version
    ├── Busy                 other writers kept winning; nothing was lost, send it again
    ├── RolesNotMade         the roles of the database could not be made; nothing was changed
    ├── Overloaded           too many callers wait; nothing was taken, send it again
    └── LogCorrupt           a stored event cannot be read

A rule that says no is not an exception: it is a `Refusal`, a value that is recorded like any other
outcome. Its wording for people stands in `ledger.refusals`.
"""


class LedgerError(Exception):
    """The root. `code` is stable; `message` and `message_zh` say what happened and the way out."""

    code = "error"

    def __init__(self, message: str, message_zh: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.message_zh = message_zh or message

    def text(self, lang: str = "en") -> str:
        """The sentence in the language asked for (`zh` or `en`)."""
        return self.message_zh if lang == "zh" else self.message


class Malformed(LedgerError):
    """Not a command. `id` and `op` are what could still be read of it."""

    code = "malformed"

    def __init__(
        self, message: str, message_zh: str = "", *, id: str | None = None, op: str | None = None
    ) -> None:
        super().__init__(message, message_zh)
        self.id = id
        self.op = op


class PolicyError(LedgerError):
    """A policy pack that cannot be used: names the file, the key and the reason."""

    code = "policy_invalid"

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(
            f"policy {file}: {key}: {reason}",
            f"政策文件 {file}：{key}：{reason}",
        )
        self.file = file
        self.key = key
        self.reason = reason


class StoreUnavailable(LedgerError):
    """The database cannot be reached, was lost on the way, or belongs to another version."""

    code = "store_unavailable"


class Busy(LedgerError):
    """A decision lost to other writers more often than the bound allows. Nothing of it was kept."""

    code = "busy"


class RolesNotMade(LedgerError):
    """The roles of the database could not be made, or not be given their rights. Nothing was changed."""

    code = "roles_not_made"


class Overloaded(LedgerError):
    """More commands wait than the queue holds, or it is being closed. Nothing was taken."""

    code = "overloaded"


class LogCorrupt(LedgerError):
    """A stored event cannot be read: unknown topic, or bytes that are not what the topic says."""

    code = "log_corrupt"
