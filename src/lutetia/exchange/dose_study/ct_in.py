"""The CT of a visit in, and its mass density."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lutetia.dosimetry.ct_density import DensityCurve, density_from_ct
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.ct import read_ct
from lutetia.exchange.dicom.series import SeriesIdentity
from lutetia.exchange.dose_study.scan_in import is_nifti
from lutetia.exchange.dose_study.scans import Density
from lutetia.exchange.nifti import read_nifti


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadCt:
    """A CT in HU, and its series where it is DICOM."""

    volume: Volume
    series: SeriesIdentity | None


def read_visit_ct(name: str, folder: Path, frame: str) -> ReadCt:
    """The CT of the visit whose scan lies in `frame`. Raises InputError as the readers, and for another frame."""
    if is_nifti(name):
        return ReadCt(volume=read_nifti(folder / name, frame_of_reference=frame, unit="HU"), series=None)
    found = read_ct(folder / name)
    own = found.volume.frame_of_reference
    if own != frame:
        must = f"must lie in the frame of reference of its scan, {frame}"
        do = "Is it the CT of another visit?"
        raise InputError("CT", [Fault(place=name, must=must, got=own, do=do)])
    return ReadCt(volume=found.volume, series=found.series)


def density_of(ct: Volume, declared: Density | None) -> Volume:
    """Mass density (g/mL) by the declared points, or by the package's curve. Raises InputError as `density_from_ct`."""
    asked = declared or Density()
    curve = None
    if asked.hu is not None and asked.density_g_per_ml is not None:
        curve = DensityCurve(name=asked.source or "", attenuation_hu=asked.hu, density_g_per_ml=asked.density_g_per_ml)
    return density_from_ct(ct, curve=curve, beyond=asked.beyond)
