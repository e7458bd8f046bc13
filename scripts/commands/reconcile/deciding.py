"""`copay reconcile` assign, ask, propose, approve, refuse, correct, close, reopen: a break's way."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.back_office import DryRun, Item, Office, at_the_desk
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings
from scripts.commands.reconcile.looking import show_item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.events.reconciliation import TheirRow
    from ledger.reconciliation.acting import Wish

Number = Annotated[
    int, typer.Option("--proposal", metavar="N", min=1, help="The proposal, as show prints it")
]
Digest = Annotated[
    str, typer.Option("--digest", metavar="HEX", help="Its digest: a decision is of what was looked at")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence; no names")]
Action = Annotated[
    Literal["refund", "record", "refund_and_record", "timing", "explain", "write_off", "join"],
    typer.Argument(metavar="ACTION", help="refund|record|refund_and_record|timing|explain|write_off|join"),
]


def assign(
    settings: Settings,
    *,
    item: Item,
    staff: Annotated[str, typer.Argument(metavar="NUMBER", help="The staff number")],
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Give a break to somebody who is listed.

    Examples:

    copay reconcile assign brk-0123456789 S003

    copay reconcile assign brk-0123456789 S003 --json
    """

    def act(office: Office) -> None:
        office.desk.assign(item, staff)

    return _done(settings, item, act, dry_run=dry_run, as_json=json)


