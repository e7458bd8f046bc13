"""Contract section 4 and the family commands of section 3, by hand."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.properties.refusing import refuse
from tests.properties.town import Binding, Family, Person, Town, local_day, pack_in_force

Obj = dict[str, Any]


def bind(town: Town, c: Obj, id_: str, by: str | None) -> Obj:
    pack = bindable(town, c, c["at"])
    if pack[c["kind"]]["review"] == "required":
        if by is None:
            refuse("actor_required")
        town.pending[id_] = {**c, "by": by}
        return {"rank": None, "state": "pending"}
    return {"rank": make(town, c, c["at"]), "state": "bound"}


def review(town: Town, c: Obj, by: str | None) -> Obj:
    pending = town.pending.get(c["request"])
    if pending is None:
        refuse("request_not_found")
    if c["request"] in town.reviewed:
        refuse("already_reviewed")
    if by == pending["by"]:
        refuse("self_review")
    if c["decision"] == "reject":
        town.reviewed[c["request"]] = "rejected"
        return {"rank": None, "state": "rejected"}
    bindable(town, pending, c["at"], not_before=pending["at"])
    town.reviewed[c["request"]] = "bound"
    return {"rank": make(town, pending, c["at"]), "state": "bound"}


def bindable(town: Town, c: Obj, at: datetime, not_before: datetime | None = None) -> Obj:
    """The checks of section 4 up to the seventeenth, in order; the binder's pack."""
    kind, day = c["kind"], local_day(at)
    if c["binder"] == c["beneficiary"]:
        refuse("self_binding")
    binder, beneficiary = town.people.get(c["binder"]), town.people.get(c["beneficiary"])
    if binder is None:
        refuse("binder_not_found")
    if beneficiary is None:
        refuse("beneficiary_not_found")
    if binder.status != "active":
        refuse("binder_not_active")
    if beneficiary.status != "active":
        refuse("beneficiary_not_active")
    if kind == "mutual_aid" and binder.insurance != "employee":
        refuse("no_personal_account")
    pack = pack_in_force(binder.region, day)
    if pack is None:
        refuse("no_policy")
    rules = pack[kind]
    if c["relation"] not in rules["relations"]:
        refuse("relation_not_eligible")
    shared = {"city": 4, "province": 2, "nation": 0}[rules["scope"]]
    if binder.region[:shared] != beneficiary.region[:shared]:
        refuse("out_of_scope")
    needed = authorisations(beneficiary, day, rules["face_age"])
    if c["authorisation"] not in needed:
        refuse("authorisation_required", given=c["authorisation"], needed=needed)
    family = town.family(c["beneficiary"])
    if family.bound(c["binder"], kind):
        refuse("already_bound")
    in_order(family, at)
    if not_before is not None and at < not_before:
        refuse("out_of_order")
    for old in family.bindings:
        if old.until and (old.binder, old.kind) == (c["binder"], kind):
            first_day = local_day(old.until) + timedelta(days=rules["rebind_cooldown_days"])
            if day < first_day:
                refuse("rebind_too_soon")
    counts(town, c, rules, day)
    if kind == "mutual_aid":
        quota_rules(town, c, rules)
    return pack


def authorisations(person: Person, day: date, face_age: int) -> list[str]:
    if person.born is None:
        return ["face"]
    had_birthday = (day.month, day.day) >= (person.born.month, person.born.day)
    age = day.year - person.born.year - (0 if had_birthday else 1)
    return ["face"] if age >= face_age else ["household_register", "birth_certificate"]


def counts(town: Town, c: Obj, rules: Obj, day: date) -> None:
    kind, binder = c["kind"], c["binder"]
    as_binder = [
        b
        for family in town.families.values()
        for b in family.bindings
        if (b.binder, b.kind) == (binder, kind)
    ]
    members = [b for b in as_binder if b.until is None]
    this_month = [
        b for b in as_binder if (local_day(b.since).year, local_day(b.since).month) == (day.year, day.month)
    ]
    binders = town.family(c["beneficiary"]).bound_now(kind)
    if rules["max_active_binders"] is not None and len(binders) >= rules["max_active_binders"]:
        refuse("too_many_binders")
    if rules["max_active_members"] is not None and len(members) >= rules["max_active_members"]:
        refuse("too_many_members")
    if rules["max_binds_per_month"] is not None and len(this_month) >= rules["max_binds_per_month"]:
        refuse("too_many_binds_this_month")


def quota_rules(town: Town, c: Obj, rules: Obj) -> None:
    if "quota_fen" not in c:
        if rules["quota"] == "required":
            refuse("quota_required")
        return
    if rules["quota"] == "none":
        refuse("quota_not_offered")
    if c["quota_fen"] > town.money(c["binder"]).available:
        refuse("quota_exceeds_available")


def in_order(family: Family, at: datetime) -> None:
    if family.last_at is not None and at < family.last_at:
        refuse("out_of_order")


def make(town: Town, c: Obj, at: datetime) -> int | None:
    family = town.family(c["beneficiary"])
    binding = Binding(len(family.bindings) + 1, c["kind"], c["binder"], at)
    family.bindings.append(binding)
    family.actions.append((at, "bind", (binding, c["limit_fen"])))
    if "quota_fen" in c:
        town.quotas[c["binder"], c["beneficiary"], binding.number] = c["quota_fen"]
    return len(family.bound_now("mutual_aid")) if c["kind"] == "mutual_aid" else None


