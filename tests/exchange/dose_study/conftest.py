"""Small made-up studies: boxes of known activity as NIfTI (worked by hand), and the digital patient as coarse DICOM."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dose_study.assemble import assemble
from lutetia.exchange.dose_study.example import write_example
from lutetia.exchange.dose_study.outcome import DoseOutcome, outcome_of
from lutetia.exchange.nifti import write_nifti

INJECTED = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOURS = (24.0, 72.0, 120.0, 168.0)
HALF_LIFE_H = 50.0
KIDNEY_BQ_PER_ML, MARROW_BQ_PER_ML = 2e6, 1e5
GRID = Geometry.regular((12, 12, 12), (10.0, 10.0, 10.0), frame_of_reference="visit")
BOXES = {"left": np.s_[2:5, 2:5, 2:5], "right": np.s_[2:5, 2:5, 7:10], "spine": np.s_[7:10, 5:8, 5:8]}


def box(name: str) -> Region:
    shares = np.zeros(GRID.shape, bool)
    shares[BOXES[name]] = True
    return Region(name=name, shares=shares, geometry=GRID)


def image(after_h: float) -> Volume:
    """Both kidneys and the spine with one half-life, nothing elsewhere."""
    left = 2 ** (-after_h / HALF_LIFE_H)
    array = np.zeros(GRID.shape)
    array[BOXES["left"]] = array[BOXES["right"]] = KIDNEY_BQ_PER_ML * left
    array[BOXES["spine"]] = MARROW_BQ_PER_ML * left
    return Volume(array=array, geometry=GRID, unit="Bq/mL")


def declared() -> dict[str, Any]:
    """A study of the boxes: no blur, one frame, local deposition, so that every number can be worked by hand."""
    return {
        "lutetia": "dose/1",
        "patient": "MADE-UP-BOX",
        "made_up": True,
        "cycle": 2,
        "nuclide": "Lu-177",
        "administration": {"injected_at": INJECTED.isoformat(), "net_activity_mbq": 7400},
        "camera": {
            "values": "activity",
            "u_calibration_fraction": 0.03,
            "dead_time": "none",
            "image_fwhm_mm": 0,
            "recovery": "none",
        },
        "scans": [
            {
                "name": f"{hour:g} h",
                "image": f"{hour:g}.nii.gz",
                "at": (INJECTED + timedelta(hours=hour)).isoformat(),
                "decay_correction": "START",
                "frame": "visit",
            }
            for hour in HOURS
        ],
        "reference": "24 h",
        "outlines": {"nifti": {name: f"{name}.nii.gz" for name in BOXES}},
        "overlaps": "refuse",
        "combine": [{"name": "kidneys", "union": ["left", "right"]}],
        "registration": {"method": "none"},
        "regions": [
            {"region": "left", "role": "organ", "organ": "kidneys", "tissue": "kidneys"},
            {"region": "right", "role": "organ", "organ": "kidneys", "tissue": "kidneys"},
            {"region": "spine", "role": "marrow", "marrow": {"method": "image"}},
        ],
        "method": {"engine": "local deposition", "partial_volume": "none", "curve": {"model": "mono"}},
        "earlier_cycles": [
            {
                "administered_on": "2026-01-05",
                "activity_mbq": 7000,
                "doses": [{"organ": "kidneys", "absorbed_dose_gy": 3.0, "u_gy": 0.4, "g_factor": 0.1}],
            }
        ],
        "plan": {
            "standard_activity_mbq": 7400,
            "rule": "expected",
            "forecast": "last_cycle",
            "between_cycles_sd_fraction": 0.0,
        },
        "course": {"recorded_by": "made-up physicist"},
    }


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(declared())


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the images and masks of the boxes."""
    folder = tmp_path_factory.mktemp("boxes")
    for hour in HOURS:
        write_nifti(image(hour), folder / f"{hour:g}.nii.gz")
    for name in BOXES:
        write_nifti(box(name), folder / f"{name}.nii.gz")
    return folder


Write = Callable[[dict[str, Any]], Path]


@pytest.fixture
def write(images: Path, tmp_path: Path) -> Write:
    """Writes a declaration into a folder with the images; the path."""

    def written(given: dict[str, Any]) -> Path:
        for path in images.iterdir():
            if not (tmp_path / path.name).exists():
                (tmp_path / path.name).write_bytes(path.read_bytes())
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(given, sort_keys=False), encoding="utf-8")
        return path

    return written


@pytest.fixture
def refused(write: Write) -> Callable[[dict[str, Any]], str]:
    """The text of the refusal of a declaration, with its files."""

    def text(given: dict[str, Any]) -> str:
        with pytest.raises(InputError) as error:
            outcome_of(assemble(write(given)))
        return str(error.value)

    return text


@pytest.fixture(scope="session")
def outcome(images: Path) -> DoseOutcome:
    """The result of the study of the boxes."""
    path = images / "study.yaml"
    path.write_text(yaml.safe_dump(declared(), sort_keys=False), encoding="utf-8")
    return outcome_of(assemble(path))


@pytest.fixture(scope="session")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The declaration of the digital patient on a coarse grid, without its true doses."""
    return write_example(tmp_path_factory.mktemp("patient") / "x", seed=1, size="coarse", truth=False)


@pytest.fixture(scope="session")
def patient_outcome(patient: Path) -> DoseOutcome:
    """The result of the digital patient on a coarse grid."""
    return outcome_of(assemble(patient))
