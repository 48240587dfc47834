"""Names of regions and the standard codes they mean."""

from __future__ import annotations

import pytest

from lutetia.exchange.dicom.voi_code import codes_of


@pytest.mark.parametrize(
    ("name", "category", "kind"),
    [
        ("Kidney left", "Anatomical Structure", "Kidney"),
        ("healthy liver", "Anatomical Structure", "Liver"),
        ("liver lesion 3", "Morphologically Abnormal Structure", "Lesion"),
        ("Bone metastasis", "Morphologically Abnormal Structure", "Neoplasm"),
        ("red marrow L2-L4", "Anatomical Structure", "Bone Marrow"),
        ("parotid", "Anatomical Structure", "Organ"),
    ],
)
def test_codes_by_name(name, category, kind):
    found = codes_of(name)
    assert (found[0].meaning, found[1].meaning.replace("Tumor", "Neoplasm")) == (category, kind)
