"""`copay digest`: for a person at two machines, and for a program that compares them."""

import json

import pytest

from projections.models import MODELS
from tests.scripts.conftest import Copay


def test_every_model_has_a_digest_of_its_own(copay: Copay, family: str) -> None:
    answer = json.loads(copay("digest", "--dsn", family, "--json").out)
    assert answer["position"] == 56
    assert [one["model"] for one in answer["digests"]] == [model.name for model in MODELS]
    assert len({one["sha256"] for one in answer["digests"]}) == len(MODELS)
    assert all(len(one["sha256"]) == 64 for one in answer["digests"])


def test_one_model_may_be_asked_for_and_an_earlier_position(copay: Copay, family: str) -> None:
    asked = ("digest", "balances", "--dsn", family, "--json")
    (now,) = json.loads(copay(*asked).out)["digests"]
    (then,) = json.loads(copay(*asked, "--position", 40).out)["digests"]
    assert (now["position"], then["position"]) == (56, 40)
    assert then["rows"] < now["rows"]
    assert then["sha256"] != now["sha256"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_people_see_the_whole_digest(copay: Copay, family: str, lang: str) -> None:
    said = copay("digest", "limits", "--dsn", family, "--lang", lang)
    (one,) = json.loads(copay("digest", "limits", "--dsn", family, "--json").out)["digests"]
    assert (said.status, said.err) == (0, "")
    assert one["sha256"] in said.out


def test_a_model_that_does_not_exist_is_one_sentence_with_those_that_do(copay: Copay, family: str) -> None:
    said = copay("digest", "ages", "--dsn", family)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert "totals" in said.err
    told = json.loads(copay("digest", "ages", "--dsn", family, "--json").out)
    assert told["error"]["code"] == "unknown_model"
