"""What readers take from the files of each kind."""

import json
from datetime import UTC, date, datetime

from ledger.reconciliation.files.answers import read_answer
from ledger.reconciliation.files.bank import as_the_bank_sees, read_bank
from ledger.reconciliation.files.details import Scope, read_details
from ledger.reconciliation.files.legs import by_settlement, read_legs
from ledger.reconciliation.files.packing import packed
from ledger.reconciliation.files.results import read_result
from ledger.reconciliation.files.settlements import read_settlements
from ledger.reconciliation.files.theirs import read_theirs, rules_of
from tests.ledger.reconciliation.layouts import DETAILS, PROFILES, bad_of, lines, ours, profile, rows_of
from tests.ledger.reconciliation.planted import settlement

UPLOAD = PROFILES["3202-upload-8"]


class TestDetails:
    def test_amounts_lose_their_sign_and_keep_their_direction(self) -> None:
        rows = rows_of(read_details(UPLOAD, "may.txt", lines(DETAILS)))
        assert [(row.line, row.settlement, row.direction, row.total_fen) for row in rows] == [
            (1, "LIN-S1", "forward", 100000),
            (2, "LIN-S2", "forward", 8860),
            (3, "LIN-S2", "reverse", 8860),
            (4, "WEI-S1", "forward", 4500),
        ]
        assert (rows[0].fund_fen, rows[0].account_fen, rows[0].visit) == (68000, 32000, "LIN-V1")
        assert [row.memo for row in rows] == [None, None, "冲销", None]

    def test_a_file_says_nothing_of_type_and_agency_so_the_caller_does(self) -> None:
        scope = Scope(clr_type="11", insutype="310", agency="510100")
        (row, *_) = rows_of(read_details(UPLOAD, "may.txt", lines(DETAILS), scope))
        assert (row.clr_type, row.insutype, row.agency) == ("11", "310", "510100")

    def test_a_zip_file_is_read_as_what_it_holds(self) -> None:
        plain = rows_of(read_details(UPLOAD, "a", lines(DETAILS)))
        packed_rows = rows_of(read_details(UPLOAD, "a", packed("details.txt", lines(DETAILS))))
        assert [row.settlement for row in plain] == [row.settlement for row in packed_rows]

    def test_cells_that_end_in_cr_and_tab_and_gb18030_are_read_where_the_profile_says_so(self) -> None:
        seven = PROFILES["3202-upload-7-cr-tab"]
        text = b"".join(b"".join(cell.encode() + b"\r\t" for cell in row[:7]) + b"\n" for row in DETAILS)
        assert [row.total_fen for row in rows_of(read_details(seven, "a", text))] == [
            100000,
            8860,
            8860,
            4500,
        ]
        assert bad_of(read_details(seven, "a", lines(row[:7] for row in DETAILS)))[0] == (1, None, "line_end")

    def test_positive_reverse_rows_are_read_where_the_profile_says_so(self) -> None:
        unsigned = PROFILES["3202-upload-8-unsigned"]
        content = b"S1\tV1\tLIN\t5.00\t0.00\t5.00\t001\tnull\n"
        assert rows_of(read_details(unsigned, "a", content))[0].direction == "reverse"
        negative = content.replace(b"\t5.00\t0.00", b"\t-5.00\t0.00")
        assert bad_of(read_details(unsigned, "a", negative)) == [(1, "medfee_sumamt", "sign_against_flag")]

    def test_a_reverse_row_of_nothing_has_no_sign(self) -> None:
        content = b"S1\tV1\tLIN\t0.00\t0.00\t0.00\t1\tnull\n"
        assert rows_of(read_details(UPLOAD, "a", content))[0].total_fen == 0
        positive = content.replace(b"0.00\t0.00\t0.00", b"1.00\t0.00\t-1.00")
        assert bad_of(read_details(UPLOAD, "a", positive)) == [(1, "medfee_sumamt", "sign_against_flag")]

    def test_a_local_receipt_number_is_no_settlement_id(self) -> None:
        local = profile("3202-upload-8", receipt_column="setl_id")
        row = rows_of(read_details(local, "a", lines(DETAILS)))[0]
        assert (row.settlement, row.receipt) == (None, "LIN-S1")

    def test_what_exp_content_carries_is_said_by_the_profile(self) -> None:
        content = b"S1\tV1\tLIN\t5.00\t0.00\t5.00\t0\t2025-05-20\n"
        carried = {"text": "memo", "message": "message", "receipt": "receipt", "day": "day"}
        for what, field in carried.items():
            row = rows_of(read_details(profile("3202-upload-8", exp_content=what), "a", content))[0]
            assert str(getattr(row, field)) == "2025-05-20"
            assert [getattr(row, other) for other in carried.values() if other != field] == [None] * 3

    def test_every_bad_line_is_told_in_a_long_file(self) -> None:
        rows = [[f"S{n:060}", f"V{n:060}", "LIN", "5.00", "0.00", "5.00", "0", "null"] for n in range(40_000)]
        rows[7][3] = "5.0"
        rows[7777][6] = "1"
        rows[39_998].pop()
        assert bad_of(read_details(UPLOAD, "a", lines(rows))) == [
            (8, "medfee_sumamt", "decimals"),
            (7778, "acct_pay", "sign_against_flag"),
            (7778, "medfee_sumamt", "sign_against_flag"),
            (39_999, None, "column_count"),
        ]

    def test_a_message_never_repeats_what_stands_in_the_file(self) -> None:
        content = lines([("S1", "V1", "11010519491231002X", "5.00", "0.00", "5.00", "0", "null")])
        refused = read_details(UPLOAD, "a", content)
        assert bad_of(refused) == [(1, "psn_no", "citizen_id")]
        assert "1949" not in repr(refused)


