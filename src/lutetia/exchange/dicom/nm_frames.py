"""Which frame of a multi-frame NM image is which slice, and where the slices lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.geometry import Geometry
from lutetia.errors import Fault
from lutetia.exchange.dicom.file import broken_numbers, items_of, number_of, numbers_of, text_of, whole_number_of
from lutetia.exchange.dicom.stack import Plane, affine_of, normal_of, plane_of

# Vectors that must not vary in a reconstructed image that is read as one volume, and what to do if they do.
_ONE_OF = {
    "DetectorVector": "Each detector must be exported as an image of its own.",
    "TimeSlotVector": "A gated image: export the ungated reconstruction.",
    "RRIntervalVector": "A gated image: export the ungated reconstruction.",
    "PhaseVector": "A dynamic image: export its phases as images of their own.",
    "RotationVector": "Projections are not read: export the reconstruction (RECON TOMO).",
    "AngularViewVector": "Projections are not read: export the reconstruction (RECON TOMO).",
}

MOST_FRAMES = 100_000  # a header alone must not make a reader allocate more
Frames = NDArray[np.int64]


def frames_in_order(
    dataset: Dataset, name: str, window_number: int | None, faults: list[Fault]
) -> tuple[Frames, tuple[str, ...]] | None:
    """The frame numbers (from 0) of slices 1, 2, 3 … in this order and sentences; None after a fault."""
    frames = whole_number_of(dataset, "NumberOfFrames") or 0
    before = len(faults)
    if not 1 <= frames <= MOST_FRAMES:
        got = text_of(dataset, "NumberOfFrames") or "none"
        faults.append(Fault(place=name, must=f"must state NumberOfFrames, 1 to {MOST_FRAMES}", got=got))
        return None
    for keyword, do in _ONE_OF.items():
        kinds = sorted(set(numbers_of(dataset, keyword)))
        if len(kinds) > 1:
            faults.append(Fault(place=name, must=f"must have one value in {keyword}", got=f"{len(kinds)}", do=do))
    window, sentences = _window(dataset, frames, window_number, name, faults)
    slices = _slice_numbers(dataset, frames, name, faults)
    if len(faults) > before or slices is None or window is None:
        return None
    chosen = np.flatnonzero(window)
    numbers = slices[chosen]
    wanted = np.arange(1, numbers.size + 1)
    if not np.array_equal(np.sort(numbers), wanted):
        double = sorted({int(n) for n in numbers if np.count_nonzero(numbers == n) > 1})
        missing = sorted(set(wanted.tolist()) - set(numbers.tolist()))
        got = "; ".join(
            f"{word} {', '.join(map(str, some[:6]))}"
            for word, some in (("doubled", double), ("missing", missing))
            if some
        )
        faults.append(Fault(place=name, must=f"must number its slices 1 to {numbers.size} once each", got=got))
        return None
    return chosen[np.argsort(numbers)], sentences


def geometry_of(
    dataset: Dataset, name: str, slices: int, reverse_stacking: bool, faults: list[Fault]
) -> Geometry | None:
    """The grid of the image; None after its faults.

    Position and orientation of slice 1 stand in the Detector Information Sequence (or in the image itself). The next
    slices follow along rows × columns at SpacingBetweenSlices, against it when that is negative (PS3.3 C.8.4.15).
    """
    plane = _first_plane(dataset, name)
    broken = broken_numbers(dataset, name, "SpacingBetweenSlices")
    faults += broken
    step_mm = number_of(dataset, "SpacingBetweenSlices") or number_of(dataset, "SliceThickness")
    if not step_mm and not broken:
        faults.append(Fault(place=name, must="must state SpacingBetweenSlices (or SliceThickness)"))
    if isinstance(plane, list):
        faults += plane
        return None
    if broken or not step_mm:
        return None
    signed_mm = -step_mm if reverse_stacking else step_mm
    affine = affine_of(plane, normal_of(plane.cosines) * signed_mm)
    return Geometry(shape=(slices, plane.rows, plane.columns), affine=affine, frame_of_reference=plane.frame)


def stacking_sentence(dataset: Dataset, reverse_stacking: bool) -> str:
    """How the slices were stacked, for the conventions."""
    if not number_of(dataset, "SpacingBetweenSlices"):
        stated = "SliceThickness, no SpacingBetweenSlices stated"
    else:
        stated = f"SpacingBetweenSlices {number_of(dataset, 'SpacingBetweenSlices'):g} mm"
    turned = ", reversed on the caller's word" if reverse_stacking else ""
    return f"NM: slices stacked along rows × columns by {stated} (sign kept, DICOM PS3.3 C.8.4.15){turned}."


def duration_s(dataset: Dataset) -> float | None:
    """The acquisition's length: frame duration × frames in the rotation, over all rotations; None when not stated."""
    total = 0.0
    for rotation in items_of(dataset, "RotationInformationSequence"):
        frame_ms, frames = number_of(rotation, "ActualFrameDuration"), number_of(rotation, "NumberOfFramesInRotation")
        if not frame_ms or not frames:
            return None
        total += frame_ms * frames / 1000
    if total:
        return total
    whole_ms = number_of(dataset, "ActualFrameDuration")
    return whole_ms / 1000 if whole_ms else None


