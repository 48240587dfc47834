"""DICOM in and out: CT, NM, PT, RTSTRUCT, SEG in; RTDOSE, SEG, SR out. Files here, numbers in `lutetia.dosimetry`.

Each public name is imported with its module on first use (PEP 562), so that importing the room stays light.
"""

from __future__ import annotations

import importlib
from typing import Any

_MODULE_OF = {
    "Limits": "file",
    "find_series": "series",
    "FoundSeries": "series",
    "read_ct": "ct",
    "CtScan": "ct",
    "read_nm": "nm",
    "read_pt": "pt",
    "ActivityScan": "scan",
    "Injection": "radiopharmaceutical",
    "read_rtstruct": "rtstruct",
    "read_seg": "seg",
    "read_rtdose": "rtdose",
    "write_rtdose": "rtdose_out",
    "write_seg": "seg_out",
    "write_dose_sr": "sr_out",
    "VoiDose": "sr_out",
    "StudyReference": "study_reference",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
