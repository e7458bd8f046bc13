"""Requests that did not simply take effect: refusals, repeats, binds that wait for a review; whom they name.

Their content stays in the log; these rows find it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple, assert_never, get_args

from ledger.events.request import BindApproved, BindRejected, BindRequested, RequestRefused, RequestRepeated
from projections.recorded import Model, Recorded, Table

Read = RequestRefused | RequestRepeated | BindRequested | BindApproved | BindRejected

# The fields of a command that name somebody or something → under which kinds of subject it is found.
_NAMING: Final[dict[str, tuple[str, ...]]] = {
    "account": ("account",),
    "binder": ("account",),
    "payer": ("account",),
    "beneficiary": ("account", "beneficiary"),
    "settlement": ("settlement",),
    "corrects": ("settlement",),
    "request": ("request",),
}


class RequestStep(NamedTuple):
    """What was recorded of a request id: `refused`, `repeated`, `pending`, `approved` or `rejected`."""

    position: int
    at: datetime
    step: str
    request: str
    code: str | None = None


class RequestSubject(NamedTuple):
    """What the event at `position` names: an id as `account`, `beneficiary`, `settlement` or `request`."""

    position: int
    kind: str
    subject: str


def project(recorded: Recorded[Read]) -> Iterator[RequestStep | RequestSubject]:
    """The step an event adds, and one row per subject it names (known to the ledger or not)."""
    event, position, request = recorded.event, recorded.position, recorded.subject
    match event:
        case RequestRefused():
            yield RequestStep(position, event.at, "refused", request, event.code)
            named = event.asked
        case RequestRepeated():
            yield RequestStep(position, event.at, "repeated", request)
            named = {"settlement": event.settlement}
        case BindRequested():
            yield RequestStep(position, event.at, "pending", request)
            named = {"binder": event.binder, "beneficiary": event.beneficiary}
        case BindApproved() | BindRejected():
            step = "approved" if isinstance(event, BindApproved) else "rejected"
            yield RequestStep(position, event.at, step, request)
            named = {"request": request}
        case _:
            assert_never(event)
    for kind, subject in _subjects(named):
        yield RequestSubject(position, kind, subject)


def _subjects(named: dict[str, Any]) -> list[tuple[str, str]]:
    """Each (kind, id) once, in the order of `_NAMING`."""
    found = [(kind, named[field]) for field, kinds in _NAMING.items() if field in named for kind in kinds]
    payers = [("account", leg["payer"]) for leg in named.get("legs", ())]
    return list(dict.fromkeys((*found, *payers)))


REQUESTS: Final = Model(
    "requests",
    1,
    (Table("request_steps", RequestStep), Table("request_subjects", RequestSubject)),
    get_args(Read),
    project,
)
