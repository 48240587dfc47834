"""A CT series in: Hounsfield units on its grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, number_of, quietly, text_of, whole_number_of, words_of
from lutetia.exchange.dicom.pixels import stored_values
from lutetia.exchange.dicom.series import SeriesIdentity, identity_of, read_series
from lutetia.exchange.dicom.stack import stacked
from lutetia.rows import LeftOut

CT = "1.2.840.10008.5.1.4.1.1.2"
AIR_HU = -1000.0
PLAUSIBLE_HU = (-10_000.0, 100_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CtScan:
    """A CT: its `volume` in HU, its identifiers, what was left out (localizers)."""

    volume: Volume
    series: SeriesIdentity
    left_out: tuple[LeftOut, ...]

    @property
    def conventions(self) -> tuple[str, ...]:
        """How the numbers came about."""
        return self.volume.conventions


def read_ct(
    source: str | Path | Iterable[str | Path], *, series_uid: str | None = None, limits: Limits = USUAL
) -> CtScan:
    """The CT series of a folder or of the files given, in HU (float32), slices ordered by position.

    Raises InputError with every fault of the series at once, each with its file name: unreadable or truncated files,
    more than one series, missing, doubled or uneven slices, a tilted gantry, mixed orientations and frames of
    reference, values that are not in HU.
    """
    faults: list[Fault] = []
    with quietly():
        found = read_series(
            source, modality="CT", sop_classes=[CT], series_uid=series_uid, limits=limits, faults=faults
        )
        slices = [(name, dataset) for name, dataset in found if "LOCALIZER" not in words_of(dataset, "ImageType")]
        geometry_and_order = stacked(slices, faults)
        if geometry_and_order is None:
            for name, dataset in slices:  # for their faults
                _hounsfield(name, dataset, limits, faults)
            raise InputError("CT series", faults)
        geometry, order = geometry_and_order
        array = np.empty(geometry.shape, dtype=np.float32)
        for k, which in enumerate(order):
            _hounsfield(*slices[which], limits, faults, array[k])
        if faults:
            raise InputError("CT series", faults)
        series = identity_of([slices[which] for which in order])
    padded = sum(1 for _, dataset in slices if text_of(dataset, "PixelPaddingValue"))
    return CtScan(
        volume=Volume(array=array, geometry=geometry, unit="HU", conventions=_conventions(padded)),
        series=series,
        left_out=_localizers(len(found) - len(slices)),
    )


def _hounsfield(
    name: str, dataset: Dataset, limits: Limits, faults: list[Fault], out: NDArray[np.float32] | None = None
) -> None:
    """Fills `out` (rows, columns) with HU, or adds the fault."""
    slope, intercept = number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept")
    kind = text_of(dataset, "RescaleType")
    if slope is None or intercept is None or slope == 0:
        faults.append(Fault(place=name, must="must state RescaleSlope (not 0) and RescaleIntercept"))
        return
    if kind not in ("", "HU", "HU_MOD"):
        faults.append(Fault(place=name, must="must be in Hounsfield units", got=f"RescaleType {kind}"))
        return
    stored = stored_values(dataset, name, limits)
    if isinstance(stored, Fault):
        faults.append(stored)
        return
    hu = np.empty(stored.shape[1:], dtype=np.float32) if out is None else out
    np.multiply(stored[0], np.float64(slope), out=hu, casting="same_kind")
    hu += np.float32(intercept)
    padding = whole_number_of(dataset, "PixelPaddingValue")
    if padding is not None:
        hu[stored[0] == padding] = AIR_HU
    if hu.min() < PLAUSIBLE_HU[0] or hu.max() > PLAUSIBLE_HU[1]:
        got = f"{hu.min():g} to {hu.max():g}"
        faults.append(Fault(place=name, must=f"must lie within {PLAUSIBLE_HU} HU", got=got, do="Is the rescale right?"))


def _conventions(padded: int) -> tuple[str, ...]:
    sentences = ["CT: HU = stored value × RescaleSlope + RescaleIntercept, slice by slice; slices ordered by position."]
    if padded:
        sentences.append(f"CT: padding outside the reconstructed circle set to {AIR_HU:g} HU in {padded} slices.")
    return tuple(sentences)


def _localizers(count: int) -> tuple[LeftOut, ...]:
    return (LeftOut(count=count, why="localizer image(s) of the series"),) if count else ()
