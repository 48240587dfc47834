"""What may be published of a list: balance and openness, never an arm of a record and never the seed."""

from __future__ import annotations

import json

from lutetia.reports.page_files import page_files
from lutetia.reports.result_page import Provenance
from lutetia.reports.trial_list import list_page, public_conventions
from lutetia.trial.permuted_blocks import make_list
from lutetia.trial.sealed_list import all_opened, seal

SEED = 311_411_511_611_711_811_911
FACTORS = {"grade": ("grade 2", "grade 3"), "origin": ("pancreas", "other")}
EXPECTED = {"grade": {"grade 2": 147, "grade 3": 79}, "origin": {"pancreas": 123}}


def made(**more):
    given = {"arms": ("Lu", "control"), "ratio": (2, 1), "factors": FACTORS, "records_per_stratum": 240, "seed": SEED}
    return make_list(**{**given, **more})


def page(one=None, expected=EXPECTED):
    one = one or made()
    return list_page(one, seal(one), title="t", expected=expected, provenance=Provenance(version="1"))


def cells(found, key):
    return [row.cells for row in next(t for t in found.tables if t.key == key).rows if row.kind == "row"]


def test_strata_and_bounds_of_netter2():
    found = page()
    assert {row[1:] for row in cells(found, "strata")} == {("240", "40", "160 : 80")}
    bounds = {row[0]: row[1:] for row in cells(found, "bounds")}
    assert bounds["grade 2"] == ("147", "96", "100")
    assert bounds["pancreas"] == ("123", "80", "84")
    assert bounds["all"] == ("226", "146", "156")
    openness = dict(cells(found, "openness"))
    assert openness["Orders that occur in the list"].strip() == "15"
    assert openness["Guessed by the best guesser, %"].strip() == "74.4"


def test_neither_seed_nor_arms_nor_nonces_are_in_the_public_files():
    one = made()
    files = page_files(page(one), "randomisation")
    public = b"\n".join([*files.values(), json.dumps(seal(one).document()).encode()]).decode()
    assert str(SEED) not in public
    assert not any(record.nonce in public for record in all_opened(one))


def test_a_weak_seed_is_not_told_to_the_public():
    assert not any(said.startswith("The seed is below") for said in public_conventions(made(seed=3)))


def test_without_one_block_length_and_two_arms_the_openness_is_left_out():
    found = page(made(block_lengths=(3, 6)))
    assert [table.key for table in found.tables] == ["strata"]
    assert "one block length only" in found.not_made[0]
    assert [t.key for t in page(expected={}).tables] == ["strata", "openness"]
