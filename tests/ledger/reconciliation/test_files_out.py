"""What is sent: totals for 3201, the detail file and the request of 3202; read back it says the same."""

import json
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.reconciliation.files.details import read_details
from ledger.reconciliation.files.profile import Count
from ledger.reconciliation.files.requests import Period, by_area, calls, request
from ledger.reconciliation.files.sending import Unsent, account_fen, sendable
from ledger.reconciliation.files.uploads import detail_file
from ledger.reconciliation.rows import Ours
from tests.ledger.reconciliation.layouts import PROFILES, ours, profile, refunded, rows_of

MAY = Period(date(2025, 5, 1), date(2025, 5, 31))
TOTALS = PROFILES["3201-national"]
OUTSIDE = PROFILES["3201-outside"]
UPLOAD = PROFILES["3202-upload-8"]

# Domain case 62: 1,000.00 with 680.00 from funds; Lin herself 50.00, her binders 120.00 and 150.00.
CASE_62 = ours("LIN-S1", 100000, 68000, (("LIN", None, 5000), ("WEI", None, 12000), ("MEI", "330106", 15000)))


def alone(settlement: str, fen: int, day: date = date(2025, 5, 20)) -> Ours:
    return ours(settlement, fen, 0, (("LIN", None, fen),), day=day)


def called(
    rows: list[Ours], layout: str = "3201-national", period: Period = MAY, **changes: object
) -> dict[str, str]:
    changed = profile(layout, **changes)
    sent, unsent = sendable(changed, rows)
    assert not unsent
    (call,) = calls(changed, period, sent)
    data: dict[str, str] = json.loads(request(changed, call))["data"]
    return data


class TestMutualAidInsideOrOutside:
    """Case 62."""

    def test_inside_the_account_total_is_320_and_outside_50(self) -> None:
        assert called([CASE_62])["acct_pay"] == "320.00"
        assert called([CASE_62], "3201-outside")["acct_pay"] == "50.00"

    def test_it_does_not_matter_which_way_our_row_counted(self) -> None:
        outside = ours("LIN-S1", 100000, 68000, CASE_62.legs, account_fen=5000)
        assert [account_fen(TOTALS, row) for row in (CASE_62, outside)] == [32000, 32000]
        assert [account_fen(OUTSIDE, row) for row in (CASE_62, outside)] == [5000, 5000]

    def test_an_account_total_that_no_legs_explain_is_not_sent(self) -> None:
        odd = ours("LIN-S1", 100000, 68000, CASE_62.legs, account_fen=27000)
        assert sendable(TOTALS, [odd]) == ([], [Unsent(odd, "account_unclear")])


class TestTotalsWithARefund:
    """Case 63: 100.00, 200.00 and 300.00 settled, the 200.00 cancelled on the same day."""

    ROWS = (*(alone(f"LIN-S{n}", 10000 * n) for n in (1, 2, 3)), refunded(alone("LIN-S2", 20000)))

    def test_the_net_total_fee_is_400_00(self) -> None:
        assert called(list(self.ROWS))["medfee_sumamt"] == "400.00"

    @pytest.mark.parametrize(("how", "number"), [("net", "2"), ("gross", "4"), ("settlements", "3")])
    def test_the_profile_says_whether_that_are_two_rows_or_four_or_three_settlements(
        self, how: Count, number: str
    ) -> None:
        assert how in get_args(Count)
        assert called(list(self.ROWS), count=how)["fixmedins_setl_cnt"] == number

    def test_the_detail_file_has_a_forward_and_a_reverse_row(self) -> None:
        sent, _ = sendable(UPLOAD, self.ROWS)
        read = rows_of(read_details(UPLOAD, "a", detail_file(UPLOAD, sent)))
        assert [(row.settlement, row.direction) for row in read].count(("LIN-S2", "forward")) == 1
        assert [(row.settlement, row.direction) for row in read].count(("LIN-S2", "reverse")) == 1
        assert len(read) == 4

    def test_a_net_count_below_nought_is_sent_as_it_is(self) -> None:
        only_refund = called([refunded(alone("LIN-S1", 10000))])
        assert (only_refund["fixmedins_setl_cnt"], only_refund["medfee_sumamt"]) == ("-1", "-100.00")

    def test_sums_of_nothing_are_sent_as_0(self) -> None:
        pair = [alone("LIN-S1", 10000), refunded(alone("LIN-S1", 10000))]
        assert called(pair)["medfee_sumamt"] == "0"


