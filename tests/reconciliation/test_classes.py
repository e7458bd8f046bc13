"""What a break is called, what it costs, which event is behind it, and what would put it right."""

from typing import Any

from ledger.reconciliation.matching import match
from ledger.reconciliation.matching.outcome import Correction, Likely
from ledger.reconciliation.rows import Rules, Unreadable
from tests.examples import LIN, MEI, SHIJIAZHUANG, TANGSHAN, WEI
from tests.reconciliation.sides import FILE, at, days_later, joined, kinds, lines, only, ours, theirs

SIGNED = Rules(signed_through=days_later(-1), signed_position=100)


def test_a_row_that_only_we_have_is_missing_there() -> None:
    found = only(match([ours("S1", 10_000, position=7)], []))
    assert (found.kind, found.side, found.effect) == ("missing_there", "here", (-10_000, -5_000, -5_000))
    assert (found.likely, found.correction) == (
        Likely("settlement", 7, "S1"),
        Correction("report_again", "S1"),
    )
    assert (found.key, found.since) == ("ours:S1", days_later(0))


def test_a_line_that_only_they_have_is_missing_here_and_no_event_is_behind_it() -> None:
    found = only(match([], [theirs(3, 10_000, "S1")]))
    assert (found.kind, found.side, found.effect) == ("missing_here", "there", (10_000, 5_000, 5_000))
    assert (found.likely, found.correction) == (Likely("none"), Correction("record"))
    assert found.key == "theirs:S1:forward"


def test_a_line_that_only_they_have_names_the_nearest_event_of_ours() -> None:
    other = ours("S2", 9_000, position=12)
    found = match([other], [theirs(1, 9_000, "S2"), theirs(2, 4_000, "S3")])
    assert only(found).likely == Likely("same_visit", 12, "S2")


def test_a_copy_of_a_line_is_a_duplicate_there() -> None:
    found = match([ours("S1", 10_000, position=5)], [theirs(2, 10_000, "S1"), theirs(8, 10_000, "S1")])
    copy = only(found)
    assert (copy.kind, copy.theirs, copy.effect) == ("duplicate_there", lines(8), (10_000, 5_000, 5_000))
    assert (copy.refers, copy.likely.position, copy.correction.action) == ("ours:S1", 5, "ask_to_remove")


def test_copies_of_a_line_that_we_lack_are_one_missing_row_and_duplicates() -> None:
    assert kinds(match([], [theirs(1, 100, "S1"), theirs(2, 100, "S1")])) == [
        "duplicate_there",
        "missing_here",
    ]


def test_one_message_booked_under_two_settlement_ids_is_a_duplicate_here() -> None:
    here = [ours("S1", 10_000, message="M1", position=3), ours("S2", 10_000, message="M1", visit="V2")]
    found = only(match(here, [theirs(1, 10_000, "S1")]))
    assert (found.kind, found.ours, found.effect) == ("duplicate_here", ("S2",), (-10_000, -5_000, -5_000))
    assert (found.likely, found.correction) == (Likely("twin", 3, "S1"), Correction("refund", "S2"))


def test_a_bill_booked_again_within_the_hour_is_a_duplicate_here_and_later_it_is_not() -> None:
    def again(clock: str) -> list[str]:
        here = [ours("S1", 10_000), ours("S2", 10_000, at=at(clock))]
        return kinds(match(here, [theirs(1, 10_000, "S1")]))

    assert again("11:00:00") == ["duplicate_here"]
    assert again("11:00:01") == ["missing_there"]


def test_a_bill_booked_twice_against_a_line_without_numbers_is_a_duplicate_here_for_the_clerk() -> None:
    here = [ours("S1", 10_000), ours("S2", 10_000, at=at("10:20:00"))]
    found = only(match(here, [theirs(1, 10_000)]))
    assert (found.kind, found.ours, found.correction.action) == ("duplicate_here", ("S1", "S2"), "choose")


def test_a_refund_that_only_they_have_is_without_its_pair_and_names_our_settlement() -> None:
    there = [theirs(1, 2_500, "S1"), theirs(2, 2_500, "S1", direction="reverse")]
    found = only(match([ours("S1", 2_500, position=9)], there))
    assert (found.kind, found.effect) == ("refund_without_pair", (-2_500, -1_250, -1_250))
    assert (found.likely, found.correction) == (
        Likely("other_direction", 9, "S1"),
        Correction("refund", "S1"),
    )


