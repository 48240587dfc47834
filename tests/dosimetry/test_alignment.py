"""How well two images lie on each other, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.alignment import alignment, checkerboard
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

GRID = Geometry.regular((6, 16, 16), (5.0, 2.0, 2.0), frame_of_reference="a")


def block(first, last):
    shares = np.zeros(GRID.shape, dtype=bool)
    shares[1:5, 4:12, first:last] = True
    return Region(name="kidney", shares=shares, geometry=GRID)


def test_dice_and_distance_by_hand():
    found = alignment(block(2, 10), block(4, 12))
    assert found.dice == pytest.approx(6 / 8)
    assert found.centroid_mm == pytest.approx(4)
    assert (found.fixed_volume_ml, found.moved_volume_ml) == (pytest.approx(5.12), pytest.approx(5.12))
    assert found.alarms == ("kidney: Dice 0.75 (alarm below 0.8).",)
    strict = alignment(block(2, 10), block(4, 12), alarm_dice=0.5, alarm_centroid_mm=3)
    assert strict.alarms == ("kidney: centres 4.0 mm apart (alarm above 3 mm).",)


def test_the_right_motion_lays_them_on_each_other():
    motion = RigidTransform.about((0, 0, 0), translation_mm=(-4, 0, 0), from_frame="a", to_frame="a")
    assert alignment(block(2, 10), block(4, 12), transform=motion).dice == pytest.approx(1)


def test_the_checkerboard_takes_turns():
    first = Volume(array=np.arange(6 * 256.0).reshape(GRID.shape), geometry=GRID, unit="HU")
    second = Volume(array=-first.array, geometry=GRID, unit="HU")
    board = checkerboard(first, second, tiles=4)
    assert board[0, 0, 0] == 0
    assert board[0, 0, 4] == pytest.approx(1 - 4 / 1535)
    assert board[0, 4, 4] == pytest.approx(68 / 1535)
    with pytest.raises(InputError) as caught:
        checkerboard(
            first, Volume(array=np.zeros((6, 16, 15)), geometry=GRID.cropped((0, 0, 0), (6, 16, 15)), unit="HU")
        )
    assert [fault.place for fault in caught.value.faults] == ["second", "second"]
