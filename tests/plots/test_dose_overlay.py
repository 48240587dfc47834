"""Dose on CT: colours where there is dose, grey where there is none, outlines named, the same bytes each time."""

from __future__ import annotations

import io

import numpy as np
import pytest

pytest.importorskip("matplotlib")
from PIL import Image

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.plots.dose_overlay import LADDER, dose_overlay, isodose_levels_gy

GRID = Geometry.regular((30, 24, 40), (8.0, 8.0, 8.0), first_voxel_mm=(-156.0, -92.0, 0.0), frame_of_reference="F")
LEFT, RIGHT = (slice(10, 16), slice(9, 14), slice(28, 34)), (slice(10, 16), slice(9, 14), slice(6, 12))


def volume(unit, background, **boxes):
    array = np.full(GRID.shape, background, dtype=np.float32)
    array[2:-2, 3:-3, 3:-3] = boxes.pop("body", background)
    for value, box in boxes.get("boxes", ()):
        array[box] = value
    return Volume(array=array, geometry=GRID, unit=unit)


CT = volume("HU", -1000.0, body=40.0)
DOSE = volume("Gy", 0.0, boxes=((20.0, LEFT),))


def region(name, box):
    shares = np.zeros(GRID.shape, dtype=bool)
    shares[box] = True
    return Region(name=name, shares=shares, geometry=GRID)


def overlay(dose=DOSE, ct=CT, **changes):
    regions = [("1", region("left kidney", LEFT)), ("2", region("right kidney", RIGHT))]
    places = {"transverse_at_mm": 100.0, "coronal_at_mm": -4.0, "width_mm": 40.0, "per_inch": 150}
    return dose_overlay(dose, ct, regions, **(places | changes))


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)


def saturation(image):
    return image.max(axis=2) - image.min(axis=2)


def test_the_left_kidney_is_coloured_on_the_right_of_both_slices():
    image = saturation(pixels(overlay()))[: int(0.85 * pixels(overlay()).shape[0])]  # without the colour bar
    middle = image.shape[1] // 2
    assert (image[:, middle:] > 60).sum() > 500
    assert (image[:, :middle] > 60).sum() == 0


def test_a_slice_away_from_the_dose_has_none():
    picture = overlay(transverse_at_mm=200.0, coronal_at_mm=60.0)
    image = pixels(picture)
    assert (saturation(image[: int(0.85 * image.shape[0])]) > 60).sum() == 0
    assert "no region" in picture.description


def test_without_ct_the_dose_stands_on_black():
    picture = overlay(ct=None)
    assert "without CT" in picture.description
    image = pixels(picture)
    assert (image.sum(axis=2) == 0).mean() > 0.1
    assert (saturation(image) > 60).mean() > 0.1


def test_words_name_outlines_and_isodoses():
    said = overlay().description
    assert "1 left kidney" in said
    assert "2 right kidney" in said
    assert "Isodose lines 0.2, 0.5, 1, 2, 5, 10 Gy" in said


def test_the_same_slices_give_the_same_bytes_without_date_or_program():
    made = overlay().png
    assert overlay().png == made
    assert b"tEXt" not in made
    assert b"tIME" not in made


def test_size_is_what_is_asked_for():
    picture = overlay()
    assert picture.width_px == pytest.approx(40 / 25.4 * 150, abs=1)
    assert pixels(picture).shape == (picture.height_px, picture.width_px, 3)


def test_other_frames_are_refused():
    other = Geometry.regular(GRID.shape, (8.0, 8.0, 8.0), frame_of_reference="G")
    with pytest.raises(ValueError, match="one frame of reference"):
        overlay(ct=Volume(array=CT.array, geometry=other, unit="HU"))


@pytest.mark.parametrize("top", [0.004, 0.9, 23.0, 480.0])
def test_isodose_levels_are_round_and_below_the_top(top):
    levels = isodose_levels_gy(top)
    assert 3 <= len(levels) <= 6
    assert all(level in LADDER and 0.01 * top <= level < top for level in levels)


def test_a_map_without_dose_can_be_drawn():
    assert overlay(dose=volume("Gy", 0.0)).png.startswith(b"\x89PNG")
