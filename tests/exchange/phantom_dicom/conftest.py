"""The fixtures of the DICOM tests serve here too."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PLACE = Path(__file__).resolve().parents[1] / "dicom" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("dicom_fixtures", _PLACE)
assert _SPEC is not None
assert _SPEC.loader is not None
_FIXTURES = importlib.util.module_from_spec(_SPEC)
sys.modules["dicom_fixtures"] = _FIXTURES
_SPEC.loader.exec_module(_FIXTURES)

phantom, edit, conforms, turned = _FIXTURES.phantom, _FIXTURES.edit, _FIXTURES.conforms, _FIXTURES.turned
