"""Worked cases of two sides: the hospital's ledger and the insurer's platform (48, 62 to 65, 67)."""

from datetime import date

from ledger.reconciliation.matching import match
from ledger.reconciliation.matching.outcome import Amounts
from ledger.reconciliation.rows import Rules
from tests.examples import LIN, MEI, SHIJIAZHUANG, TANGSHAN, WEI
from tests.reconciliation.sides import at, days_later, joined, kinds, only, ours, theirs


def test_case_48_around_midnight_a_bill_is_one_timing_item_and_nothing_is_owed() -> None:
    """We have 88.00 at 23:59:58, the platform three seconds later on the next day."""
    here = [ours("S1", 8_800, at=at("23:59:58"))]
    there = [theirs(1, 8_800, "S1", day=days_later(1))]
    found = match(here, there)
    assert joined(found) == [(("S1",), (1,), "settlement_and_amounts")]
    assert (only(found).kind, only(found).effect, only(found).correction.action) == (
        "cut_off",
        (0, 0, 0),
        "wait",
    )
    for days in (0, 1):
        alone = match(here, there, Rules(first_day=days_later(days), last_day=days_later(days)))
        assert (alone.breaks, alone.difference) == (found.breaks, (0, 0, 0))


def test_case_62_totals_mixed_inside_and_outside_differ_by_the_mutual_aid_money() -> None:
    """1,000.00, of it funds 680.00, own account 50.00, family 270.00: inside 320.00, outside 50.00."""
    inside = ours("S1", 100_000, fund_fen=68_000, account_fen=32_000)
    outside = theirs(1, 100_000, "S1", fund_fen=68_000, account_fen=5_000)
    found = only(match([inside], [outside]))
    assert (found.kind, found.effect) == ("split", (0, 0, -27_000))


def test_case_63_a_bill_cancelled_the_same_day_is_two_rows_on_both_sides() -> None:
    amounts = {"S1": 10_000, "S2": 20_000, "S3": 30_000}
    here = [ours(name, fen) for name, fen in amounts.items()]
    here.append(ours("S2", 20_000, direction="reverse", refund="R2"))
    there = [theirs(line, fen, name) for line, (name, fen) in enumerate(amounts.items())]
    there.append(theirs(9, 20_000, "S2", direction="reverse"))
    found = match(here, there)
    assert (found.ours.matched.rows, found.theirs.matched.rows, found.breaks) == (4, 4, ())
    assert found.ours.given.amounts.total_fen == 40_000


def test_case_64_a_refund_of_the_next_month_leaves_its_month_alone() -> None:
    """Netting by settlement id would show August short by 200.00."""
    august, september = date(2026, 8, 31), date(2026, 9, 1)
    here = [
        ours("S1", 20_000, day=august),
        ours("S1", 20_000, day=september, direction="reverse", refund="R1"),
    ]
    there = [
        theirs(1, 20_000, "S1", day=august),
        theirs(2, 20_000, "S1", day=september, direction="reverse"),
    ]
    of_august = match(here, there, Rules(last_day=august))
    assert of_august.ours.matched.amounts == Amounts(20_000, 10_000, 10_000)
    of_september = match(here, there, Rules(first_day=september))
    assert of_september.theirs.matched.amounts == Amounts(-20_000, -10_000, -10_000)
    assert of_august.breaks == of_september.breaks == ()


def test_case_65_a_row_only_the_centre_has_is_joined_by_its_message_and_settles_the_hold() -> None:
    hold = ours("S1", 4_500, state="held", message="M77", position=31)
    row = theirs(1, 4_500, message="M77", visit=None, day=None, result="centre_more")
    found = match([hold], [row], Rules(only_differences=True))
    assert joined(found) == [(("S1",), (1,), "message")]
    assert (only(found).kind, only(found).likely.position) == ("in_doubt", 31)
    assert only(found).correction.action == "capture"


def test_case_67_the_area_of_each_payer_says_who_owes_what() -> None:
    """320.00 to the institution: 170.00 of the local area, 150.00 of Mei's. They book all of it locally."""
    legs = ((LIN, SHIJIAZHUANG, 5_000), (WEI, SHIJIAZHUANG, 12_000), (MEI, TANGSHAN, 15_000))
    row = ours("S1", 32_000, fund_fen=0, account_fen=32_000, legs=legs)
    areas: dict[str | None, int] = {}
    for _, area, fen in row.legs:
        areas[area] = areas.get(area, 0) + fen
    assert areas == {SHIJIAZHUANG: 17_000, TANGSHAN: 15_000}
    agreed = theirs(1, 32_000, "S1", fund_fen=0, account_fen=32_000, legs=legs)
    assert match([row], [agreed]).breaks == ()
    local = tuple((payer, SHIJIAZHUANG, fen) for payer, _, fen in legs)
    booked = theirs(1, 32_000, "S1", fund_fen=0, account_fen=32_000, legs=local)
    assert kinds(match([row], [booked])) == ["region"]
