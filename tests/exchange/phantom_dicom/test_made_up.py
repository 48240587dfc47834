"""Who a phantom says it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydicom.dataset import Dataset

from lutetia.exchange.dicom.radiopharmaceutical import nuclide_of
from lutetia.exchange.phantom_dicom.made_up import (
    Injected,
    frame_uid,
    lie_head_first_supine,
    made_up_study,
    radiopharmaceutical_item,
)

AT = datetime(2024, 5, 4, 10, 30, tzinfo=UTC)


def test_the_patient_is_made_up_and_always_the_same():
    study = made_up_study("Anna", AT)
    assert (study.patient_name, study.patient_id) == ("MadeUp^Anna", "MADE-UP-ANNA")
    assert study == made_up_study("Anna", AT)
    assert study.study_uid != made_up_study("Berta", AT).study_uid
    assert frame_uid("a") == frame_uid("a") != frame_uid("b")


@pytest.mark.parametrize("nuclide", ["Lu-177", "Y-90", "In-111", "Ga-68", "F-18", "Tb-161"])
def test_every_nuclide_is_read_as_it_was_written(nuclide):
    injected = Injected(nuclide=nuclide, half_life_h=100.0, at=AT, activity_mbq=200.0)
    item = radiopharmaceutical_item(injected, activity_in="MBq")
    assert nuclide_of(item) == nuclide
    assert float(item.RadionuclideTotalDose) == 200
    assert float(radiopharmaceutical_item(injected, activity_in="Bq").RadionuclideTotalDose) == 2e8
    assert float(item.RadionuclideHalfLife) == 360_000


def test_the_patient_lies_on_the_back():
    dataset = Dataset()
    lie_head_first_supine(dataset)
    lying = dataset.PatientOrientationCodeSequence[0]
    assert lying.CodeMeaning == "recumbent"
    assert lying.PatientOrientationModifierCodeSequence[0].CodeMeaning == "supine"
