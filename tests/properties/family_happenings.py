"""Binding, reviewing, ordering and unbinding in a made-up town."""

from datetime import timedelta

from tests.properties.clerk_of_families import authorisations
from tests.properties.story import PEOPLE, REVIEWED, Obj, Story
from tests.properties.town import local_day, pack_in_force


def bind(story: Story, binder: str | None = None, beneficiary: str | None = None) -> None:
    kind = "proxy_credential" if story.chance(15) else "mutual_aid"
    pairs = [
        (one, other)
        for one in PEOPLE
        for other in PEOPLE
        if one != other and not story.clerk.town.family(other).bound(one, kind)
    ]
    once = [pair for pair in pairs if was_bound(story, *pair, kind)]
    if once and story.chance(40):
        pairs = once
    drawn = story.pick(pairs) if pairs and story.chance(90) else (story.pick(PEOPLE), story.pick(PEOPLE))
    binder, beneficiary = binder or drawn[0], beneficiary or drawn[1]
    story.say(
        "bind",
        late=story.rarely_late(),
        binder=binder,
        beneficiary=beneficiary,
        kind=kind,
        **terms(story, binder, beneficiary, kind),
    )


def was_bound(story: Story, binder: str, beneficiary: str, kind: str) -> bool:
    bindings = story.clerk.town.family(beneficiary).bindings
    return any((binding.binder, binding.kind) == (binder, kind) for binding in bindings)


def terms(story: Story, binder: str, beneficiary: str, kind: str) -> Obj:
    """What a bind says, mostly as the binder's policy wants it."""
    person = story.clerk.town.people[beneficiary]
    pack = pack_in_force(story.clerk.town.people[binder].region, local_day(story.now))
    assert pack is not None
    rules = pack[kind]
    needed = authorisations(person, local_day(story.now), rules["face_age"])
    terms: Obj = {
        "relation": "parent_in_law" if story.chance(10) else story.pick(rules["relations"]),
        "authorisation": "face" if story.chance(10) else story.pick(needed),
    }
    if kind == "mutual_aid":
        if story.chance({"none": 5, "optional": 25, "required": 95}[rules["quota"]]):
            terms["quota_fen"] = story.fen(60)
        if story.chance(30):
            terms["limit_fen"] = story.pick((None, 0, 30, 100))
    return terms


def review(story: Story) -> None:
    """Somebody reviews what waits, mostly somebody else; when nothing waits, something is asked for."""
    town = story.clerk.town
    waiting = [id_ for id_ in town.pending if id_ not in town.reviewed]
    if not waiting and story.chance(90):
        careful = [name for name, person in town.people.items() if person.region == REVIEWED]
        return bind(story, story.pick(careful) if careful else None)
    request = story.pick(waiting if waiting and story.chance(90) else [c["id"] for c in story.commands])
    asked_by = town.pending[request]["by"] if request in town.pending else "window-2"
    other = "window-1" if asked_by == "window-2" else "window-2"
    late = story.rarely_late()
    if request in town.pending and story.chance(15):  # a minute before it was asked for
        late = (story.now - town.pending[request]["at"]) // timedelta(minutes=1) + 1
    return story.say(
        "review",
        late=late,
        by=other if story.chance(85) else asked_by,
        request=request,
        decision="reject" if story.chance(20) else "approve",
    )


def a_pair(story: Story) -> Obj:
    """A binder and a beneficiary, mostly bound; when nobody is, two people bind first."""
    if not bound_pairs(story):
        bind(story)
    strangers = (story.pick(PEOPLE), story.pick(PEOPLE))
    bound = bound_pairs(story)
    binder, beneficiary = story.pick(bound) if bound and story.chance(90) else strangers
    return {"binder": binder, "beneficiary": beneficiary}


def bound_pairs(story: Story) -> list[tuple[str, str]]:
    return [
        (binding.binder, beneficiary)
        for beneficiary, family in story.clerk.town.families.items()
        for binding in family.bound_now("mutual_aid")
    ]


def unbind(story: Story) -> None:
    kind = {"kind": "proxy_credential"} if story.chance(15) else {}
    story.say("unbind", late=story.rarely_late(), **a_pair(story), **kind)


def reorder(story: Story) -> None:
    beneficiary = "LIN" if story.chance(80) else story.pick(PEOPLE)
    order = [binding.binder for binding, _ in story.clerk.town.family(beneficiary).order_now()]
    if story.chance(10):
        order.append(story.pick(PEOPLE))
    shuffled = sorted(order, key=lambda _: story.number(0, 9))
    story.say("reorder", late=story.rarely_late(), beneficiary=beneficiary, order=shuffled)


def set_limit(story: Story) -> None:
    limit = story.pick((None, 0, 20, 50, 200))
    story.say("set_limit", late=story.rarely_late(), **a_pair(story), limit_fen=limit)


def grant_quota(story: Story) -> None:
    story.say("grant_quota", late=story.rarely_late(), **a_pair(story), amount_fen=story.fen(40))


def release_quota(story: Story) -> None:
    quotas = [(owner, other) for (owner, other, _), left in story.clerk.town.quotas.items() if left]
    if not quotas and story.chance(80):
        return grant_quota(story)
    pair = a_pair(story)
    if quotas:
        pair["binder"], pair["beneficiary"] = story.pick(quotas)
    return story.say("release_quota", **pair)
