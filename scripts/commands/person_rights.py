"""`copay person`, what becomes of what is known of a person: restricted, released, forgotten, swept."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.settings import Settings
from scripts.cli.vault import Asking, Person, Place, opened

_TOMBSTONE: Final = ("person", "at", "by", "second", "law", "retained_until")


def restrict(
    settings: Settings,
    *,
    person: Person,
    asking: Asking,
    place: Place,
    json: Json = False,
) -> int:
    """Keep what is known of a person and use it no more (PIPL art. 47): find, show and put refuse.

    Bills are settled as before: the ledger knows numbers only, and is bound by law to settle them.

    Examples:

    copay person restrict LIN --by window-3 --reason "asked for at the counter"
    """
    said = f"{person} is restricted", f"{person} 已限制处理"
    return _use(settings, person, "restricted", said, asking, place, json=json)


def release(
    settings: Settings,
    *,
    person: Person,
    asking: Asking,
    place: Place,
    json: Json = False,
) -> int:
    """End the restriction of a person.

    Examples:

    copay person release LIN --by window-3 --reason "the objection was withdrawn"
    """
    said = f"{person} is released", f"{person} 已解除限制"
    return _use(settings, person, "active", said, asking, place, json=json)


def _use(
    settings: Settings,
    person: str,
    state: Literal["restricted", "active"],
    said: tuple[str, str],
    asking: Asking,
    place: Place,
    *,
    json: bool,
) -> int:
    """Let what is known of a person be used from now on, or not."""
    from ledger.vault.asking import asked

    who = asked(asking.by, asking.reason)

    def ask() -> Answer:
        with opened(settings, place) as vault:
            if state == "restricted":
                vault.restrict(person, who)
            else:
                vault.release(person, who)
        return {"person": person, "state": state}

    return give(settings, json, ask, lambda _: _said(settings, *said))


def forget(
    settings: Settings,
    *,
    persons: Annotated[list[str], typer.Argument(metavar="PERSON...", help="The person numbers")],
    asking: Asking,
    force: Annotated[bool, typer.Option("--force", help="Though the law keeps it; needs --second")] = False,
    second: Annotated[
        str | None, typer.Option("--second", metavar="ID", help="A second person who agrees to --force")
    ] = None,
    retention: Annotated[
        Path | None, typer.Option("--retention", metavar="FILE", help="Other terms than those shipped (YAML)")
    ] = None,
    place: Place,
    json: Json = False,
) -> int:
    """Forget people, all or none, for good: destroy their keys, take out their rows, set tombstones.

    Refused, with the day, while a law keeps what is known. Balances, proofs and the log stay as they are:
    they never held more than the number. Killed on the way, the next use of the vault completes it.

    Examples:

    copay person forget LIN --by window-3

    copay person forget LIN --by window-3 --force --second head-1 --reason "court order 2026-17"
    """
    from ledger.vault.asking import decision

    who = decision(asking.by, asking.reason, second, forced=force)

    def ask() -> Answer:
        from ledger.vault.retention import rules

        terms = rules(retention)
        with opened(settings, place) as vault:
            found = [one.as_note() for one in vault.forget(persons, who, terms)]
        return {"forgotten": [{name: one.get(name) for name in _TOMBSTONE} for one in found]}

    def show(found: Answer) -> None:
        count = len(found["forgotten"])
        _said(settings, f"forgotten: {count:,}", f"已遗忘 {count:,} 人")

    return give(settings, json, ask, show)


def sweep(settings: Settings, *, place: Place, json: Json = False) -> int:
    """Do every forgetting again that the key store or the log knows of. For after a restore of either.

    Examples:

    copay person sweep
    """

    def ask() -> Answer:
        with opened(settings, place) as vault:
            return {"forgotten": vault.sweep()}

    def show(found: Answer) -> None:
        count = found["forgotten"]
        _said(settings, f"forgotten, and nothing is left of them: {count:,}", f"已遗忘且无残留：{count:,} 人")

    return give(settings, json, ask, show)


def _said(settings: Settings, english: str, chinese: str) -> None:
    from scripts.cli.tables import Page

    Page(settings.lang).line(english, chinese).show()
