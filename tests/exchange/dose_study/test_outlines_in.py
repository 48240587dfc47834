"""Regions in: drawn, combined, refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.errors import InputError
from lutetia.exchange.dicom.ct import read_ct
from lutetia.exchange.dose_study.outlines_in import read_outlines, region_set
from lutetia.exchange.dose_study.regions import Combination
from lutetia.exchange.dose_study.scans import Outlines
from lutetia.exchange.dose_study.study import read_dose_study

LINE = Geometry.regular((1, 1, 10), (10.0, 10.0, 10.0), frame_of_reference="f")


def part(name, *voxels):
    shares = np.zeros(LINE.shape, bool)
    shares[0, 0, list(voxels)] = True
    return Region(name=name, shares=shares, geometry=LINE)


def combined(requested, *combine):
    drawn = (part("liver", 1, 2, 3, 4), part("lesion", 4, 5))
    made = [Combination.model_validate(one) for one in combine]
    return region_set(drawn, made, requested, "refuse")


def test_liver_minus_lesion_and_the_rest_by_hand():
    found = combined(
        ["clean", "lesion", "rest"],
        {"name": "clean", "whole": "liver", "minus": ["lesion"]},
        {"name": "rest", "whole": "image", "minus": ["others"]},
    )
    assert [region.volume_ml for region in found] == [3, 2, 5]
    assert found["clean"].rule == "liver − lesion"


def test_union_and_intersection():
    assert combined(["both"], {"name": "both", "union": ["liver", "lesion"]})["both"].volume_ml == 5
    assert combined(["in"], {"name": "in", "intersection": ["liver", "lesion"]})["in"].volume_ml == 1


@pytest.mark.parametrize(
    ("requested", "combine", "said"),
    [
        (["spleen"], [], "must be drawn or combined (lesion, liver), but got spleen"),
        (["a"], [{"name": "a", "union": ["liver", "b"]}], "but got b"),
        (["liver"], [{"name": "liver", "union": ["lesion"]}], "a name that is not taken"),
        (["liver", "lesion"], [], "must not overlap"),
    ],
)
def test_what_cannot_be_made_is_named(requested, combine, said):
    with pytest.raises(InputError) as error:
        combined(requested, *combine)
    assert said in str(error.value)


def test_seg_and_rtstruct_agree(patient):
    folder, frame = patient.parent, read_dose_study(patient)
    ct = read_ct(folder / frame.scans[0].ct).volume.geometry
    seg = read_outlines(Outlines(seg="1_4h/seg.dcm"), folder, ct)
    drawn = read_outlines(Outlines(rtstruct="1_4h/rtstruct.dcm", names=("liver",)), folder, ct)
    liver = next(region for region in seg if region.name == "liver")
    assert [region.name for region in drawn] == ["liver"]
    assert abs(drawn[0].volume_ml / liver.volume_ml - 1) < 0.03


def test_a_seg_of_another_frame_is_refused(patient):
    with pytest.raises(InputError, match="frame of reference"):
        read_outlines(Outlines(seg="1_4h/seg.dcm"), patient.parent, LINE)
