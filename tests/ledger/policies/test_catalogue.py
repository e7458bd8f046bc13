"""How packs are found, what they take from each other, and how a wrong one is refused."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import PolicyError
from ledger.policies.catalogue import Catalogue
from ledger.policies.pack import Pack

HEAD = """\
name: ours-2025
regions: ["3301"]
effective: 2025-01-01
source: a notice of the city
certainty: C
"""
OURS: dict[str, Any] = {
    "name": "ours-2025",
    "regions": ["3301"],
    "effective": "2025-01-01",
    "source": "a notice of the city",
    "certainty": "C",
}


def written(folder: Path, text: str, name: str = "ours.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refusal(*files: Path, recorded: tuple[dict[str, Any], ...] = ()) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        Catalogue.load(files, recorded)
    return caught.value


def pack(name: str, prefix: str, day: str, **sections: object) -> Pack:
    return Pack.from_keys({**OURS, "name": name, "regions": [prefix], "effective": day, **sections})


def name_in_force(catalogue: Catalogue, region: str, day: date) -> str | None:
    found = catalogue.in_force(region, day)
    return found.name if found else None


class TestFinding:
    NEW_YEAR = date(2025, 1, 1)

    def test_no_pack_is_in_force_before_the_first_one(self) -> None:
        shipped = Catalogue.load()
        assert shipped.in_force("330106", date(2021, 4, 21)) is None
        assert name_in_force(shipped, "990000", date(2021, 4, 22)) == "national-2021"

    def test_the_longest_matching_prefix_wins(self) -> None:
        catalogue = Catalogue(
            pack(f"of {prefix}", prefix, "2024-01-01") for prefix in ("330106", "3301", "33", "*")
        )
        regions = ("330106", "330105", "330206", "440106")
        found = [name_in_force(catalogue, region, self.NEW_YEAR) for region in regions]
        assert found == ["of 330106", "of 3301", "of 33", "of *"]

    def test_a_regional_pack_beats_a_national_one_of_a_later_day(self) -> None:
        catalogue = Catalogue([pack("city", "3301", "2020-01-01"), pack("nation", "*", "2024-01-01")])
        assert name_in_force(catalogue, "330106", self.NEW_YEAR) == "city"

    def test_a_pack_not_yet_in_effect_leaves_the_place_to_a_shorter_prefix(self) -> None:
        catalogue = Catalogue([pack("city", "3301", "2025-01-02"), pack("nation", "*", "2024-01-01")])
        assert name_in_force(catalogue, "330106", self.NEW_YEAR) == "nation"

    def test_of_one_prefix_the_latest_day_wins_and_counts_from_its_first_day(self) -> None:
        catalogue = Catalogue([pack("new", "33", "2025-01-01"), pack("old", "33", "2024-01-01")])
        assert name_in_force(catalogue, "330106", date(2024, 12, 31)) == "old"
        assert name_in_force(catalogue, "330106", self.NEW_YEAR) == "new"

    def test_a_pack_is_found_by_its_name_on_any_day(self) -> None:
        shipped = Catalogue.load()
        found = shipped.by_name("zhejiang-2021")
        assert found is not None
        assert found.effective == date(2021, 4, 22)
        assert shipped.by_name("atlantis") is None

    def test_packs_are_listed_by_region_then_day(self) -> None:
        listed = [(found.regions, found.effective) for found in Catalogue.load().packs]
        assert listed == sorted(listed)
        assert listed[0] == (("*",), date(2021, 4, 22))


class TestExtending:
    def test_a_missing_key_is_taken_key_by_key_and_through_every_pack_of_the_chain(
        self, tmp_path: Path
    ) -> None:
        text = HEAD + "extends: hangzhou-2024\nmutual_aid: {face_age: 18}\nmed_types: {'140104': pharmacy}\n"
        ours = Catalogue.load([written(tmp_path, text)]).by_name("ours-2025")
        assert ours is not None
        assert ours.mutual_aid.face_age == 18  # its own
        assert ours.mutual_aid.max_active_members == 5  # of Hangzhou
        assert ours.mutual_aid.max_active_binders == 1  # of Zhejiang
        assert "sibling" in ours.mutual_aid.relations  # of the nation
        assert ours.debit.shared_buckets == ("carried",)
        assert (ours.service_class("140104"), ours.service_class("11")) == ("pharmacy", "outpatient")

    def test_null_is_a_value_and_lifts_an_inherited_count(self, tmp_path: Path) -> None:
        text = HEAD + "extends: zhejiang-2024\nmutual_aid: {max_active_binders: null}\n"
        ours = Catalogue.load([written(tmp_path, text)]).by_name("ours-2025")
        assert ours is not None
        assert ours.mutual_aid.max_active_binders is None

    def test_codes_of_an_extended_pack_are_taken_too(self, tmp_path: Path) -> None:
        base = HEAD + "med_types: {'7701': outpatient, '7702': pharmacy}\n---\n"
        child = HEAD.replace("ours-2025", "child-2026").replace("2025-01-01", "2026-06-01")
        text = base + child + "extends: ours-2025\nmed_types: {'7702': other}\n"
        found = Catalogue.load([written(tmp_path, text)]).by_name("child-2026")
        assert found is not None
        assert (found.service_class("7701"), found.service_class("7702")) == ("outpatient", "other")

    def test_a_pack_may_extend_one_further_down_or_in_a_later_file(self, tmp_path: Path) -> None:
        later = (
            HEAD.replace("ours-2025", "later-2025").replace("3301", "3302") + "mutual_aid: {face_age: 14}\n"
        )
        files = [
            written(tmp_path, HEAD + "extends: later-2025\n", "a.yaml"),
            written(tmp_path, later, "b.yaml"),
        ]
        ours = Catalogue.load(files).by_name("ours-2025")
        assert ours is not None
        assert ours.mutual_aid.face_age == 14

    def test_a_pack_may_extend_one_that_only_the_log_still_holds(self, tmp_path: Path) -> None:
        gone = pack("gone-2024", "3399", "2024-01-01", debit={"per_leg_cap_fen": 50_000})
        ours = Catalogue.load([written(tmp_path, HEAD + "extends: gone-2024\n")], [gone.document()]).by_name(
            "ours-2025"
        )
        assert ours is not None
        assert ours.debit.per_leg_cap_fen == 50_000

    @pytest.mark.parametrize("key", ["name", "regions", "effective", "source", "certainty"])
    def test_what_every_pack_says_of_itself_is_never_taken_from_another(
        self, tmp_path: Path, key: str
    ) -> None:
        lines = [line for line in HEAD.splitlines() if not line.startswith(key)]
        error = refusal(written(tmp_path, "\n".join([*lines, "extends: national-2024"])))
        assert (error.key, error.reason) == (key, "is missing (line 1)")


class TestRecorded:
    def test_a_recorded_pack_stays_in_effect_without_its_file(self) -> None:
        ours = Pack.from_keys(OURS)
        catalogue = Catalogue.load(recorded=[ours.document()])
        assert catalogue.in_force("330106", date(2025, 6, 1)) == ours

    def test_a_recorded_pack_may_come_again_with_the_same_content(self, tmp_path: Path) -> None:
        file = written(tmp_path, HEAD)
        catalogue = Catalogue.load([file, file], [Pack.from_keys(OURS).document()])
        assert [found.name for found in catalogue.packs].count("ours-2025") == 1

    def test_shipped_packs_that_were_recorded_are_the_same_packs(self) -> None:
        shipped = Catalogue.load()
        assert Catalogue.load(recorded=[found.document() for found in shipped.packs]).packs == shipped.packs

    def test_a_recorded_pack_does_not_come_again_with_other_content(self, tmp_path: Path) -> None:
        file = written(tmp_path, HEAD + "debit: {per_leg_cap_fen: 50000}\n")
        error = refusal(file, recorded=(Pack.from_keys(OURS).document(),))
        assert (error.file, error.key) == (str(file), "name")
        assert error.reason == (
            "ours-2025 has another debit.per_leg_cap_fen in the log; a changed pack needs a new name (line 1)"
        )

    def test_a_pack_does_not_change_by_way_of_the_one_it_extends(self, tmp_path: Path) -> None:
        base = HEAD.replace("ours-2025", "base-2025").replace("3301", "3302")
        child = HEAD + "extends: base-2025\n"
        before = Catalogue.load([written(tmp_path, f"{base}---\n{child}")]).by_name("ours-2025")
        assert before is not None
        after = written(tmp_path, f"{base}mutual_aid: {{face_age: 18}}\n---\n{child}")
        assert (
            "another mutual_aid.face_age in the log" in refusal(after, recorded=(before.document(),)).reason
        )

    def test_a_recorded_document_that_is_no_pack_is_refused(self) -> None:
        error = refusal(recorded=({**Pack.from_keys(OURS).document(), "colour": "red"},))
        assert (error.file, error.key, error.reason) == ("the log", "colour", "unknown key")


class TestRefusals:
    def test_packs_that_extend_each_other_are_refused(self, tmp_path: Path) -> None:
        other = HEAD.replace("ours-2025", "other-2025").replace("3301", "3302")
        error = refusal(written(tmp_path, f"{HEAD}extends: other-2025\n---\n{other}extends: ours-2025\n"))
        assert (error.key, error.reason) == ("extends", "goes round in a circle, back to ours-2025 (line 6)")

    def test_one_name_for_two_contents_is_refused(self, tmp_path: Path) -> None:
        one = written(tmp_path, HEAD, "one.yaml")
        two = written(tmp_path, HEAD.replace("2025-01-01", "2025-02-01"), "two.yaml")
        error = refusal(one, two)
        assert (error.file, error.key) == (str(two), "name")
        assert (
            error.reason
            == f"ours-2025 has another effective in {one}; a changed pack needs a new name (line 1)"
        )

    def test_the_name_of_a_shipped_pack_for_another_content_is_refused(self, tmp_path: Path) -> None:
        file = written(tmp_path, HEAD.replace("ours-2025", "hangzhou-2024"))
        assert "hangzhou-2024 has another" in refusal(file).reason
        assert "in packs/hangzhou.yaml" in refusal(file).reason

    def test_two_packs_with_one_prefix_and_day_are_refused(self, tmp_path: Path) -> None:
        file = written(tmp_path, f'{HEAD}---\n{HEAD.replace("ours", "rival").replace("[", """["44", """)}')
        error = refusal(file)
        assert (error.file, error.key) == (str(file), "regions")
        assert error.reason == f'"3301" from 2025-01-01 is the place of ours-2025 in {file} (line 8)'

    def test_a_pack_in_the_place_of_a_shipped_one_is_refused(self, tmp_path: Path) -> None:
        file = written(tmp_path, HEAD.replace("2025-01-01", "2024-08-01"))
        assert "is the place of hangzhou-2024 in packs/hangzhou.yaml" in refusal(file).reason