def test_a_refund_that_only_we_have_is_without_its_pair_and_is_reported_again() -> None:
    here = [ours("S1", 2_500), ours("S1", 2_500, direction="reverse", refund="R1", position=11)]
    found = only(match(here, [theirs(1, 2_500, "S1")]))
    assert (found.kind, found.effect) == ("refund_without_pair", (2_500, 1_250, 1_250))
    assert (found.likely.position, found.correction) == (11, Correction("report_again", "S1/R1"))


def test_settled_on_one_side_and_released_on_the_other_is_status() -> None:
    there = only(match([ours("S1", 700)], [theirs(1, 700, "S1", status="released")]))
    assert (there.kind, there.effect, there.correction.action) == ("status", (-700, -350, -350), "refund")
    here = only(match([ours("S1", 700, state="released")], [theirs(1, 700, "S1")]))
    assert (here.kind, here.effect, here.correction.action) == ("status", (700, 350, 350), "record")


def test_a_hold_that_was_released_and_never_reported_is_no_break() -> None:
    found = match([ours("S1", 700, state="released")], [])
    assert (found.breaks, joined(found)) == ((), [(("S1",), (), "released")])


def test_an_open_hold_is_in_doubt_whatever_the_other_side_has() -> None:
    alone = only(match([ours("S1", 4_500, state="held")], []))
    assert (alone.kind, alone.effect, alone.correction.action) == ("in_doubt", (0, 0, 0), "query")
    known = only(match([ours("S1", 4_500, state="held")], [theirs(1, 4_700, "S1", agency="130200")]))
    assert (known.kind, known.effect, known.correction.action) == (
        "in_doubt",
        (4_700, 2_350, 2_350),
        "capture",
    )


def test_one_fen_in_any_column_is_rounding_and_two_are_a_total() -> None:
    one = only(match([ours("S1", 101)], [theirs(1, 100, "S1")]))
    assert (one.kind, one.effect, one.correction.action) == ("rounding", (-1, 0, -1), "accept")
    assert only(match([ours("S1", 102)], [theirs(1, 100, "S1")])).kind == "total"


def test_the_same_total_in_other_parts_is_a_split() -> None:
    found = only(match([ours("S1", 1_000)], [theirs(1, 1_000, "S1", fund_fen=700, account_fen=300)]))
    assert (found.kind, found.effect) == ("split", (0, 200, -200))
    assert found.correction.action == "refund_and_record"


def test_region_class_and_day_leave_the_pair_matched_with_nothing_owed() -> None:
    row = ours("S1", 1_000, agency="130100", clr_type="11", insutype="310")
    other: dict[str, dict[str, Any]] = {
        "region": {"agency": "130200", "clr_type": "41", "day": days_later(1)},
        "class": {"agency": "130100", "clr_type": "41", "day": days_later(1)},
        "cut_off": {"agency": None, "clr_type": "11", "insutype": None, "day": days_later(1)},
    }
    for kind, fields in other.items():
        found = match([row], [theirs(1, 1_000, "S1", **fields)])
        assert (only(found).kind, only(found).effect, only(found).matched) == (kind, (0, 0, 0), True)
        assert joined(found) == [(("S1",), (1,), "settlement_and_amounts")]


def test_the_first_word_that_fits_names_the_break() -> None:
    row = ours("S1", 1_000, state="held", position=200, day=days_later(-1))
    line = theirs(1, 1_001, "S1", status="released")
    assert only(match([row], [line], SIGNED)).kind == "late"
    assert only(match([row], [line])).kind == "in_doubt"
    assert only(match([ours("S1", 1_000)], [line])).kind == "status"


