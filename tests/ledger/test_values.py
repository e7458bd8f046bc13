"""What a command line may hold: money, times, ids, texts, and the shape of a line (contract sections 1 and
2)."""

from typing import Any

import orjson
import pytest

from tests.examples import (
    BAO,
    LIN,
    WEI,
    adjust,
    bind,
    bind_proxy,
    charge,
    close_year,
    credit,
    open_account,
    reorder,
    set_limit,
    set_status,
    unbind,
)
from tests.spec import MALFORMED, TODAY, Command, Spec

SHA = "a" * 64
CITIZEN_ID = "11010519491231002X"  # the example of GB 11643: its date and check digit are right


@pytest.fixture
def spec() -> Spec:
    return Spec()


def then_malformed(spec: Spec, command: Command, field: str) -> None:
    spec.when(command)
    spec.then(MALFORMED)
    assert spec.answer["message"].startswith(f"{field}: "), spec.answer["message"]


# Money --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount", [1.0, 1e3, "100", True, None, 10**13 + 1, 10**19, 10**40, [1], {"fen": 1}], ids=repr
)
def test_money_is_a_whole_number_of_fen_within_ten_to_the_thirteenth(spec: Spec, amount: Any) -> None:
    line = orjson.dumps({**credit(WEI, 1), "id": "r", "at": TODAY})
    assert b'"amount_fen":1' in line
    written = str(amount).encode() if isinstance(amount, int) and amount > 10**18 else orjson.dumps(amount)
    spec.when_line(line.replace(b'"amount_fen":1', b'"amount_fen":' + written))
    spec.then(MALFORMED)
    assert spec.answer["message"].startswith("amount_fen: ")


def test_an_exponent_is_not_a_whole_number(spec: Spec) -> None:
    line = orjson.dumps({**credit(WEI, 1), "id": "r", "at": TODAY})
    spec.when_line(line.replace(b'"amount_fen":1', b'"amount_fen":1E2'))
    spec.then(MALFORMED)


def test_amounts_reach_as_far_as_ten_to_the_thirteenth_either_way(spec: Spec) -> None:
    spec.given(open_account(WEI), credit(WEI, 10**13), adjust(WEI, -(10**13)), adjust(WEI, -(10**13)))
    then_malformed(spec, adjust(WEI, -(10**13) - 1), "delta_fen")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (credit(WEI, 0), "amount_fen"),
        (credit(WEI, -1), "amount_fen"),
        (adjust(WEI, 0), "delta_fen"),
        (set_limit(WEI, LIN, -1), "limit_fen"),
        (bind(WEI, LIN, quota_fen=0), "quota_fen"),
        (charge(LIN, 0), "amount_fen"),
        (charge(LIN, 10, self_paid_fen=-1), "self_paid_fen"),
        (charge(LIN, 10, self_paid_fen=11), "self_paid_fen"),
        ({"op": "grant_quota", "binder": WEI, "beneficiary": LIN, "amount_fen": 0}, "amount_fen"),
        ({"op": "refund", "settlement": "S", "amount_fen": 0}, "amount_fen"),
    ],
    ids=lambda value: value["op"] if isinstance(value, dict) else value,
)
def test_an_amount_outside_the_bounds_of_its_op_is_malformed(
    spec: Spec, command: Command, field: str
) -> None:
    then_malformed(spec, command, field)


# Times and dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-10T10:00:00",
        "2026-03-10t10:00:00+08:00",
        "2026-03-10T02:00:00z",
        "2026-03-10 10:00:00+08:00",
        "2026-03-10T10:00:00.1234567+08:00",
        "2026-03-10T10:00:60+08:00",
        "2026-03-10T24:00:00+08:00",
        "2026-02-29T10:00:00+08:00",
        "2026-03-10T10:00+08:00",
        "2026-03-10T10:00:00+0800",
        "1899-12-31T10:00:00+08:00",
        "3000-01-01T10:00:00+08:00",
        "２０２６-03-10T10:00:00+08:00",
        1773108000,
    ],
)
def test_a_time_that_is_not_rfc_3339_with_an_offset_is_malformed(spec: Spec, at: Any) -> None:
    then_malformed(spec, {**open_account(WEI), "at": at}, "at")


@pytest.mark.parametrize(
    "at", ["2026-03-10T02:00:00Z", "2026-03-10T10:00:00.5+08:00", "2026-03-10T02:00:00.123456-00:00"]
)
def test_a_time_may_have_any_offset_and_up_to_six_fraction_digits(spec: Spec, at: str) -> None:
    spec.given({**open_account(WEI), "at": at})


@pytest.mark.parametrize(
    "born", ["2009-9-10", "2009-02-30", "10/09/2009", "1899-12-31", "3000-01-01", 20090910]
)
def test_a_date_that_is_not_a_day_of_the_calendar_is_malformed(spec: Spec, born: Any) -> None:
    then_malformed(spec, open_account(WEI, born=born), "born")


@pytest.mark.parametrize("year", [1899, 3000, "2025", 2025.0])
def test_a_year_outside_1900_to_2999_is_malformed(spec: Spec, year: Any) -> None:
    then_malformed(spec, close_year(WEI, year), "year")


# Ids, texts, codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["", "a" * 65, "LIN GRANDMOTHER", "林", "a/b", 7, CITIZEN_ID], ids=repr)
@pytest.mark.parametrize("field", ["id", "account", "by"])
def test_an_id_of_another_shape_is_malformed(spec: Spec, field: str, wrong: Any) -> None:
    then_malformed(spec, {**open_account(WEI), field: wrong}, field)


def test_an_id_may_use_every_character_it_is_offered(spec: Spec) -> None:
    spec.given(open_account("Az09_.:-" * 8, id="x" * 64, by="y" * 64))


