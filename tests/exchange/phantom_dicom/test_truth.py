"""The truth file: numbers of the equations, no more and no less."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from lutetia.dosimetry.phantom import digital_patient, torso_geometry
from lutetia.dosimetry.phantom_scan import phantom_scan
from lutetia.dosimetry.phantom_truth import PhantomTruth
from lutetia.exchange.phantom_dicom.made_up import Injected
from lutetia.exchange.phantom_dicom.truth import truth_record, write_truth

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
INJECTED = Injected(nuclide="Lu-177", half_life_h=159.528, at=AT, activity_mbq=7400.0)


@pytest.fixture(scope="module")
def patient():
    return digital_patient()


@pytest.fixture(scope="module")
def visits(patient):
    scan = phantom_scan(patient, torso_geometry(patient, shape=(16, 16, 16), spacing_mm=(40.0,) * 3), 24.0, points=1)
    return [("24 h", "1_24h", AT, scan)]


def test_curves_and_areas_by_hand(patient, visits):
    record = truth_record(patient, INJECTED, visits)
    kidney = record["regions"]["left kidney"]
    assert kidney["mass_g"] == pytest.approx(155)
    # data/phantom.yaml: 0.0118 at 52 h and −0.0060 at 1.5 h of 7400 MBq; area Σ A T / ln 2
    assert kidney["curve"]["amplitudes_mbq"] == pytest.approx([87.32, -44.4])
    assert kidney["tia_mbq_h"] == pytest.approx((87.32 * 52 - 44.4 * 1.5) / 0.693147180560)
    (point,) = record["time_points"]
    assert point["activity_mbq"]["left kidney"] == pytest.approx(87.32 * 2 ** (-24 / 52) - 44.4 * 2 ** (-24 / 1.5))
    assert point["middle_h"] - point["start_h"] == pytest.approx(0.25)
    assert point["to_reference"]["translation_mm"] == [0, 0, 0]
    assert "dose_gy" not in kidney


def test_doses_are_told_when_they_are_known(patient, visits, tmp_path):
    names = patient.names
    dose = [[1.0 if a == b else 0.0 for b in range(len(names))] for a in range(len(names))]
    import numpy as np

    truth = PhantomTruth(
        nuclide="Lu-177",
        regions=names,
        volume_ml=dict(patient.volume_ml),
        mass_g=patient.mass_g,
        tia_mbq_h=patient.tia_mbq_h,
        dose_gy=np.array(dose),
        std_error_gy=np.zeros((len(names), len(names))),
        conventions=("made up",),
    )
    path = write_truth(tmp_path / "deep" / "truth.json", patient, INJECTED, visits, truth)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["regions"]["spleen"]["dose_gy"] == 1
    assert record["regions"]["spleen"]["dose_from_gy"]["liver"] == 0
    assert record["conventions"][-1] == "made up"
    assert record["injected_at"] == "2026-03-02T09:00:00+00:00"
