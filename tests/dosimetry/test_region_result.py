"""Rows of a cycle's result: tidy, with units, None for what is not known; the ledger's cycle."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lutetia.dosimetry.cycle_dose import cycle_dose
from lutetia.dosimetry.region_plan import OneModel
from lutetia.errors import InputError


@pytest.fixture(scope="module")
def found(small_body):
    """Two scans: a bi-exponential of the lesion cannot be fitted."""
    plans = small_body.plans(lesion={"curve": OneModel(model="bi")})
    return cycle_dose(small_body.series(hours=(24.0, 96.0)), plans, dose_map=False)


def test_rows_are_plain_and_the_same_for_all(found):
    rows = found.records()
    assert len({tuple(row) for row in rows}) == 1
    assert json.loads(json.dumps(rows)) == rows
    lesion, organ = rows[0], rows[1]
    assert lesion["dose_gy"] is None
    assert lesion["tia_mbq_h"] is None
    assert "bi needs 4" in lesion["why"]
    assert organ["dose_gy"] == pytest.approx(organ["self_dose_gy"] + organ["cross_dose_gy"])
    assert organ["n_scans"] == 2
    assert organ["bed_gy"] is None


def test_rows_of_scans_budget_and_sources(found):
    activities = found.activity_records()
    assert len(activities) == 6
    assert {row["after_h"] for row in activities} == {24.0, 96.0}
    assert json.loads(json.dumps(activities)) == activities
    budget = [row for row in found.budget_records() if row["region"] == "organ"]
    squares = sum(row["effect_gy"] ** 2 for row in budget)
    assert np.sqrt(squares) == pytest.approx(found.region("organ").dose.u_gy)
    parts = [row for row in found.part_records() if row["region"] == "organ"]
    assert sum(row["dose_gy"] for row in parts) == pytest.approx(found.region("organ").dose.gy)
    assert {row["source_region"] for row in parts} == {"organ", "rest"}


def test_the_band_of_a_curve(found):
    organ = found.region("organ").curve
    band = organ.u_activity_mbq([24.0, 60.0])
    assert band.shape == (2,)
    assert (band > 0).all()


def test_the_ledger_keeps_what_is_known(found):
    assert set(found.cycle().absorbed) == {"organ", "rest"}
    with pytest.raises(InputError, match="lesion: must have a dose"):
        found.cycle(["lesion", "organ"])
    with pytest.raises(InputError, match="must be one of lesion, organ, rest"):
        found.region("heart")
