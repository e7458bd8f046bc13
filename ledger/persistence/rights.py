"""Who may do what in the database: the one table from which `copay init --roles` makes owners and grants.

A capability that keeps tables names its schema here, the SQL that makes it, and what each part may do with
each table. Nothing else has to be done: rights that are not named here are taken away.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

Part = Literal["owner", "writer", "checkpointer", "projector", "keeper", "reader", "auditor", "backup"]
"""A part is played by one database role, `copay_writer` where no other prefix was chosen."""

PARTS: Final[tuple[Part, ...]] = get_args(Part)

EVERY: Final = "*"
"""Stands for all tables of a schema, also those that are made later."""


class Area(NamedTuple):
    """A schema: who owns all that is in it, and what the others may do.

    `tables`: privileges in PostgreSQL's words, by table and part; those of `EVERY` come on top.
    `functions`: who may call them, by name; everything else in the schema may be called by nobody else.
    `made_by`: package and file of the SQL that makes what is missing of it, any number of times. Without one,
    the schema is only made, for its owner to fill.
    `users`: who may look for something in the schema although no right to a table is named here.
    """

    schema: str
    tables: Mapping[str, Mapping[Part, str]]
    functions: Mapping[str, tuple[Part, ...]] = {}
    owner: Part = "owner"
    made_by: tuple[str, str] | None = None
    users: tuple[Part, ...] = ()

    def allowed(self, table: str) -> dict[Part, str]:
        """The privileges of each part on a table of this schema."""
        every, own = self.tables.get(EVERY, {}), self.tables.get(table, {})
        return {part: ", ".join(right for right in (own.get(part), every.get(part)) if right)
                for part in PARTS if part in own or part in every}  # fmt: skip

    def parts(self) -> tuple[Part, ...]:
        """Who may use the schema, beside its owner."""
        named = {part for rights in self.tables.values() for part in rights}
        named |= {part for callers in self.functions.values() for part in callers} | {*self.users}
        return tuple(part for part in PARTS if part in named)


_APPEND: Final = "SELECT, INSERT"
_KEEP_UP: Final = "SELECT, INSERT, UPDATE"
_READ: Final = "SELECT"
_WORKING: Final[tuple[Part, ...]] = ("writer", "checkpointer", "projector", "keeper", "auditor", "backup")

LEDGER: Final = Area(
    "ledger",
    tables={
        EVERY: {"backup": _READ},
        "ledger_events": {
            "writer": _APPEND,
            "checkpointer": _READ,
            "projector": _READ,
            "keeper": _READ,
            "auditor": _READ,
        },
        "request_keys": {
            "writer": _APPEND,
            "checkpointer": _READ,
            "auditor": _READ,
            "keeper": "SELECT, UPDATE (digest)",  # to blank it, says the trigger: it covers a birth date
        },
        "subjects": {"writer": _APPEND, "keeper": "SELECT, DELETE"},
        "format": dict.fromkeys(_WORKING, _READ),
        "roles": dict.fromkeys(_WORKING, _READ),
    },
    functions={
        "begin_append": ("writer",),
        "append": ("writer",),
        "append_checkpoints": ("writer", "checkpointer"),
        "role_for": _WORKING,
    },
)
PROOF: Final = Area(
    "proof",
    tables={
        EVERY: {"auditor": _READ, "backup": _READ},
        "tree": {"checkpointer": _KEEP_UP},
        "tiles": {"checkpointer": _KEEP_UP},
    },
    made_by=("ledger.persistence", "log_tree.sql"),
)
VAULT: Final = Area(
    "vault",
    tables={
        EVERY: {"backup": _READ},
        "people": {"keeper": "SELECT, INSERT, UPDATE, DELETE"},
        "key_store": {"keeper": _APPEND},
    },
    made_by=("ledger.vault", "vault.sql"),
)
_STAFF: Final[dict[Part, str]] = {"writer": _READ, "keeper": _APPEND}
"""Who lists people is not who decides at the desk: a clerk could list a second number of their own."""
RECONCILIATION: Final = Area(
    "reconciliation",
    tables={
        EVERY: {"backup": _READ},
        **dict.fromkeys(("people", "roles", "standing", "vouched"), _STAFF),
        "secrets": {"keeper": _APPEND},
        "failures": {"keeper": _APPEND},
        "sign_ins": {"writer": _READ, "keeper": "SELECT, INSERT, DELETE"},
        "files": {"writer": _APPEND},
        "rows": {"writer": _APPEND},
    },
    made_by=("ledger.reconciliation", "tables.sql"),
)
READ_MODELS: Final = Area(
    "read_model",
    tables={EVERY: {"auditor": _READ, "backup": _READ}},
    owner="projector",
    users=("reader",),  # of its views, by `projections/store/sql/readers.sql`
)
REBUILDING: Final = tuple(
    Area(schema, tables={EVERY: {"backup": _READ}}, owner="projector")
    for schema in ("read_model_next", "read_model_previous")
)

AREAS: Final[tuple[Area, ...]] = (LEDGER, PROOF, VAULT, RECONCILIATION, READ_MODELS, *REBUILDING)
"""Every schema of the program, in the order in which they are made."""

PROGRAM: Final[tuple[Part, ...]] = ("writer", "checkpointer", "projector", "keeper", "auditor")
"""What `copay` itself is, on the database that it brings along."""