def end(town: Town, beneficiary: str, binding: Binding, at: datetime) -> None:
    family = town.family(beneficiary)
    binding.until = at
    family.actions.append((at, "unbind", binding))
    key = (binding.binder, beneficiary, binding.number)
    if key in town.quotas:
        town.quotas[key] = 0


def unbind(town: Town, c: Obj) -> Obj:
    family = town.family(c["beneficiary"])
    binding = bound_in_order(town, c, c["kind"])
    for id_ in town.open_holds(c["beneficiary"]):
        settlement = town.settlements[id_]
        numbers = [leg.binding for leg in settlement.legs]
        if settlement.beneficiary == c["beneficiary"] and binding.number in numbers:
            refuse("unsettled_holds")
    pack = pack_in_force(town.people[c["binder"]].region, local_day(c["at"]))
    assert pack is not None
    first_day = local_day(binding.since) + timedelta(days=pack[c["kind"]]["min_days_bound"])
    if local_day(c["at"]) < first_day:
        refuse("too_soon_to_unbind")
    assert family.bound(c["binder"], c["kind"]) is binding
    end(town, c["beneficiary"], binding, c["at"])
    return {}


def bound_in_order(town: Town, c: Obj, kind: str = "mutual_aid") -> Binding:
    family = town.family(c["beneficiary"])
    binding = family.bound(c["binder"], kind)
    if binding is None:
        refuse("not_bound")
    in_order(family, c["at"])
    return binding


def reorder(town: Town, c: Obj) -> Obj:
    if c["beneficiary"] not in town.people:
        refuse("beneficiary_not_found")
    family = town.family(c["beneficiary"])
    in_order(family, c["at"])
    now = [binding.binder for binding, _ in family.order_now()]
    if sorted(now) != sorted(c["order"]):
        refuse("not_a_permutation")
    family.actions.append((c["at"], "reorder", c["order"]))
    return {"changed": now != c["order"]}


def set_limit(town: Town, c: Obj) -> Obj:
    binding = bound_in_order(town, c)
    family = town.family(c["beneficiary"])
    before = next(limit for b, limit in family.order_now() if b is binding)
    family.actions.append((c["at"], "limit", (binding, c["limit_fen"])))
    return {"changed": before != c["limit_fen"]}


def grant_quota(town: Town, c: Obj) -> Obj:
    binding = bound_in_order(town, c)
    pack = pack_in_force(town.people[c["binder"]].region, local_day(c["at"]))
    assert pack is not None
    if pack["mutual_aid"]["quota"] == "none":
        refuse("quota_not_offered")
    if c["amount_fen"] > town.money(c["binder"]).available:
        refuse("quota_exceeds_available")
    key = (c["binder"], c["beneficiary"], binding.number)
    town.quotas[key] = town.quotas.get(key, 0) + c["amount_fen"]
    town.family(c["beneficiary"]).actions.append((c["at"], "nothing", None))
    return {"quota_fen": town.quotas[key]}


def release_quota(town: Town, c: Obj) -> Obj:
    binding = bound_in_order(town, c)
    key = (c["binder"], c["beneficiary"], binding.number)
    left = town.quotas.get(key, 0)
    if left == 0:
        refuse("no_quota")
    town.quotas[key] = 0
    town.family(c["beneficiary"]).actions.append((c["at"], "nothing", None))
    return {"released_fen": left}


def transfer(town: Town, c: Obj) -> Obj:
    person = not_closed(town, c, settled=True)
    if person.region == c["region"]:
        return {"changed": False, "unbound": []}
    person.region = c["region"]
    ended = [e for e in bindings_of(town, c["account"]) if e[:2] == ("mutual_aid", c["account"])]
    return {"changed": True, "unbound": end_all(town, ended, c["at"])}


def set_status(town: Town, c: Obj) -> Obj:
    closing = c["status"] == "closed"
    person = not_closed(town, c, settled=closing)
    if person.status == c["status"]:
        return {"changed": False, "unbound": []}
    person.status = c["status"]
    ended = bindings_of(town, c["account"]) if closing else []
    return {"changed": True, "unbound": end_all(town, ended, c["at"])}


def not_closed(town: Town, c: Obj, *, settled: bool) -> Person:
    person = town.people.get(c["account"])
    if person is None:
        refuse("account_not_found")
    if person.status == "closed":
        refuse("account_closed")
    if settled and town.open_holds(c["account"]):
        refuse("unsettled_holds")
    return person


def bindings_of(town: Town, account: str) -> list[tuple[str, str, str]]:
    """Every binding in force that an account is a side of: kind, binder, beneficiary."""
    return [
        (b.kind, b.binder, beneficiary)
        for beneficiary, family in town.families.items()
        for b in family.bindings
        if b.until is None and account in (b.binder, beneficiary)
    ]


def end_all(town: Town, ended: list[tuple[str, str, str]], at: datetime) -> list[list[str]]:
    """Each takes effect at the later of `at` and its family's last time."""
    for kind, binder, beneficiary in ended:
        family = town.family(beneficiary)
        binding = family.bound(binder, kind)
        assert binding is not None
        end(town, beneficiary, binding, max(at, family.last_at or at))
    return [list(entry) for entry in sorted(ended)]
