"""CT in, and the density of its Hounsfield units."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dose_study.ct_in import density_of, read_visit_ct
from lutetia.exchange.dose_study.scans import Density
from lutetia.exchange.nifti import write_nifti

GRID = Geometry.regular((1, 1, 3), (1.0, 1.0, 1.0), frame_of_reference="f")
CT = Volume(array=np.array([[[-1000.0, 0.0, 500.0]]]), geometry=GRID, unit="HU")
OWN = Density(hu=(-1000, 0, 1000), density_g_per_ml=(0, 1, 2), source="made up")


def test_density_straight_between_the_declared_points():
    assert density_of(CT, OWN).array.ravel() == pytest.approx([0, 1, 1.5])
    assert "made up" in density_of(CT, OWN).conventions[-1]


def test_the_packages_curve_where_none_is_declared():
    assert density_of(CT, None).array.ravel()[1] == pytest.approx(1.0, abs=0.03)


def test_values_beyond_the_curve_are_refused_unless_held():
    far = CT.with_array(np.array([[[-1000.0, 0.0, 3000.0]]]))
    with pytest.raises(InputError, match="HU"):
        density_of(far, OWN)
    assert density_of(far, OWN.model_copy(update={"beyond": "hold"})).array.max() == pytest.approx(2)


def test_a_nifti_ct_lies_in_the_frame_of_its_scan(tmp_path):
    write_nifti(CT, tmp_path / "ct.nii.gz")
    read = read_visit_ct("ct.nii.gz", tmp_path, "visit")
    assert (read.volume.frame_of_reference, read.volume.unit, read.series) == ("visit", "HU", None)


def test_a_ct_of_another_visit_is_refused(patient):
    with pytest.raises(InputError, match="Is it the CT of another visit"):
        read_visit_ct("2_24h/ct", patient.parent, "1.2.3")
