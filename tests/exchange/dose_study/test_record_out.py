"""dose.json: everything, in full, unknown as null."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from lutetia.exchange.dose_study.record_out import plain, record_text

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def document(outcome):
    return json.loads(record_text(outcome, at=AT))


def test_every_dose_with_its_uncertainty_and_budget(document, outcome):
    left = next(one for one in document["regions"] if one["region"] == "left")
    dose = outcome.cycle.region("left").dose
    assert (left["dose"]["dose_gy"], left["dose"]["u_dose_gy"]) == (dose.gy, dose.u_gy)
    assert [part["source"] for part in left["dose"]["budget"]] == [part.name for part in dose.budget]
    assert left["curve"]["model"] == "mono"
    assert left["curve"]["effective_half_lives_h"] == pytest.approx([50.0], rel=1e-4)
    assert len(left["activities"]) == 4


def test_inputs_scans_and_conventions_are_in_it(document, outcome):
    assert document["format"] == "dose-result/1"
    assert document["written_at"] == "2026-03-20T12:00:00+00:00"
    assert len(document["inputs"]) == 8
    assert document["scans"][0]["total_mbq"] == pytest.approx((54 * 2 + 2.7) * 2 ** (-24 / 50), rel=1e-5)
    assert document["conventions"] == list(outcome.conventions)
    assert document["declaration"]["patient"] == "MADE-UP-BOX"
    assert document["plan"]["ended_by"] == "kidneys"


def test_identifiers_and_motions_of_dicom_are_in_it(patient_outcome):
    document = json.loads(record_text(patient_outcome, at=AT))
    first, second = document["scans"][:2]
    assert len(first["sop_uids"]) == 1
    assert len(first["ct_sop_uids"]) == 32
    assert first["to_reference"] is None
    assert np.array(second["to_reference"]["rotation"]).shape == (3, 3)
    assert second["registration"]["metric"] == "mutual_information"


def test_plain_data_has_no_numbers_that_json_lacks():
    assert plain({"a": np.float64("nan"), 1: np.array([1.0, np.inf]), "b": (np.int64(3), True)}) == {
        "a": None,
        "1": [1.0, None],
        "b": [3, True],
    }
