"""Frames of an NM image in order of slices, and where the slices lie."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from lutetia.exchange.dicom.nm_frames import duration_s, frames_in_order, geometry_of, stacking_sentence


def header(slices, *, frames=None, **vectors):
    dataset, detector = Dataset(), Dataset()
    dataset.NumberOfFrames = frames or len(slices)
    dataset.SliceVector = slices
    for name, value in vectors.items():
        setattr(dataset, name, value)
    detector.ImagePositionPatient, detector.ImageOrientationPatient = [1, 2, 30], [1, 0, 0, 0, 1, 0]
    dataset.DetectorInformationSequence = [detector]
    dataset.Rows, dataset.Columns, dataset.PixelSpacing = 4, 5, [2, 3]
    dataset.SpacingBetweenSlices, dataset.FrameOfReferenceUID = "-4", "1.2"
    return dataset


def test_the_slice_vector_orders_the_frames():
    order, sentences = frames_in_order(header([3, 1, 2]), "a", None, [])
    assert (order.tolist(), sentences) == ([1, 2, 0], ())


def test_an_energy_window_is_chosen_by_number():
    dataset = header([1, 1, 2, 2], EnergyWindowVector=[1, 2, 1, 2])
    window, limits = Dataset(), Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = "187", "229"
    window.EnergyWindowName, window.EnergyWindowRangeSequence = "main", [limits]
    dataset.EnergyWindowInformationSequence = [Dataset(), window]
    order, sentences = frames_in_order(dataset, "a", 2, [])
    assert order.tolist() == [1, 3]
    assert sentences == ("NM: energy window 2, main 187–229 keV.",)
    faults = []
    assert frames_in_order(dataset, "a", None, faults) is None
    assert "window_number= 1 (not named), 2 (main 187–229 keV)" in faults[0].do
    assert frames_in_order(dataset, "a", 3, faults) is None
    assert faults[-1].must == "must hold energy window 3"


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (header([1, 2, 2]), "doubled 2; missing 3"),
        (header([1, 2, 4]), "missing 3"),
        (header([1, 2], frames=3), "3 entries in SliceVector"),
        (header([1, 2], TimeSlotVector=[1, 2]), "gated"),
        (header([1, 2], DetectorVector=[1, 2]), "one value in DetectorVector"),
        (header([1, 2], AngularViewVector=[1, 2]), "Projections"),
        (header([1, 2], EnergyWindowVector=[1, 2, 3]), "2 entries in EnergyWindowVector"),
    ],
)
def test_frames_that_are_no_volume_are_faults(dataset, words):
    faults = []
    assert frames_in_order(dataset, "a", None, faults) is None
    assert words in str(faults[0])


def test_without_a_slice_vector_the_number_of_slices_must_fit():
    dataset = header([1, 2, 3])
    del dataset.SliceVector
    dataset.NumberOfSlices = 3
    assert frames_in_order(dataset, "a", None, [])[0].tolist() == [0, 1, 2]
    dataset.NumberOfSlices = 2
    faults = []
    assert frames_in_order(dataset, "a", None, faults) is None


@pytest.mark.parametrize(("reverse", "third"), [(False, 22), (True, 38)])
def test_a_negative_spacing_goes_against_rows_times_columns(reverse, third):
    dataset = header([1, 2, 3])
    geometry = geometry_of(dataset, "a", 3, reverse, [])
    assert geometry.world_mm((2, 1, 1)) == pytest.approx([4, 4, third])
    assert geometry.is_mirrored is not reverse
    assert ("reversed" in stacking_sentence(dataset, reverse)) is reverse


def test_position_may_stand_in_the_image_itself_and_thickness_in_place_of_spacing():
    dataset = header([1, 2])
    detector = dataset.DetectorInformationSequence[0]
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 7], [1, 0, 0, 0, 1, 0]
    del detector.ImagePositionPatient, dataset.SpacingBetweenSlices
    dataset.SliceThickness = "5"
    assert geometry_of(dataset, "a", 2, False, []).world_mm((1, 0, 0)) == pytest.approx([0, 0, 12])
    assert "no SpacingBetweenSlices" in stacking_sentence(dataset, False)


def test_a_header_without_place_names_everything():
    faults = []
    assert geometry_of(Dataset(), "a", 2, False, faults) is None
    assert len(faults) == 6


def test_duration_by_hand():
    dataset, rotation = Dataset(), Dataset()
    assert duration_s(dataset) is None
    rotation.ActualFrameDuration, rotation.NumberOfFramesInRotation = "30000", 60
    dataset.RotationInformationSequence = [rotation]
    assert duration_s(dataset) == 1800
    del rotation.NumberOfFramesInRotation
    assert duration_s(dataset) is None
    del dataset.RotationInformationSequence
    dataset.ActualFrameDuration = "1500"
    assert duration_s(dataset) == pytest.approx(1.5)
    assert np.isscalar(duration_s(dataset))
