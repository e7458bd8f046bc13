"""A pack as a value: its defaults, its document, its digest, its table of codes."""

import hashlib
import json
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.policies.med_types import NATIONAL
from ledger.policies.pack import Pack

KEYS: dict[str, Any] = {
    "name": "test-2024",
    "regions": ["3301"],
    "effective": "2024-08-01",
    "source": "a notice",
    "certainty": "C",
}
NEAR_RELATIVES = ["spouse", "parent", "child", "sibling", "grandparent", "grandchild"]


def test_a_pack_without_rules_has_the_defaults_of_the_contract() -> None:
    assert Pack.from_keys(KEYS).document() == {
        **KEYS,
        "mutual_aid": {
            "relations": NEAR_RELATIVES,
            "scope": "province",
            "max_active_members": 5,
            "max_binds_per_month": 6,
            "max_active_binders": 2,
            "min_days_bound": 0,
            "rebind_cooldown_days": 0,
            "face_age": 16,
            "quota": "optional",
            "review": "none",
        },
        "proxy_credential": {
            "relations": [*NEAR_RELATIVES, "parent_in_law", "other"],
            "scope": "nation",
            "max_active_members": 5,
            "max_binds_per_month": 6,
            "max_active_binders": 2,
            "min_days_bound": 0,
            "rebind_cooldown_days": 0,
            "face_age": 16,
            "review": "none",
        },
        "debit": {
            "own_classes": ["outpatient", "pharmacy", "inpatient", "maternity", "other"],
            "shared_classes": ["outpatient", "pharmacy"],
            "shared_buckets": ["current", "carried"],
            "per_leg_cap_fen": None,
            "yearly_cap_fen": None,
            "yearly_cap_scope": "beneficiary",
            "own_pays_first": "in_scope",
            "premium_schemes": ["resident"],
        },
        "med_types": dict(sorted(NATIONAL.items())),
    }


def test_the_digest_is_that_of_the_canonical_json_of_the_document() -> None:
    pack = Pack.from_keys({**KEYS, "source": "国办发〔2024〕38号"})
    text = json.dumps(pack.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert pack.digest == hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def test_the_order_in_which_a_set_is_written_is_no_content() -> None:
    one = Pack.from_keys({**KEYS, "debit": {"shared_buckets": ["carried", "current"]}})
    other = Pack.from_keys({**KEYS, "debit": {"shared_buckets": ["current", "carried"]}})
    assert one == other
    assert one.digest == other.digest


def test_a_document_brings_its_own_codes_and_takes_none_from_the_program() -> None:
    document = {**Pack.from_keys(KEYS).document(), "med_types": {"11": "outpatient"}}
    assert Pack.from_document(document).service_class("41") == "unknown"


def test_a_document_without_its_codes_is_refused() -> None:
    with pytest.raises(ValidationError):
        Pack.from_document(KEYS)


@pytest.mark.parametrize(
    ("med_type", "service"),
    [
        ("11", "outpatient"),
        ("1301", "outpatient"),
        ("140101", "outpatient"),
        ("140201", "outpatient"),
        ("3102", "outpatient"),
        ("3101", "inpatient"),
        ("2114", "inpatient"),
        ("41", "pharmacy"),
        ("9929", "pharmacy"),
        ("51", "maternity"),
        ("52", "maternity"),
        ("5212", "maternity"),
        ("28", "other"),
        ("9107", "other"),
    ],
)
def test_the_national_table_gives_the_class_of_a_code(med_type: str, service: str) -> None:
    assert Pack.from_keys(KEYS).service_class(med_type) == service


@pytest.mark.parametrize("med_type", ["140104", "1", "110", "2199", "011", " 11", "outpatient"])
def test_a_code_that_no_table_holds_exactly_is_unknown(med_type: str) -> None:
    assert Pack.from_keys(KEYS).service_class(med_type) == "unknown"


def test_a_pack_adds_codes_to_the_national_table_and_may_override_it() -> None:
    pack = Pack.from_keys({**KEYS, "med_types": {"140104": "pharmacy", "28": "inpatient"}})
    assert [pack.service_class(code) for code in ("140104", "28", "11")] == [
        "pharmacy",
        "inpatient",
        "outpatient",
    ]


def test_the_two_kinds_of_binding_have_rules_of_their_own() -> None:
    pack = Pack.from_keys({**KEYS, "mutual_aid": {"max_active_members": 3}})
    assert pack.binding_rules("mutual_aid").max_active_members == 3
    assert pack.binding_rules("proxy_credential").max_active_members == 5
    assert pack.binding_rules("proxy_credential").quota == "none"


def test_packs_of_equal_content_are_one_member_of_a_set() -> None:
    assert len({Pack.from_keys(KEYS), Pack.from_keys(KEYS)}) == 1
