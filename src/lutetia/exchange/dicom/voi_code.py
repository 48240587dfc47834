"""Standard codes for what a region's name says it is; "Anatomical structure, organ" where it says nothing known."""

from __future__ import annotations

from typing import Any

from pydicom.sr.codedict import codes

# A word of the name → the SNOMED CT concept of pydicom's code dictionary (PS3.16); lesions first: "liver lesion".
_LESIONS = {
    "lesion": codes.SCT.Lesion,
    "tumour": codes.SCT.Neoplasm,
    "tumor": codes.SCT.Neoplasm,
    "metastas": codes.SCT.Neoplasm,
}
_ORGANS = {
    "kidney": codes.SCT.Kidney,
    "liver": codes.SCT.Liver,
    "spleen": codes.SCT.Spleen,
    "marrow": codes.SCT.BoneMarrow,
    "lung": codes.SCT.Lung,
    "pancreas": codes.SCT.Pancreas,
    "bone": codes.SCT.Bone,
}


def codes_of(name: str) -> tuple[Any, Any]:
    """Category and type of a segment by its name: ("Anatomical structure", "Kidney") of "left kidney"."""
    word = name.lower()
    for part, code in _LESIONS.items():
        if part in word:
            return codes.SCT.MorphologicallyAbnormalStructure, code
    for part, code in _ORGANS.items():
        if part in word:
            return codes.SCT.AnatomicalStructure, code
    return codes.SCT.AnatomicalStructure, codes.SCT.Organ