def _first_plane(dataset: Dataset, name: str) -> Plane | list[Fault]:
    detectors = items_of(dataset, "DetectorInformationSequence")
    own = bool(detectors and numbers_of(detectors[0], "ImagePositionPatient"))
    return plane_of(name, dataset, detectors[0] if own else None)


def _window(
    dataset: Dataset, frames: int, wanted: int | None, name: str, faults: list[Fault]
) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """True for each frame of the energy window that is read."""
    numbers = numbers_of(dataset, "EnergyWindowVector") or (1.0,) * frames
    if len(numbers) != frames:
        faults.append(_length_fault(name, "EnergyWindowVector", numbers, frames))
        return None, ()
    kinds = sorted({int(number) for number in numbers})
    if wanted is None and len(kinds) > 1:
        do = f"Choose one by window_number= {', '.join(f'{k} ({_window_name(dataset, k)})' for k in kinds)}."
        faults.append(Fault(place=name, must="must hold one energy window", got=str(len(kinds)), do=do))
        return None, ()
    if wanted is not None and wanted not in kinds:
        faults.append(Fault(place=name, must=f"must hold energy window {wanted}", got=", ".join(map(str, kinds))))
        return None, ()
    chosen = kinds[0] if wanted is None else wanted
    sentences = (f"NM: energy window {chosen}, {_window_name(dataset, chosen)}.",) if len(kinds) > 1 else ()
    return np.array([int(number) == chosen for number in numbers]), sentences


def _window_name(dataset: Dataset, number: int) -> str:
    windows = items_of(dataset, "EnergyWindowInformationSequence")
    own = windows[number - 1] if 0 < number <= len(windows) else Dataset()
    ranges = [
        f"{text_of(one, 'EnergyWindowLowerLimit')}–{text_of(one, 'EnergyWindowUpperLimit')} keV"
        for one in items_of(own, "EnergyWindowRangeSequence")
    ]
    return " ".join(part for part in (text_of(own, "EnergyWindowName"), *ranges) if part) or "not named"


def _slice_numbers(dataset: Dataset, frames: int, name: str, faults: list[Fault]) -> Frames | None:
    numbers = numbers_of(dataset, "SliceVector")
    if not numbers and whole_number_of(dataset, "NumberOfSlices") == frames:
        return np.arange(1, frames + 1)
    if len(numbers) != frames:
        faults.append(_length_fault(name, "SliceVector", numbers, frames))
        return None
    return np.array(numbers, dtype=np.int64)


def _length_fault(name: str, keyword: str, numbers: Sequence[float], frames: int) -> Fault:
    return Fault(place=name, must=f"must have {frames} entries in {keyword}, one for each frame", got=str(len(numbers)))