def test_a_wrong_payer_is_found_beside_whatever_else_is_wrong() -> None:
    row = ours("S1", 1_000, legs=((LIN, SHIJIAZHUANG, 100), (WEI, SHIJIAZHUANG, 400)))
    line = theirs(1, 1_000, "S1", legs=((LIN, None, 100), (MEI, None, 400)), day=days_later(1))
    found = match([row], [line])
    assert kinds(found) == ["cut_off", "wrong_payer"]
    assert found.breaks[1].payers == ((MEI, 400), (WEI, -400))
    assert (found.breaks[1].effect, found.breaks[1].key) == ((0, 0, 0), "payer:S1")
    assert found.breaks[1].correction == Correction("refund_and_record", "S1")


def test_more_money_of_the_same_payer_is_no_wrong_payer() -> None:
    row = ours("S1", 1_000, legs=((WEI, SHIJIAZHUANG, 500),))
    line = theirs(1, 1_200, "S1", fund_fen=500, account_fen=700, legs=((WEI, SHIJIAZHUANG, 700),))
    assert kinds(match([row], [line])) == ["total"]


def test_another_area_that_owes_a_payers_money_is_region() -> None:
    row = ours("S1", 1_000, legs=((WEI, SHIJIAZHUANG, 500),))
    assert kinds(match([row], [theirs(1, 1_000, "S1", legs=((WEI, TANGSHAN, 500),))])) == ["region"]
    assert kinds(match([row], [theirs(1, 1_000, "S1", legs=((WEI, None, 500),))])) == []


def test_a_line_of_a_signed_day_is_late_and_goes_with_the_row_that_was_missing() -> None:
    found = only(match([], [theirs(1, 1_000, "S1", day=days_later(-1))], SIGNED))
    assert (found.kind, found.effect, found.refers) == ("late", (1_000, 500, 500), "ours:S1")
    assert found.correction.action == "link"


def test_a_row_recorded_after_the_sign_off_is_late_and_one_before_it_is_not() -> None:
    def of(position: int) -> str:
        return only(match([ours("S1", 1_000, day=days_later(-1), position=position)], [], SIGNED)).kind

    assert (of(101), of(100)) == ("late", "missing_there")


def test_a_line_that_cannot_be_read_is_a_break_with_its_reason() -> None:
    found = match([], [], unreadable=[Unreadable(FILE, "day.txt", 12, "7 columns, the profile has 8")])
    assert (only(found).kind, only(found).theirs) == ("unreadable", lines(12))
    assert (only(found).reason, only(found).correction.action) == (
        "7 columns, the profile has 8",
        "ask_for_file",
    )


def test_a_corrected_settlement_reports_under_its_first_number() -> None:
    here = [
        ours("S1", 10_700, position=1),
        ours("S1", 10_700, direction="reverse", refund="R1", position=2),
        ours("S1c", 10_000, external="S1", corrects="S1", position=3),
    ]
    found = match(here, [theirs(1, 10_000, "S1")])
    assert joined(found) == [(("S1", "S1/R1"), (), "pair"), (("S1c",), (1,), "settlement_and_amounts")]
    assert found.breaks == ()


def test_a_correction_of_the_payers_alone_leaves_the_amounts_matched() -> None:
    """A wrong payer put right: three rows of equal amounts, and the one that stands is the one reported."""
    here = [
        ours("S1", 10_000, position=1),
        ours("S1", 10_000, direction="reverse", refund="R1", position=2),
        ours("S1c", 10_000, external="S1", corrects="S1", position=3),
    ]
    found = match(here, [theirs(1, 10_000, "S1")])
    assert joined(found) == [(("S1", "S1/R1"), (), "pair"), (("S1c",), (1,), "settlement_and_amounts")]
    every = [theirs(1, 10_000, "S1"), theirs(2, 10_000, "S1", direction="reverse"), theirs(3, 10_000, "S1")]
    assert len(joined(match(here, every))) == 3
    assert match(here, every).breaks == ()


def test_refunds_in_parts_here_are_one_refund_there() -> None:
    here = [
        ours("S1", 10_000),
        ours("S1", 3_000, direction="reverse", refund="R1", position=2),
        ours("S1", 7_000, direction="reverse", refund="R2", position=3, day=days_later(9)),
    ]
    there = [theirs(1, 10_000, "S1"), theirs(2, 10_000, "S1", direction="reverse")]
    assert (("S1/R1", "S1/R2"), (2,), "one_to_many") in joined(match(here, there))
