"""Money, years and statuses of accounts in a made-up town, and commands that come again."""

from tests.properties.story import PEOPLE, Obj, Story


def credit(story: Story) -> None:
    bucket: Obj = {"bucket": "carried"} if story.chance(40) else {}
    story.say("credit", account=story.pick(PEOPLE), amount_fen=story.fen(200), **bucket)


def adjust(story: Story) -> None:
    delta = story.number(-400, 150) or -1
    bucket = story.pick(("current", "carried", "suspense"))
    if bucket == "suspense":
        owed = [(name, p.suspense) for name, p in story.clerk.town.people.items() if p.suspense]
        name, owing = story.pick(owed) if owed else (story.pick(PEOPLE), 10)
        delta = -owing if story.chance(50) else delta
    else:
        closed = [name for name, person in story.clerk.town.people.items() if person.status == "closed"]
        name = story.pick(PEOPLE)
        if closed and story.chance(40):
            name, delta = story.pick(closed), -story.fen(60)
    story.say("adjust", account=name, delta_fen=delta, bucket=bucket, reason="clearing")


def close_year(story: Story) -> None:
    town = story.clerk.town
    holding = [leg.payer for s in town.settlements.values() if s.state == "held" for leg in s.legs]
    name = story.pick(holding if holding and story.chance(50) else PEOPLE)
    story.say("close_year", account=name, year=story.pick((2024, 2025, 2026, 2026, 2027)))


def set_status(story: Story) -> None:
    town = story.clerk.town
    not_active = [name for name, person in town.people.items() if person.status == "suspended"]
    treated = [s.beneficiary for s in town.settlements.values() if s.state == "held"]
    if not_active and story.chance(60):
        name, status = story.pick(not_active), "active"
    else:
        name, status = story.pick(PEOPLE), story.pick(("suspended", "active", "closed"))
        if treated and story.chance(30):
            name, status = story.pick(treated), "closed"
    story.say("set_status", late=story.often_late(), account=name, status=status)


def transfer(story: Story) -> None:
    region = story.pick(story.regions)
    story.say("transfer", late=story.often_late(), account=story.pick(PEOPLE), region=region)


def again(story: Story) -> None:
    """An earlier command once more: as it was, under a new id, or with other content."""
    command = dict(story.pick(story.commands))
    if story.chance(50):
        command["id"] = f"r-{len(story.commands)}"
    if story.chance(30):
        command["at"] = story.now.isoformat()
    story.tell(command)


def stranger(story: Story) -> None:
    """A command about someone or some time that the ledger does not know."""
    command = dict(story.pick(story.commands))
    command["id"] = f"r-{len(story.commands)}"
    field = story.pick(("account", "binder", "beneficiary", "payer", "settlement", "at"))
    if field in command:
        command[field] = "2029-01-01T00:00:00+08:00" if field == "at" else "NOBODY"
    story.tell(command)