class TestResults:
    def test_where_the_institution_has_more_the_centres_amounts_are_nothing(self) -> None:
        content = b"LIN\tV1\tS1\tnull\t2\t0\tnull\tnull\tnull\tnull\n"
        row = rows_of(read_result(PROFILES["3202-result-10"], "a", content))[0]
        assert (row.total_fen, row.theirs().total_fen) == (None, 0)

    def test_a_layout_without_all_amounts_says_so_instead_of_nought(self) -> None:
        seven = b"LIN\tV1\tS1\tM1\t0\t3\tnull\n"
        ten = b"LIN\tV1\tS1\tM1\t3\t0\tnull\t680.00\t320.00\tnull\n"
        for name, content, fund in (("3202-result-7", seven, None), ("3202-result-10-no-medfee", ten, 68000)):
            row = rows_of(read_result(PROFILES[name], "a", content))[0]
            assert (row.result, row.total_fen, row.fund_fen) == ("amounts_differ", None, fund)
            assert row.theirs() is None

    def test_one_columns_order_is_another_columns_defect(self) -> None:
        """Case 66: flag before result, or behind it: only the profile can say."""
        seven = b"LIN\tV1\tS1\tM1\t3\t1\tnull\n"
        assert bad_of(read_result(PROFILES["3202-result-7"], "a", seven)) == [
            (1, "refd_setl_flag", "unknown_code")
        ]

    def test_a_citizen_id_number_in_a_remark_is_blotted_out(self) -> None:
        content = "LIN\tV1\tS1\tM1\t0\t3\t证件11010519491231002X不符\n".encode()
        row = rows_of(read_result(PROFILES["3202-result-7"], "a", content))[0]
        assert row.memo == "证件******************不符"

    def test_the_answer_to_the_totals_is_read_in_either_code_set(self) -> None:
        newer = {"stmtinfo": {"setl_optins": "510100", "stmt_rslt": "000102", "stmt_rslt_dscr": "医院多"}}
        older = {"stmtinfo": {"clr_optins": "510100", "clr_type": "11", "stmt_rslt": "2"}}
        for name, answer in (("3201-national", newer), ("3201-outside", older)):
            for indent in (None, 2):
                content = json.dumps(answer, indent=indent).encode()
                (found,) = rows_of(read_answer(PROFILES[name], "a", content))
                assert (found.finding, found.agency) == ("institution_more", "510100")
        wrong = json.dumps(older).encode()
        assert (1, None, "key_unknown") in bad_of(read_answer(PROFILES["3201-national"], "a", wrong))


