"""From what a command wrote back to the command: what was asked stands in the event that answers it."""

from typing import Any, TypeVar

from pydantic import ValidationError

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.personal_account import PersonalAccount
from ledger.aggregates.settlement import Settlement
from ledger.commands import models as c
from ledger.deciders.desk import States
from ledger.deciders.dispatch import Recorded
from ledger.events import account as a
from ledger.events import family as f
from ledger.events import request as r
from ledger.events import settlement as s
from ledger.events.envelope import Event
from ledger.ids import account_stream, family_stream, settlement_stream

Fields = dict[str, Any]
AskedFor = TypeVar("AskedFor", bound=c.Command)


class NotACommand(Exception):
    """No command is answered like this: the message is the field, or the topic, that says so."""


def commanded(event: Event, stream: str, states: States) -> Recorded:
    """The command that an event of a stream answers. Raises `NotACommand`.

    Some answers do not say everything: a status, region, order or limit that was set to what it was is read
    from the state. Whatever else was asked would have been answered otherwise.
    """
    name = stream.partition(":")[2]
    match event:
        case s.SettlementDecided():
            return of_decision(event, name, event)
        case s.SettlementRefunded():
            return _refund(event, name, event)
        case s.SettlementCaptured():
            return _command(c.Capture, event, {"settlement": name})
        case s.SettlementReleased():
            return _command(c.Release, event, {"settlement": name})
        case r.RequestRefused():
            return _refused(event)
        case r.RequestRepeated():
            return _repeated(event, states)
        case r.BindRequested() | r.BindApproved() | r.BindRejected():
            return _of_request(event, name)
        case a.AccountConfirmed():
            return _confirmed(event, name, states)
        case f.TimelineAdvanced():
            return _unchanged(event, name, states)
        case f.Bound() | f.Unbound() | f.PriorityReordered() | f.LimitSet():
            return _of_family(event, name)
        case _:
            return _of_account(event, name)


def of_decision(stamp: Event, settlement: str, decided: s.SettlementDecided) -> Recorded:
    """The bill behind a decision, sent under the request id, actor and time of `stamp`."""
    fields: Fields = {
        "settlement": settlement,
        "beneficiary": decided.beneficiary,
        "amount_fen": decided.amount_fen,
    }
    if decided.op == "pay_premium":
        payer = decided.sources[0].payer if decided.sources else ""
        return _command(c.PayPremium, stamp, {**fields, "payer": payer, "scheme": decided.scheme})
    if decided.op == "record":
        return _recorded(stamp, fields, decided)
    fields |= _given(
        med_type=decided.med_type,
        institution=decided.institution,
        facts=decided.facts,
        sources=decided.allowed_sources,
        self_paid_fen=decided.self_paid_fen or None,
        cash="refused" if decided.cash_refused else None,
    )
    if decided.op == "charge":
        return _command(c.Charge, stamp, fields)
    return _command(c.Hold, stamp, fields)


def _recorded(stamp: Event, fields: Fields, decided: s.SettlementDecided) -> c.Record:
    legs = [{"payer": leg.payer, "bucket": leg.bucket, "amount_fen": leg.amount_fen} for leg in decided.legs]
    fields |= _given(
        med_type=decided.med_type,
        institution=decided.institution,
        facts=decided.facts,
        self_paid_fen=decided.self_paid_fen or None,
        corrects=decided.corrects,
    )
    return _command(c.Record, stamp, {**fields, "legs": legs})


def _command(model: type[AskedFor], event: Event, fields: Fields) -> AskedFor:
    stamp = _given(id=event.request, at=event.at.isoformat(), by=event.by)
    try:
        return model.model_validate({**fields, **stamp})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotACommand(".".join(map(str, first["loc"])) or model.op) from None


def _given(**fields: object) -> Fields:
    """Optional fields are left out, never null."""
    return {name: value for name, value in fields.items() if value is not None}


def _refund(stamp: Event, settlement: str, refunded: s.SettlementRefunded) -> c.Refund:
    """The refund; its digest says whether an amount was named, or all that is left was meant."""
    fields: Fields = {"settlement": settlement, "refund": refunded.refund}
    named = _command(c.Refund, stamp, {**fields, "amount_fen": refunded.amount_fen})
    if named.digest().hex() == refunded.digest:
        return named
    whole = _command(c.Refund, stamp, fields)
    return whole if whole.digest().hex() == refunded.digest else named


def _refused(event: r.RequestRefused) -> Recorded:
    model = c.MODELS.get(event.op)
    if model is None:
        raise NotACommand("op")
    asked = dict(event.asked)
    if model is c.SetLimit:
        asked.setdefault("limit_fen", None)
    command = _command(model, event, asked)
    if isinstance(command, c.Quote):  # which leaves no trace
        raise NotACommand("op")
    return command


