"""What rests on a birth date, which is not in the log, is counted apart; the rest is not."""

from pathlib import Path

from ledger.events.request import BindRequested, RequestRefused
from ledger.persistence.stored_log import ListedLog
from ledger.redeciding.findings import Report
from ledger.redeciding.redecide import redecide
from tests.examples import BAO, CLERK, LIN, WEI, bind, family, funded, review
from tests.redecide.forging import edited, first, place_of
from tests.spec import Spec


def counted(spec: Spec) -> tuple[int, int, int]:
    report: Report = redecide(ListedLog.of(spec.log))
    return report.supported, report.undecidable, report.unsupported


def test_a_bind_says_whether_the_face_age_was_reached() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=0), *funded(BAO, 0), bind(WEI, BAO))

    assert counted(spec) == (5, 0, 0)


def test_a_refused_authorisation_rests_on_an_age_that_the_log_does_not_tell() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=0), *funded(BAO, 0))
    spec.refuses(
        bind(WEI, BAO, authorisation="face"),
        "authorisation_required",
        given="face",
        needed=["household_register", "birth_certificate"],
    )

    assert counted(spec) == (4, 1, 0)


def test_so_does_whatever_is_refused_after_the_authorisation_was_looked_at() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=0))
    spec.refuses(bind(WEI, LIN), "already_bound")
    spec.refuses(bind("NOBODY", LIN), "binder_not_found")

    assert counted(spec) == (4, 1, 0)


def test_a_pending_bind_does_not_say_the_age_and_its_approval_does(tmp_path: Path) -> None:
    file = tmp_path / "reviewed.yaml"
    file.write_text(
        'name: reviewed\nregions: ["1301"]\neffective: 2026-01-01\nsource: made up\ncertainty: I\n'
        "mutual_aid: {review: required}\n"
    )
    spec = Spec(file)
    spec.given(*funded(WEI, 0), *funded(LIN, 0))
    spec.given(bind(WEI, LIN, id="asked", by=CLERK))
    assert isinstance(spec.log[-1].event, BindRequested)
    spec.given(review("asked", "approve"))

    assert counted(spec) == (3, 1, 0)


def test_a_refusal_that_no_age_explains_is_a_finding() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=0))
    spec.refuses(bind(WEI, LIN), "already_bound")
    place = place_of(spec.log, RequestRefused)

    found = first(edited(spec.log, place, code="too_many_binders", figures={"binders": 2, "max": 2}))

    assert (found.position, found.kind) == (place + 1, "refusal")
    assert found.differences[0] == ("RequestRefused.code", "too_many_binders", "already_bound")