class TestBank:
    def test_columns_are_found_by_their_headings_and_only_the_accounts_money_counts(self) -> None:
        text = (
            "流水号,金额,借贷,交易日期,结算编号,摘要,人员编号,对方户名\r\n"
            '1,"1,234.50",借,2025-05-20,LIN-S1,"门诊,""普通""",,张三\r\n'
            "2,80.00,贷,2025-05-21,LIN-S2,,LIN,李四\r\n"
        )
        rows = rows_of(read_bank(PROFILES["bank-sample"], "a", text.encode("gb18030")))
        assert [(row.settlement, row.direction, row.account_fen, row.fund_fen) for row in rows] == [
            ("LIN-S1", "forward", 123450, 0),
            ("LIN-S2", "reverse", 8000, 0),
        ]
        assert (rows[0].memo, rows[0].person, rows[0].day) == ('门诊,"普通"', None, date(2025, 5, 20))
        assert "张三" not in repr(rows)

    def test_our_row_is_held_against_the_banks_without_the_funds_part(self) -> None:
        row = as_the_bank_sees(ours("LIN-S1", 100000, 68000, (("LIN", None, 5000), ("WEI", None, 27000))))
        assert (row.total_fen, row.fund_fen, row.account_fen) == (32000, 0, 32000)


class TestLegs:
    def test_the_exchange_form_names_every_payer(self) -> None:
        head = "\t".join(PROFILES["legs-exchange"].columns)
        text = (
            f"{head}\n"
            "LIN-S1\t1\tLIN\t510104\tself\tcurrent\t50.00\tforward\t1\tnational-2024\n"
            "LIN-S1\t2\tWEI\t510104\tchild\tcarried\t120.00\tforward\tnull\tnull\n"
            "LIN-S1\t3\tMEI\t330106\tchild\tcurrent\t150.00\tforward\tnull\tnull\n"
        )
        rows = rows_of(read_legs(PROFILES["legs-exchange"], "legs.tsv", text.encode()))
        assert [(row.payer, row.bucket, row.amount_fen) for row in rows][1] == ("WEI", "carried", 12000)
        assert by_settlement(rows) == {
            ("LIN-S1", "forward"): (
                ("LIN", "510104", 5000),
                ("WEI", "510104", 12000),
                ("MEI", "330106", 15000),
            )
        }

    def test_a_regions_answer_is_read_and_nobody_is_named_in_it(self) -> None:
        def answer(total: str) -> bytes:
            rows = [
                {"aac001": "LIN", "aac002": "11010519491231002X", "aac003": "林", "yka065": "50.00",
                 "yab003": "510104", "ykc177": "0", "ykc178": "5"},
                {"aac001": "WEI", "aac002": "", "aac003": "伟", "yka065": 270, "yab003": "510104",
                 "ykc177": "1.5", "ykc178": "2"},
            ]  # fmt: skip
            found = {"setl_id": "S1", "yka065": total, "yka719": "1", "ykc177": "0", "ykh012": "0"}
            return json.dumps({**found, "datayka065": {"dataset": {"row": rows}}}).encode()

        rows = rows_of(read_legs(PROFILES["legs-sichuan"], "a", answer("320.00")))
        assert [(row.payer, row.relation, row.amount_fen) for row in rows] == [
            ("LIN", "self", 5000),
            ("WEI", "child", 27000),
        ]
        assert "1949" not in repr(rows)
        told = bad_of(read_legs(PROFILES["legs-sichuan"], "a", answer("320.01")))
        assert told == [(1, "acct_pay", "legs_not_closed")]