def _repeated(event: r.RequestRepeated, states: States) -> Recorded:
    """What was answered before, sent again under this id: its content is that of the first."""
    settlement = states.state(settlement_stream(event.settlement))
    if not isinstance(settlement, Settlement):
        raise NotACommand("settlement")
    if event.refund is None:
        return of_decision(event, event.settlement, settlement.decided)
    if event.refund not in settlement.refunds:
        raise NotACommand("refund")
    return _refund(event, event.settlement, settlement.refunds[event.refund])


def _of_request(event: r.BindRequested | r.BindApproved | r.BindRejected, name: str) -> Recorded:
    match event:
        case r.BindRequested():
            return _bind(event, event.beneficiary)
        case r.BindApproved():
            fields = _given(request=name, decision="approve", reason=event.reason)
        case r.BindRejected():
            fields = _given(request=name, decision="reject", reason=event.reason)
    return _command(c.Review, event, fields)


def _bind(event: r.BindRequested | f.Bound, beneficiary: str) -> c.Bind:
    fields = _given(
        binder=event.binder,
        beneficiary=beneficiary,
        relation=event.relation,
        authorisation=event.authorisation,
        kind=event.kind,
        limit_fen=event.limit_fen,
        quota_fen=event.quota_fen,
        evidence=[shown.as_dict() for shown in event.evidence],
    )
    return _command(c.Bind, event, fields)


def _of_family(event: f.Bound | f.Unbound | f.PriorityReordered | f.LimitSet, name: str) -> Recorded:
    match event:
        case f.Bound():
            return _bind(event, name)
        case f.Unbound():
            fields = _given(binder=event.binder, beneficiary=name, kind=event.kind, reason=event.reason)
            return _command(c.Unbind, event, fields)
        case f.PriorityReordered():
            return _command(c.Reorder, event, {"beneficiary": name, "order": list(event.order)})
        case f.LimitSet():
            limit: Fields = {"binder": event.binder, "beneficiary": name, "limit_fen": event.limit_fen}
            return _command(c.SetLimit, event, limit)


def _of_account(event: Event, name: str) -> Recorded:
    fields: Fields
    match event:
        case a.AccountOpened():
            fields = {"account": name, "region": event.region, "insurance": event.insurance}
            return _command(c.OpenAccount, event, fields)
        case a.Credited():
            fields = _given(account=name, amount_fen=event.amount_fen, bucket=event.bucket, kind=event.kind)
            return _command(c.Credit, event, fields)
        case a.Adjusted():
            fields = {"account": name, "delta_fen": event.delta_fen, "bucket": event.bucket}
            return _command(c.Adjust, event, {**fields, "reason": event.reason})
        case a.YearClosed():
            return _command(c.CloseYear, event, {"account": name, "year": event.year})
        case a.AccountTransferred():
            fields = _given(account=name, region=event.region, reason=event.reason)
            return _command(c.Transfer, event, fields)
        case a.StatusChanged():
            fields = _given(account=name, status=event.status, reason=event.reason)
            return _command(c.SetStatus, event, fields)
        case a.QuotaGranted():
            fields = {"binder": name, "beneficiary": event.beneficiary, "amount_fen": event.amount_fen}
            return _command(c.GrantQuota, event, fields)
        case a.QuotaReleased():
            return _command(c.ReleaseQuota, event, {"binder": name, "beneficiary": event.beneficiary})
        case _:  # the second event of some act, and the answer to nothing
            raise NotACommand(event.topic)


def _confirmed(event: a.AccountConfirmed, name: str, states: States) -> Recorded:
    account = states.state(account_stream(name))
    if not isinstance(account, PersonalAccount):
        raise NotACommand("account")
    if event.op == "transfer":
        return _command(c.Transfer, event, {"account": name, "region": account.region})
    return _command(c.SetStatus, event, {"account": name, "status": account.status})


def _unchanged(event: f.TimelineAdvanced, name: str, states: States) -> Recorded:
    family = states.state(family_stream(name))
    assert isinstance(family, FamilyGroup), "a family's stream begins with an empty family"
    if event.op == "reorder":
        order = [ranked.binder for ranked in family.order]
        return _command(c.Reorder, event, {"beneficiary": name, "order": order})
    if event.op != "set_limit" or not family.order:
        raise NotACommand("op")
    first = family.order[0]
    fields = {"binder": first.binder, "beneficiary": name, "limit_fen": first.limit_fen}
    return _command(c.SetLimit, event, fields)
