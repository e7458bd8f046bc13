"""Commands about families: bindings, their order, limits and quotas, in the order of the table."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ledger.commands.command import Command
from ledger.commands.fields import (
    Authorisation,
    Evidence,
    Id,
    Kind,
    NonNegativeFen,
    PositiveFen,
    Relation,
    Text,
)


class Bind(Command):
    """A binder is bound to a beneficiary; `relation` is what the beneficiary is to the binder."""

    op: ClassVar[str] = "bind"
    binder: Id
    beneficiary: Id
    relation: Relation
    authorisation: Authorisation
    kind: Kind = "mutual_aid"
    limit_fen: NonNegativeFen | None = None
    quota_fen: PositiveFen | None = None
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=16, strict=False)] = ()

    @model_validator(mode="after")
    def _proxies_carry_no_money(self) -> Self:
        if self.kind == "proxy_credential" and (self.limit_fen is not None or self.quota_fen is not None):
            raise ValueError(
                "kind: a proxy_credential takes neither limit_fen nor quota_fen",
                "kind：亲情账户（proxy_credential）不得带 limit_fen 或 quota_fen",
            )
        return self


class Review(Command):
    """Somebody else approves or rejects a pending bind, named by its request id."""

    op: ClassVar[str] = "review"
    by: Id
    request: Id
    decision: Literal["approve", "reject"]
    reason: Text | None = None


class Unbind(Command):
    """A binding ends at `at`."""

    op: ClassVar[str] = "unbind"
    binder: Id
    beneficiary: Id
    kind: Kind = "mutual_aid"
    reason: Text | None = None


class Reorder(Command):
    """A beneficiary's binders are put in another debit order, first payer first."""

    op: ClassVar[str] = "reorder"
    beneficiary: Id
    order: Annotated[tuple[Id, ...], Field(max_length=100, strict=False)]


class SetLimit(Command):
    """A binder's yearly limit for a beneficiary, in fen; null is no limit."""

    op: ClassVar[str] = "set_limit"
    binder: Id
    beneficiary: Id
    limit_fen: NonNegativeFen | None


class GrantQuota(Command):
    """A part of a binder's available money is set aside for a beneficiary."""

    op: ClassVar[str] = "grant_quota"
    binder: Id
    beneficiary: Id
    amount_fen: PositiveFen


class ReleaseQuota(Command):
    """What is left of a quota goes back to its owner."""

    op: ClassVar[str] = "release_quota"
    binder: Id
    beneficiary: Id
