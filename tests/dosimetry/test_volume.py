"""Volumes: what adds up and what is averaged, units, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import UNITS, Volume, as_floats
from lutetia.errors import InputError

GRID = Geometry.regular((2, 3, 4), (10.0, 10.0, 5.0), frame_of_reference="a")  # 0.5 mL a voxel


def of(value, unit, grid=GRID):
    return Volume(array=np.full(grid.shape, value), geometry=grid, unit=unit)


def test_totals_by_hand():
    assert of(2e6, "Bq/mL").total() == pytest.approx(24)  # 24 voxels · 0.5 mL · 2 MBq/mL
    assert of(2e6, "Bq").total() == pytest.approx(48)
    assert of(3, "counts").total() == 72
    assert of(3600.0, "Bq s/mL").total() == pytest.approx(12e-6)
    assert [of(1, unit).total_unit for unit in ("kBq/mL", "counts", "MBq h/mL")] == ["MBq", "counts", "MBq h"]


def test_what_is_averaged_has_no_total():
    with pytest.raises(InputError, match="HU, which is averaged"):
        of(40, "HU").total()


@pytest.mark.parametrize(
    ("value", "unit", "to", "wanted"),
    [
        (1e6, "Bq/mL", "MBq/mL", 1.0),
        (1e6, "Bq/mL", "MBq", 0.5),
        (0.5, "MBq", "kBq/mL", 1000.0),
        (2.0, "MBq h/mL", "Bq s/mL", 7.2e9),
        (1500.0, "mGy", "Gy", 1.5),
    ],
)
def test_the_same_amount_in_another_unit(value, unit, to, wanted):
    assert of(value, unit).converted(to).array == pytest.approx(wanted)


def test_doubled_values_double_the_total_whatever_the_unit():
    once, twice = of(2.5, "kBq/mL"), of(2.5, "kBq/mL").scaled(2, because="Doubled.")
    assert twice.total() == pytest.approx(2 * once.total())
    assert twice.conventions == ("Doubled.",)


@pytest.mark.parametrize(("unit", "to"), [("counts", "Bq"), ("Gy", "BED Gy"), ("Gy", "MBq"), ("Gy", "rem")])
def test_what_does_not_measure_the_same_does_not_convert(unit, to):
    with pytest.raises(InputError, match="must measure the same"):
        of(1, unit).converted(to)


def test_flipped_moved_and_cropped_numbers_keep_their_places():
    volume = Volume(array=np.arange(24.0).reshape(2, 3, 4), geometry=GRID, unit="Gy")
    assert volume.flipped(0, 2).array[0, 0, 0] == volume.array[1, 0, 3]
    assert volume.flipped(0, 2).geometry.world_mm((0, 0, 0)) == pytest.approx(GRID.world_mm((1, 0, 3)))
    assert volume.cropped((1, 1, 1), (1, 2, 3)).array[0, 0, 0] == volume.array[1, 1, 1]
    moved = volume.moved(RigidTransform.identity("a", "b"))
    assert moved.frame_of_reference == "b"
    assert np.array_equal(moved.array, volume.array)


def test_arrays_are_kept_without_loss_and_read_only():
    assert as_floats(np.array([32767], dtype=np.int16)).dtype == np.float32
    assert as_floats(np.array([2**31 - 1], dtype=np.int32))[0] == 2**31 - 1
    assert as_floats(np.array([1.5], dtype=">f4")).dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        of(1, "Gy").array[0, 0, 0] = 2


def test_a_volume_that_cannot_be_is_refused_with_every_fault():
    with pytest.raises(InputError) as caught:
        Volume(array=np.array([[[1.0, np.nan]]]), geometry=GRID, unit="Sv")
    faults = caught.value.faults
    assert [fault.place for fault in faults] == ["array", "array", "unit"]
    assert faults[1].got == "1 that are not"


def test_every_unit_knows_its_kind():
    assert {unit.quantity for unit in UNITS.values()} == {"extensive", "density", "intensive"}
    assert UNITS["BED Gy"].base != UNITS["Gy"].base