@pytest.mark.parametrize("wrong", ["", "好" * 257, "a\x00b", CITIZEN_ID, 7], ids=repr)
@pytest.mark.parametrize("field", ["med_type", "institution"])
def test_a_text_of_another_shape_is_malformed(spec: Spec, field: str, wrong: Any) -> None:
    then_malformed(spec, {**charge(LIN, 1), field: wrong}, field)


def test_a_text_has_256_characters_however_many_bytes_they_are(spec: Spec) -> None:
    spec.given(open_account(WEI), adjust(WEI, 1, reason="好" * 256))


def test_an_account_number_of_18_digits_that_is_no_citizen_id_is_an_id(spec: Spec) -> None:
    spec.given(open_account("110105194912310021"))


@pytest.mark.parametrize("region", ["13010", "1301020", "13010a", 130102, "１３０１０２"])
def test_a_region_is_a_six_digit_code(spec: Spec, region: Any) -> None:
    then_malformed(spec, open_account(WEI, region=region), "region")


@pytest.mark.parametrize("sha", ["A" * 64, "a" * 63, "g" * 64])
def test_a_sha256_is_64_lower_case_hexadecimal_digits(spec: Spec, sha: str) -> None:
    evidence = [{"type": "household_register", "sha256": sha}]
    then_malformed(spec, bind(WEI, LIN, evidence=evidence), "evidence.0.sha256")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (open_account(WEI, insurance="private"), "insurance"),
        (credit(WEI, 1, bucket="suspense"), "bucket"),
        (credit(WEI, 1, kind="gift"), "kind"),
        (adjust(WEI, 1, bucket="other"), "bucket"),
        (set_status(WEI, "dead"), "status"),
        (bind(WEI, LIN, relation="cousin"), "relation"),
        (bind(WEI, LIN, authorisation="voice"), "authorisation"),
        (unbind(WEI, LIN, kind="wallet"), "kind"),
        (charge(LIN, 1, sources="binders"), "sources"),
        (charge(LIN, 1, cash="maybe"), "cash"),
        ({"op": "review", "request": "r", "decision": "defer", "by": "x"}, "decision"),
        ({**charge(LIN, 1), "op": "pay_premium", "payer": WEI, "scheme": "pension"}, "scheme"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["op"],
)
def test_a_word_that_is_not_on_the_list_is_malformed(spec: Spec, command: Command, field: str) -> None:
    then_malformed(spec, command, field)


# Objects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [{"a": 1}, {"A": "x"}, {"a" * 41: "x"}, {"": "x"}, ["x"], {"a": ""}])
def test_facts_are_texts_under_plain_names(spec: Spec, facts: Any) -> None:
    spec.when(charge(LIN, 1, facts=facts))
    spec.then(MALFORMED)
    assert spec.answer["message"].startswith("facts")


def test_a_list_beyond_its_bound_is_malformed(spec: Spec) -> None:
    paper = {"type": "register", "sha256": SHA}
    then_malformed(spec, bind(WEI, LIN, evidence=[paper] * 17), "evidence")
    then_malformed(spec, charge(LIN, 1, facts={f"f{n}": "x" for n in range(41)}), "facts")
    then_malformed(spec, reorder(LIN, *(f"B{n}" for n in range(101))), "order")


def test_lists_are_taken_up_to_their_bounds(spec: Spec) -> None:
    paper = {"type": "register", "sha256": SHA}
    spec.given(open_account(LIN), open_account(WEI), bind(WEI, LIN, evidence=[paper] * 16))
    spec.given(charge(LIN, 1, facts={f"f{n}": "x" for n in range(40)}))
    spec.refuses(reorder(LIN, *(f"B{n}" for n in range(100))), "not_a_permutation", binders=[WEI])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"settlement": "S"}, "settlement"),
        ({"region": None}, "region"),
        ({"born": None}, "born"),
        ({"by": None}, "by"),
    ],
)
def test_an_unknown_field_and_a_null_are_malformed(spec: Spec, change: dict[str, Any], field: str) -> None:
    then_malformed(spec, {**open_account(WEI), **change}, field)


@pytest.mark.parametrize("field", ["account", "region", "insurance", "id", "at"])
def test_a_missing_field_is_malformed(spec: Spec, field: str) -> None:
    command = {**open_account(WEI), "id": "r", "at": TODAY}
    del command[field]
    spec.when_line(orjson.dumps(command))
    spec.then(MALFORMED)
    assert spec.answer["message"] == f"{field}: is missing"


def test_only_a_limit_may_be_null(spec: Spec) -> None:
    spec.given(open_account(LIN), open_account(WEI), bind(WEI, LIN, limit_fen=None))
    spec.given(set_limit(WEI, LIN, None))
    then_malformed(spec, bind(WEI, LIN, quota_fen=None), "quota_fen")


def test_a_null_limit_of_a_proxy_credential_is_no_limit(spec: Spec) -> None:
    spec.given(open_account(BAO), open_account(WEI), bind_proxy(WEI, BAO, limit_fen=None))


def test_a_limit_is_never_left_out_when_it_is_set(spec: Spec) -> None:
    then_malformed(spec, {"op": "set_limit", "binder": WEI, "beneficiary": LIN}, "limit_fen")


def test_a_review_names_its_reviewer(spec: Spec) -> None:
    then_malformed(spec, {"op": "review", "request": "r", "decision": "approve"}, "by")


@pytest.mark.parametrize("money", [{"limit_fen": 0}, {"quota_fen": 1}])
def test_a_proxy_credential_with_money_is_malformed(spec: Spec, money: dict[str, int]) -> None:
    then_malformed(spec, bind_proxy(WEI, BAO, **money), "kind")
