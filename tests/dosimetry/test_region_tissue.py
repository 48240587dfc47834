"""The density of a region's own tissue, by hand in a row of voxels, and against the phantom's masses."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_tissue import mass_g, own_density_g_per_ml
from lutetia.dosimetry.volume import Volume

GEOMETRY = Geometry.regular((1, 1, 7), (10.0, 10.0, 10.0), frame_of_reference="made up")


def density(*values):
    return Volume(array=np.array(values)[None, None], geometry=GEOMETRY, unit="g/mL")


def region(*shares):
    return Region(name="lung", shares=np.array(shares)[None, None], geometry=GEOMETRY)


def test_border_voxels_have_the_density_of_the_inner_ones():
    # a lung of 0.3 (and a vessel) whose last voxel is half chest wall: the image shows (0.3 + 1.05) / 2 there
    image = density(1.05, 0.3, 0.3, 0.3, 0.7, 0.675, 1.05)
    lung = region(0, 1, 1, 1, 1, 0.5, 0)
    assert own_density_g_per_ml(lung, image)[0, 0] == pytest.approx([0.3, 0.3, 0.3, 0.7, 0.4])
    assert mass_g(lung, image) == pytest.approx(0.3 * 3 + 0.7 + 0.5 * 0.4)


def test_a_region_with_few_inner_voxels_has_what_the_image_shows():
    image = density(1.05, 0.3, 0.3, 0.3, 0.7, 0.675, 1.05)
    small = region(0, 0.5, 1, 1, 1, 0.5, 0)
    assert own_density_g_per_ml(small, image)[0, 0] == pytest.approx(image.array[0, 0, 1:6])
    assert mass_g(small, image) == pytest.approx(0.15 + 0.3 + 0.3 + 0.7 + 0.3375)
