"""A made-up phantom written as DICOM, edited by the tests; no outside data."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.exchange.dicom.study_reference import StudyReference
from lutetia.exchange.phantom_dicom.ct import write_ct_series
from lutetia.exchange.phantom_dicom.made_up import Injected, frame_uid, made_up_study
from lutetia.exchange.phantom_dicom.nm import write_nm
from lutetia.exchange.phantom_dicom.pt import write_pt_series

FRAME = frame_uid("tests")
SCANNED = datetime(2024, 5, 4, 10, 30, tzinfo=timezone(timedelta(hours=2)))
LU_177 = Injected(nuclide="Lu-177", half_life_h=159.528, at=SCANNED - timedelta(hours=96), activity_mbq=7400.0)


@dataclass(frozen=True)
class Phantom:
    """Volumes of a made-up patient and the means to write them."""

    folder: Path
    study: StudyReference
    ct: Volume
    activity: Volume
    injected: Injected = LU_177
    scanned_at: datetime = SCANNED
    frame: str = FRAME
    duration_s: float = 1800.0

    def write_ct(self, volume: Volume | None = None, folder: str = "ct") -> tuple[Path, ...]:
        return write_ct_series(volume or self.ct, self.folder / folder, self.study, at=self.scanned_at)

    def write_nm(self, volume: Volume | None = None, name: str = "nm.dcm", **other: Any) -> Path:
        other = {"acquired_at": self.scanned_at, "duration_s": self.duration_s, "injected": self.injected, **other}
        return write_nm(volume or self.activity, self.folder / name, self.study, **other)

    def write_pt(self, volume: Volume | None = None, folder: str = "pt", **other: Any) -> tuple[Path, ...]:
        other = {"acquired_at": self.scanned_at, "duration_s": self.duration_s, "injected": self.injected, **other}
        return write_pt_series(volume or self.activity, self.folder / folder, self.study, **other)


def hounsfield(grid: Geometry) -> Volume:
    values = np.random.default_rng(3).integers(-1000, 1500, grid.shape)
    return Volume(array=values.astype(np.int16), geometry=grid, unit="HU")


def becquerels(grid: Geometry) -> Volume:
    return Volume(array=np.random.default_rng(4).random(grid.shape) * 1e5, geometry=grid, unit="Bq/mL")


@pytest.fixture
def phantom(tmp_path: Path) -> Phantom:
    ct = Geometry.regular((6, 12, 16), (3.0, 2.0, 1.5), first_voxel_mm=(-12, -11, -8), frame_of_reference=FRAME)
    spect = Geometry.regular((5, 7, 8), (4.8, 4.6, 4.4), first_voxel_mm=(-15, -14, -9), frame_of_reference=FRAME)
    return Phantom(
        folder=tmp_path, study=made_up_study("Tests", SCANNED), ct=hounsfield(ct), activity=becquerels(spect)
    )


@pytest.fixture
def turned() -> RigidTransform:
    return RigidTransform.about((1, 2, 3), axis=(1, 2, 3), angle_deg=35, from_frame=FRAME, to_frame=FRAME)


@pytest.fixture
def edit() -> Callable[..., None]:
    """Opens a file, lets a function change its data set, writes it back."""

    def change(path: Path, by: Callable[[Any], None]) -> None:
        dataset = pydicom.dcmread(path)
        by(dataset)
        dataset.save_as(path)

    return change


@pytest.fixture
def conforms() -> Callable[[Path], None]:
    """Fails on any error that dciodvfy (Debian dicom3tools) finds in a file; skips where it is not installed."""
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (Debian: dicom3tools)")

    def check(path: Path) -> None:
        done = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, encoding="utf-8", errors="replace")
        told = (done.stdout + done.stderr).splitlines()
        assert told, "dciodvfy names the object at least"
        assert [line for line in told if line.startswith(("Error", "Abort")) or "Assertion" in line] == []

    return check