def test_a_day_total_wrongly_mixed_is_off_by_exactly_270_00() -> None:
    """Case 62: one program adds mutual aid to its totals, its detail file leaves it out."""
    day = [CASE_62, alone("LIN-S2", 4500), alone("LIN-S3", 8000)]
    added_up, left_out = (called(day, name)["acct_pay"] for name in ("3201-national", "3201-outside"))
    assert (added_up, left_out) == ("445.00", "175.00")
    assert int(added_up.replace(".", "")) - int(left_out.replace(".", "")) == 27000


def test_august_keeps_its_200_00_and_september_has_200_00_less() -> None:
    """Case 64: 200.00 settled on 31 August and cancelled on 1 September."""
    bill = alone("LIN-S1", 20000, date(2025, 8, 31))
    rows = [bill, refunded(bill, day=date(2025, 9, 1))]
    august = Period(date(2025, 8, 1), date(2025, 8, 31))
    september = Period(date(2025, 9, 1), date(2025, 9, 30))
    assert called(rows, period=august)["medfee_sumamt"] == "200.00"
    assert called(rows, period=september)["medfee_sumamt"] == "-200.00"
    both = Period(august.begin, september.end)
    assert called(rows, period=both)["medfee_sumamt"] == "0"


def test_each_area_owes_what_its_own_accounts_paid() -> None:
    """Case 67: of 320.00 the local agency bears 170.00 and recovers 150.00 from Mei's area."""
    owed = by_area([CASE_62])
    assert owed == {"330106": 15000, "510104": 17000}
    assert sum(owed.values()) == 32000
    assert by_area([CASE_62, refunded(CASE_62)]) == {"330106": 0, "510104": 0}


class TestRequests:
    def test_there_is_a_call_for_each_insurance_type_clearing_type_and_agency(self) -> None:
        rows = [
            alone("S1", 100),
            ours("S2", 200, 0, (), clr_type="41"),
            ours("S3", 300, 0, (), insutype="390"),
            ours("S4", 400, 0, (), agency="510200"),
            alone("S5", 500),
        ]
        sent, _ = sendable(TOTALS, rows)
        found = [(one.insutype, one.clr_type, one.agency, one.total_fen) for one in calls(TOTALS, MAY, sent)]
        assert found == [
            ("310", "11", "510100", 600),
            ("310", "11", "510200", 400),
            ("310", "41", "510100", 200),
            ("390", "11", "510100", 300),
        ]

    def test_the_totals_have_the_fields_of_the_profile_in_its_order(self) -> None:
        data = called([CASE_62])
        assert tuple(data) == TOTALS.request
        assert data == {
            "insutype": "310",
            "clr_type": "11",
            "setl_optins": "510100",
            "stmt_begndate": "2025-05-01",
            "stmt_enddate": "2025-05-31",
            "medfee_sumamt": "1000.00",
            "fund_pay_sumamt": "680.00",
            "acct_pay": "320.00",
            "fixmedins_setl_cnt": "1",
            "refd_setl_flag": "0",
            "exp_content": "",
        }
        assert "clr_optins" in called([CASE_62], "3201-outside")

    def test_the_details_are_announced_with_cash_and_all_insurance_types_together(self) -> None:
        """Fund, cash and count in fields of their own: a public program writes all into one."""
        half = ours("S2", 9000, 1000, (("LIN", None, 3000),), insutype="390")
        sent, _ = sendable(UPLOAD, [CASE_62, half])
        (call,) = calls(UPLOAD, MAY, sent)
        data = json.loads(request(UPLOAD, call, "F0001"))["data"]
        assert call.insutype is None
        assert data["file_qury_no"] == "F0001"
        assert (data["medfee_sumamt"], data["fund_pay_sumamt"]) == ("1090.00", "690.00")
        assert (data["cash_payamt"], data["fixmedins_setl_cnt"]) == ("50.00", "2")
        assert "acct_pay" not in data


