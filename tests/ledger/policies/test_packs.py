"""What each shipped pack says."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.policies.catalogue import Catalogue
from ledger.policies.pack import Pack

DEFAULTS = Pack.from_keys(
    {"name": "d", "regions": ["*"], "effective": "2000-01-01", "source": "d", "certainty": "I"}
)
SHIPPED = Catalogue.load()

NO_COUNTS = {
    "mutual_aid.max_active_members": None,
    "mutual_aid.max_binds_per_month": None,
    "mutual_aid.max_active_binders": None,
}
ZHEJIANG = {
    "mutual_aid.max_active_members": 7,
    "mutual_aid.max_active_binders": 1,
    "mutual_aid.quota": "none",
    "debit.shared_buckets": ["carried"],
}
# What a region says, against the national pack of the same day. Keys that say the same as that pack drop out.
REGIONAL: dict[str, dict[str, Any]] = {
    "zhejiang": ZHEJIANG,
    "hangzhou": {**ZHEJIANG, "mutual_aid.max_active_members": 5, "mutual_aid.scope": "city"},
    "guangzhou": {
        "mutual_aid.max_active_members": 10,
        "debit.shared_classes": ["outpatient", "pharmacy", "inpatient"],
    },
    "zhongshan": {"mutual_aid.max_active_members": 5},
    "shenzhen": {"debit.yearly_cap_fen": 800_000, "debit.yearly_cap_scope": "beneficiary"},
    "beijing": NO_COUNTS,
    "dongguan": NO_COUNTS,
    "beihai": {"mutual_aid.max_active_binders": 1},
    "xuancheng": {"mutual_aid.max_active_members": 6, "mutual_aid.max_active_binders": 1},
    "jining": {"mutual_aid.max_active_binders": 1},
}
REGION = {
    "zhejiang": "330802",
    "hangzhou": "330106",
    "guangzhou": "440106",
    "zhongshan": "442000",
    "shenzhen": "440305",
    "beijing": "110101",
    "dongguan": "441900",
    "beihai": "450502",
    "xuancheng": "341802",
    "jining": "370811",
}
REFORMS = (date(2024, 8, 1), date(2026, 1, 9))

# A pack that a ledger has recorded keeps its content for ever. A digest that changes here means that ledgers
# which used the pack refuse to start: give the changed pack a new name and day instead.
GOLDEN = {
    "national-2021": "cf85e17a6c76afd8b38c8a8a7ce30003",
    "national-2024": "d6b1a1589fa0952a2bf73f6a5caa1eaf",
    "national-2026": "470623a0707bcf1503da8c14067d28c9",
    "beijing-2021": "f14d19598faef2e08c0708ce39c5fc05",
    "beijing-2024": "f547528bd1e1645104aa8496e808068c",
    "beijing-2026": "a5803986c48cceb626af13fb91417de3",
    "zhejiang-2021": "a4095d21546c584a897955e046f1fb94",
    "zhejiang-2024": "82e20e910562fc4f905764353142ec79",
    "zhejiang-2026": "1fb8cd0b01f25cf0c7e1629ec430bb73",
    "hangzhou-2021": "2fce76babbf3768801ddf6025217db7e",
    "hangzhou-2024": "3b4add372e64d261e70d79e214ecc85a",
    "hangzhou-2026": "65c011369a9743875115679362849e03",
    "xuancheng-2021": "7d4c8e219ef4a72d584f6aa69c0f9bf2",
    "xuancheng-2024": "c41edfe2e3814d56f36ab610063db99d",
    "xuancheng-2026": "5901d3460710425e9805912a1061b091",
    "jining-2021": "16bc2ea1ca8cd5be3486dbf6e22c9b90",
    "jining-2024": "41be0686fc3756dde100d758fc7521ac",
    "jining-2026": "649c02fb5ec4136595f7124eb5af33c1",
    "guangzhou-2021": "32967d5c3f02bde216a6640d57f5e75c",
    "guangzhou-2024": "21e73483c96071d540879a0f5e918686",
    "guangzhou-2026": "d63d76c4655ef24c3d9b74bb19708616",
    "shenzhen-2024": "f05068956dc3b1f38515e23b7332f0e2",
    "shenzhen-2026": "d325c0e18665601cc1b6808948902619",
    "dongguan-2024": "94f46d28390f11e5d182e133fe434d7d",
    "dongguan-2026": "2c20a8507cb0af1cf4f072df9000d24f",
    "zhongshan-2021": "c66f62e8df60c5266bbccdd4e7d2ff8e",
    "zhongshan-2024": "453c12e5e5d0e52ec24b9bd0ddee58fd",
    "zhongshan-2026": "0d3ba6162f1d362096a6c546d6e7e423",
    "beihai-2021": "a743f21997a5e2ebd89cdad8f507ee09",
    "beihai-2024": "6064e9d2265ac7c067c7e908e7f8f49f",
    "beihai-2026": "5dbb18b575e471e2d4209f1a800b8488",
}


def rules(pack: Pack) -> dict[str, Any]:
    """Every rule of a pack under its dotted key; what names the pack and its document left out."""
    document = pack.document()
    sections = ("mutual_aid", "proxy_credential", "debit", "med_types")
    return {f"{section}.{key}": value for section in sections for key, value in document[section].items()}


def differing(pack: Pack, other: Pack) -> dict[str, Any]:
    """What a pack says where another one says something else."""
    others = rules(other)
    return {key: value for key, value in rules(pack).items() if value != others[key]}


def in_force(region: str, day: date) -> Pack:
    pack = SHIPPED.in_force(region, day)
    assert pack is not None
    return pack


def national_on(day: date) -> Pack:
    return in_force("999999", day)


@pytest.mark.parametrize("pack", SHIPPED.packs, ids=lambda pack: pack.name)
def test_a_pack_comes_back_from_its_document_as_json(pack: Pack) -> None:
    again = Pack.from_document(json.loads(json.dumps(pack.document())))
    assert again == pack
    assert again.digest == pack.digest


def test_the_2021_pack_knows_spouse_parents_and_children_of_one_city() -> None:
    assert differing(in_force("999999", date(2021, 4, 22)), DEFAULTS) == {
        "mutual_aid.relations": ["spouse", "parent", "child"],
        "mutual_aid.scope": "city",
        "mutual_aid.quota": "none",
    }


def test_the_2024_pack_knows_near_relatives_of_one_province_and_no_quota() -> None:
    assert differing(in_force("999999", date(2024, 8, 1)), DEFAULTS) == {"mutual_aid.quota": "none"}


def test_the_2026_pack_knows_the_nation_a_quota_and_the_long_term_care_premium() -> None:
    assert differing(in_force("999999", date(2026, 1, 9)), DEFAULTS) == {
        "mutual_aid.scope": "nation",
        "debit.premium_schemes": ["resident", "long_term_care"],
    }


@pytest.mark.parametrize("name", REGIONAL)
def test_a_regional_pack_is_the_national_one_of_its_day_but_for_what_the_region_says(name: str) -> None:
    packs = [pack for pack in SHIPPED.packs if pack.name.rpartition("-")[0] == name]
    assert packs
    for pack in packs:
        national = rules(national_on(pack.effective))
        own = {key: value for key, value in REGIONAL[name].items() if value != national[key]}
        assert differing(pack, national_on(pack.effective)) == own


@pytest.mark.parametrize("name", REGIONAL)
@pytest.mark.parametrize("day", REFORMS)
def test_every_region_has_a_successor_on_each_reform_day(name: str, day: date) -> None:
    before, after = in_force(REGION[name], day - timedelta(days=1)), in_force(REGION[name], day)
    assert before.effective < after.effective == day
    assert after.name == f"{name}-{day.year}"


def test_zhejiang_offers_no_quota_after_the_reform_that_brought_it() -> None:
    assert in_force("330802", date(2026, 3, 1)).mutual_aid.quota == "none"
    assert national_on(date(2026, 3, 1)).mutual_aid.quota == "optional"


def test_hangzhou_keeps_to_the_city_where_zhejiang_follows_the_reforms() -> None:
    days = (date(2021, 5, 1), date(2025, 1, 1), date(2026, 3, 1))
    assert [in_force("330106", day).mutual_aid.scope for day in days] == ["city", "city", "city"]
    assert [in_force("330802", day).mutual_aid.scope for day in days] == ["city", "province", "nation"]


@pytest.mark.parametrize("name", ["shenzhen", "dongguan"])
def test_a_page_that_speaks_of_2025_says_nothing_of_the_days_before_the_pack_then_in_force(name: str) -> None:
    assert in_force(REGION[name], date(2024, 7, 31)).name == "national-2021"


def test_every_shipped_pack_names_its_document_and_the_regional_ones_are_of_weak_certainty() -> None:
    assert {pack.certainty for pack in SHIPPED.packs if pack.regions == ("*",)} == {"A"}
    assert {pack.certainty for pack in SHIPPED.packs if pack.regions != ("*",)} == {"C"}
    assert all(pack.source for pack in SHIPPED.packs)


def test_a_shipped_pack_keeps_its_content_for_ever() -> None:
    assert {pack.name: pack.digest for pack in SHIPPED.packs} == GOLDEN
