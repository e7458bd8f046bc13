"""What is told of bills decided elsewhere, and how it is answered."""

from typing import Any

from tests.examples import LIN, MEI, WEI, family, leg
from tests.spec import Leg, Outcome, Spec, paid


def bound() -> Spec:
    """Lin 50.00, bound by Wei 120.00 and then by Mei 500.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    return spec


def told(*legs: Leg, exceptions: tuple[str, ...] = (), **fields: Any) -> Outcome:
    """Recorded with exactly these legs and exceptions."""
    outcome = paid(*legs, **fields)
    return outcome._replace(result={**outcome.result, "exceptions": list(exceptions)})


def stranger(payer: str, amount_fen: int, bucket: str = "current") -> Leg:
    """A leg of somebody who was not bound."""
    return Leg(payer, None, bucket, amount_fen)


PLAIN = (leg(LIN, 50_00), leg(WEI, 120_00), leg(MEI, 150_00))