def ask(
    settings: Settings,
    *,
    item: Item,
    question: Annotated[str, typer.Argument(metavar="TEXT", help="What the other side is asked")],
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Note that the other side was asked; the break waits and stays open.

    Examples:

    copay reconcile ask brk-0123456789 "was it settled (2601)?"

    copay reconcile ask brk-0123456789 "please remove line 7" --json
    """
    from ledger.reconciliation.acting import Ask

    return _act(settings, item, Ask(question), dry_run=dry_run, as_json=json)


def propose(  # noqa: PLR0913  every option is an argument
    settings: Settings,
    *,
    item: Item,
    action: Action,
    reason: Reason,
    settlement: Annotated[
        str | None, typer.Option("--settlement", metavar="ID", help="What is given back, all of it")
    ] = None,
    refund_fen: Annotated[
        int | None,
        typer.Option("--refund-fen", metavar="FEN", min=1, help="How much that is [all that is left of it]"),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="What is recorded: a JSON object, the fields of the command record",
        ),
    ] = None,
    ours: Annotated[
        list[str] | None, typer.Option("--ours", metavar="ROW", help="Rows of ours to be joined")
    ] = None,
    theirs: Annotated[
        list[str] | None,
        typer.Option("--theirs", metavar="SHA256:LINE", help="Rows of theirs to be joined"),
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Propose what is to be done; another person approves it.

    A refund is in full. A record has the fields of the command but id, op, at, by, settlement and corrects,
    which follow from the break. Both are tried out first: what the ledger would refuse cannot be proposed.

    Examples:

    copay reconcile propose brk-0123456789 refund --settlement S-25 --reason "cancelled there"

    copay reconcile propose brk-0123456789 refund_and_record --settlement S-7 --record s-7.json --reason "89"

    copay reconcile propose brk-0123456789 timing --reason "comes tomorrow" --dry-run --json
    """
    from ledger.reconciliation.acting import Propose

    fields = None if record is None else _object(record)
    rows = tuple(map(_their_row, theirs or ()))

    def act(office: Office) -> None:
        fen = refund_fen
        if fen is None and settlement is not None and "refund" in action:
            fen = _left_of(office, settlement)
        wish = Propose(action, reason, settlement, fen or 0, fields, tuple(ours or ()), rows)
        office.desk.act(item, wish)

    return _done(settings, item, act, dry_run=dry_run, as_json=json)


def approve(
    settings: Settings,
    *,
    item: Item,
    proposal: Number,
    digest: Digest,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Approve what another person proposed, as you looked at it. Where no money moves, the break is closed.

    Examples:

    copay reconcile approve brk-0123456789 --proposal 1 --digest "$DIGEST"

    copay reconcile approve brk-0123456789 --proposal 1 --digest "$DIGEST" --json
    """
    from ledger.reconciliation.acting import Approve

    return _act(settings, item, Approve(proposal, digest), dry_run=dry_run, as_json=json)


def refuse(
    settings: Settings,
    *,
    item: Item,
    proposal: Number,
    digest: Digest,
    reason: Reason,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Turn down what another person proposed.

    Examples:

    copay reconcile refuse brk-0123456789 --proposal 1 --digest "$DIGEST" --reason "wrong bill"

    copay reconcile refuse brk-0123456789 --proposal 1 --digest "$DIGEST" --reason "wrong bill" --json
    """
    from ledger.reconciliation.acting import Refuse

    return _act(settings, item, Refuse(proposal, digest, reason), dry_run=dry_run, as_json=json)


def correct(settings: Settings, *, item: Item, dry_run: DryRun = False, json: Json = False) -> int:
    """Carry an approved correction out, through the ledger, exactly once; run again it goes on where it was.

    Exit status 1 when the ledger refuses it: the approval is used up then, and the answer says why.

    Examples:

    copay reconcile correct brk-0123456789

    copay reconcile correct brk-0123456789 --dry-run --json
    """
    from scripts.cli.failures import Missing

    def act(office: Office) -> None:
        done = office.desk.correct(item)
        if done.code is not None:
            english, chinese = done.message or done.code, done.message_zh or done.code
            raise Missing(
                "correction_refused",
                f"the ledger refused it and the approval is used up: {english}",
                f"账本拒绝执行，批准已失效：{chinese}",
            )

    return _done(settings, item, act, dry_run=dry_run, as_json=json)


def close(settings: Settings, *, item: Item, dry_run: DryRun = False, json: Json = False) -> int:
    """Close a corrected break by hand; matching again closes it, too, once both sides agree.

    Examples:

    copay reconcile close brk-0123456789

    copay reconcile close brk-0123456789 --json
    """
    from ledger.reconciliation.acting import Close

    return _act(settings, item, Close(), dry_run=dry_run, as_json=json)


def reopen(
    settings: Settings, *, item: Item, reason: Reason, dry_run: DryRun = False, json: Json = False
) -> int:
    """Open a closed break again. Its first day stays.

    Examples:

    copay reconcile reopen brk-0123456789 --reason "the file of tomorrow has it not"

    copay reconcile reopen brk-0123456789 --reason "not done" --json
    """
    from ledger.reconciliation.acting import Reopen

    return _act(settings, item, Reopen(reason), dry_run=dry_run, as_json=json)


def _act(settings: Settings, item: str, wish: "Wish", *, dry_run: bool, as_json: bool) -> int:
    return _done(settings, item, lambda office: office.desk.act(item, wish), dry_run=dry_run, as_json=as_json)


def _done(
    settings: Settings, item: str, act: "Callable[[Office], object]", *, dry_run: bool, as_json: bool
) -> int:
    """Act, and show the break as it stands then."""
    from scripts.reconciling.plainly import described

    def question() -> Answer:
        with at_the_desk(settings, dry_run=dry_run) as office:
            act(office)
            (found,) = described(office.desk, [office.desk.item(item)])
        return found | {"kept": not dry_run}

    return give(settings, as_json, question, lambda found: show_item(settings, found))


def _object(file: Path) -> "Mapping[str, Any]":
    """The JSON object in a file. Raises `Usage`."""
    import orjson

    from scripts.cli.proofs import bytes_of

    try:
        found = orjson.loads(bytes_of(file))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Usage(f"{file} holds no JSON object", f"{file} 不是 JSON 对象")
    return found


def _their_row(text: str) -> "TheirRow":
    from ledger.events.reconciliation import TheirRow

    file, _, line = text.rpartition(":")
    if not file or not line.isdecimal() or int(line) < 1:
        raise Usage(
            "--theirs is SHA256:LINE, as show --json prints them", "--theirs 须为 SHA256:行号，见 show --json"
        )
    return TheirRow(file=file, line=int(line))


def _left_of(office: Office, settlement: str) -> int:
    """What of a settlement was not given back yet. Raises `NotFound`."""
    from projections import queries
    from scripts.cli.reading import moment

    with moment(office.settings) as view:
        found = queries.explain(view, settlement)
    given_back: int = sum(one["amount_fen"] for one in found["refunds"])
    return int(found["amount_fen"]) - given_back
