"""Bills, holds, premiums and refunds in a made-up town."""

from tests.properties.family_happenings import a_pair
from tests.properties.story import LATE, MED_TYPES, PEOPLE, Obj, Story


def a_bill(story: Story) -> Obj:
    amount = story.fen()
    fields: Obj = {
        "beneficiary": "LIN" if story.chance(70) else story.pick(PEOPLE),
        "amount_fen": amount,
        "med_type": story.pick(MED_TYPES),
    }
    if story.chance(25):
        fields["self_paid_fen"] = story.number(0, amount)
    if story.chance(20):
        fields["sources"] = story.pick(("own", "shared", "own_then_shared"))
    if story.chance(10):
        fields["cash"] = "refused"
    return fields


def charge(story: Story) -> None:
    settlement = f"S-{len(story.commands)}"
    story.say("charge", late=story.pick(LATE), settlement=settlement, **a_bill(story))


def hold(story: Story) -> None:
    settlement = f"S-{len(story.commands)}"
    story.say("hold", late=story.pick(LATE), settlement=settlement, **a_bill(story))


def quote(story: Story) -> None:
    story.say("quote", late=story.pick(LATE), **a_bill(story))


def a_settlement(story: Story, *states: str) -> str | None:
    """A settlement in one of these states that still has something to refund or to end, mostly."""
    known = story.clerk.town.settlements
    found = [id_ for id_, s in known.items() if s.state in states and s.left > 0]
    if found and story.chance(95):
        return story.pick(found)
    return story.pick([*known, "S-none"]) if story.chance(20) else None


def capture(story: Story) -> None:
    settlement = a_settlement(story, "held")
    if settlement is None:
        return hold(story)
    return story.say("capture", settlement=settlement)


def release(story: Story) -> None:
    settlement = a_settlement(story, "held")
    if settlement is None:
        return hold(story)
    return story.say("release", settlement=settlement)


def pay_premium(story: Story) -> None:
    pair = a_pair(story)
    payer = pair["beneficiary"] if story.chance(30) else pair["binder"]
    closed = [name for name, person in story.clerk.town.people.items() if person.status == "closed"]
    if closed and story.chance(20):
        payer = story.pick(closed)
    story.say(
        "pay_premium",
        late=story.rarely_late(),
        settlement=f"S-{len(story.commands)}",
        payer=payer,
        beneficiary=pair["beneficiary"],
        amount_fen=story.fen(30),
        scheme=story.pick(("resident", "resident", "resident", "long_term_care")),
    )


def refund(story: Story) -> None:
    settlement = a_settlement(story, "charged", "captured")
    if settlement is None:
        return charge(story)
    amount: Obj = {"amount_fen": story.fen(60)} if story.chance(50) else {}
    return story.say("refund", settlement=settlement, refund=f"R-{len(story.commands)}", **amount)


def record(story: Story) -> None:
    """What a platform has settled: as this ledger would have, or anybody's money."""
    bill = {name: value for name, value in a_bill(story).items() if name not in ("sources", "cash")}
    legs: list[Obj] = []
    if story.chance(40):
        legs = story.clerk.decided(story.now, bill)
    left = bill["amount_fen"] - sum(leg["amount_fen"] for leg in legs)
    if not legs or story.chance(20):
        while left > 0 and (not legs or story.chance(60)) and len(legs) < 20:
            fen = story.number(1, left)
            left -= fen
            payer = "NOBODY" if story.chance(2) else story.pick(PEOPLE)
            legs.append({"payer": payer, "bucket": story.pick(("current", "carried")), "amount_fen": fen})
    known = story.clerk.town.settlements
    settlement = f"S-{len(story.commands)}"
    given_back = [id_ for id_, s in known.items() if s.left == 0 and s.state != "released"]
    corrects = {}
    if given_back and story.chance(60):
        corrects = {"corrects": story.pick(given_back)}
    elif known and story.chance(5):
        corrects = {"corrects": story.pick(list(known))}
    story.say("record", late=story.rarely_late(), settlement=settlement, **bill, legs=legs, **corrects)