class TestSettlements:
    def test_fields_of_the_command_stand_apart_and_the_rest_are_facts(self) -> None:
        content = (json.dumps(settlement(fixmedins_code="H51010400001"), ensure_ascii=False) + "\n").encode()
        (row,) = rows_of(read_settlements(PROFILES["settlements-national"], "a", content))
        assert (row.settlement, row.person, row.med_type) == ("LIN-S1", "LIN", "11")
        assert row.at.astimezone(UTC) == datetime(2025, 5, 20, 2, 10, tzinfo=UTC)
        assert (row.share_fen, row.account_fen, row.mutual_fen, row.cash_fen) == (32000, 32000, 27000, 0)
        assert row.institution == "H51010400001"
        assert (row.facts["psn_cash_pay"], row.facts["medfee_sumamt"]) == ("0.00", "1000.00")
        assert not row.facts.keys() & {"setl_id", "psn_no", "psn_name", "certno", "clr_way"}
        assert "1949" not in repr(row)
        assert "林" not in repr(row)

    def test_lines_of_json_and_of_csv_give_equal_records(self) -> None:
        record = settlement()
        shipped = PROFILES["settlements-csv"]
        names = [name for name in record if name in (*shipped.columns, *(shipped.ignored or ()))]
        table = lines([names, [record[name] for name in names]], ",")
        from_csv = rows_of(read_settlements(shipped, "a", table))[0]
        from_json = rows_of(
            read_settlements(PROFILES["settlements-national"], "a", json.dumps(record).encode())
        )[0]
        assert from_csv.facts == from_json.facts
        assert (from_csv.at, from_csv.share_fen) == (from_json.at, from_json.share_fen)

    def test_without_mutual_aid_both_readings_close(self) -> None:
        plain = settlement(acct_pay="320.00", acct_mulaid_pay="0.00")
        for name in ("settlements-national", "settlements-outside"):
            (row,) = rows_of(read_settlements(PROFILES[name], "a", json.dumps(plain).encode()))
            assert row.account_fen == 32000


def test_a_row_that_only_the_centre_has_joins_by_the_senders_message_id() -> None:
    """Case 65: a result row without settlement id, message M77, 45.00 yuan at the centre."""
    content = b"LIN\tnull\tnull\tM77\t000101\t0\tnull\t45.00\t0.00\t45.00\tnull\n"
    row = rows_of(read_result(PROFILES["3202-result-11"], "a", content))[0]
    assert (row.settlement, row.visit, row.message, row.result) == (None, None, "M77", "centre_more")
    theirs = row.theirs()
    assert (theirs.message, theirs.total_fen, theirs.result) == ("M77", 4500, "centre_more")


def test_mutual_aid_inside_or_outside_is_declared_and_checked_and_never_guessed() -> None:
    """Case 62: 1,000.00 with 680.00 from funds; accounts 50.00 and, of others, 270.00."""
    inside = settlement(acct_pay="320.00")
    outside = settlement(acct_pay="50.00")
    for name, right, wrong in (
        ("settlements-national", inside, outside),
        ("settlements-outside", outside, inside),
    ):
        (row,) = rows_of(read_settlements(PROFILES[name], "a", json.dumps(right).encode()))
        assert (row.account_fen, row.mutual_fen) == (32000, 27000)
        told = bad_of(read_settlements(PROFILES[name], "a", json.dumps(wrong).encode()))
        assert told == [(1, "medfee_sumamt", "mutual_aid_otherwise")]


class TestForTheMatching:
    def test_files_of_three_kinds_are_taken_and_others_are_no_side_of_a_match(self) -> None:
        details = read_theirs(UPLOAD, "a", lines(DETAILS), Scope(clr_type="11"))
        assert [row.clr_type for row in rows_of(details)] == ["11"] * 4
        content = b"LIN\tV1\tS1\tnull\t2\t0\tnull\tnull\tnull\tnull\n"
        assert rows_of(read_theirs(PROFILES["3202-result-10"], "a", content))[0].result == "institution_more"
        other = read_theirs(PROFILES["settlements-national"], "a", b"{}")
        assert bad_of(other) == [(0, None, "other_kind")]

    def test_a_layout_without_amounts_is_refused_and_not_matched_as_nought(self) -> None:
        seven = b"LIN\tV1\tS1\tM1\t0\t3\tnull\n"
        assert bad_of(read_theirs(PROFILES["3202-result-7"], "a", seven)) == [(0, None, "no_amounts")]

    def test_the_profile_says_what_the_matching_may_do(self) -> None:
        rules = rules_of(profile("3202-result-10", tolerance_fen=1, receipt_column="setl_id"))
        assert (rules.tolerance_fen, rules.settlement_is_receipt, rules.only_differences) == (1, True, True)
        assert rules_of(UPLOAD).only_differences is False
        assert "exp_content" in rules_of(UPLOAD).nullable