class TestNotSent:
    def test_settlements_without_the_national_facts_are_listed_apart(self) -> None:
        bare = ours("S2", 100, 0, (("LIN", None, 100),), visit=None)
        odd = ours("S3", 100, 0, (("LIN", None, 100),), insutype="999")
        held = ours("S4", 100, 0, (("LIN", None, 100),), state="held")
        never = ours("S5", 100, 0, (("LIN", None, 100),), state="released")
        sent, unsent = sendable(TOTALS, [bare, alone("S1", 100), odd, held, never])
        assert [row.settlement for row in sent] == ["S1"]
        assert [(one.row.settlement, one.reason) for one in unsent] == [
            ("S2", "no_national_facts"),
            ("S3", "code_not_sent"),
            ("S4", "not_settled"),
        ]
        assert unsent[0].text() == "S2: lacks the fields of the national settlement"
        assert unsent[0].text("zh") == "S2: 缺少国家结算字段"

    def test_a_correction_is_sent_under_the_number_both_sides_know(self) -> None:
        sent, _ = sendable(UPLOAD, [ours("FIX-1", 100, 0, (), external="LIN-S1", corrects="LIN-S1")])
        assert rows_of(read_details(UPLOAD, "a", detail_file(UPLOAD, sent)))[0].settlement == "LIN-S1"

    def test_a_layout_that_holds_local_receipt_numbers_cannot_be_written(self) -> None:
        local = profile("3202-upload-8", receipt_column="setl_id")
        assert sendable(local, [CASE_62])[1] == [Unsent(CASE_62, "not_writable")]


class TestBytes:
    def test_the_same_rows_give_the_same_zip_file(self) -> None:
        rows = [CASE_62, alone("S2", 100)]
        files = {detail_file(UPLOAD, sendable(UPLOAD, order)[0]) for order in (rows, rows[::-1])}
        assert len(files) == 1

    def test_a_line_reads_as_the_interface_has_it(self) -> None:
        plain = profile("3202-upload-8", packing=("plain",))
        sent, _ = sendable(plain, [CASE_62, refunded(CASE_62)])
        assert detail_file(plain, sent).decode().splitlines() == [
            "LIN-S1\tV-LIN-S1\tLIN\t1000.00\t680.00\t320.00\t0\tnull",
            "LIN-S1\tV-LIN-S1\tLIN\t-1000.00\t-680.00\t-320.00\t1\tnull",
        ]


FEN = st.integers(0, 10**9)


@st.composite
def rows_of_ours(draw: st.DrawFn) -> list[Ours]:
    rows = []
    for number in range(draw(st.integers(1, 6))):
        own, shared, fund = draw(FEN), draw(FEN), draw(FEN)
        legs = tuple((who, None, fen) for who, fen in (("LIN", own), ("WEI", shared)) if fen)
        row = ours(f"S{number}", own + shared + fund + draw(FEN), fund, legs, position=number)
        rows.append(row)
        if draw(st.booleans()):
            rows.append(refunded(row, position=100 + number))
    return rows


@given(rows_of_ours(), st.sampled_from(["3202-upload-8", "3202-upload-8-unsigned", "3202-upload-7-cr-tab"]))
def test_what_was_written_is_read_back_as_the_same_rows(rows: list[Ours], layout: str) -> None:
    chosen = PROFILES[layout]
    sent, unsent = sendable(chosen, rows)
    read = rows_of(read_details(chosen, "a", detail_file(chosen, sent)))
    assert not unsent
    assert [
        (row.settlement, row.visit, row.person, row.direction, row.total_fen, row.fund_fen, row.account_fen)
        for row in read
    ] == [
        (row.settlement, row.visit, row.person, row.direction, row.total_fen, row.fund_fen, row.account_fen)
        for row in sent
    ]
