"""Each scan laid on the reference: in one frame, by a recorded motion, or by a rigid registration that is searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.dosimetry.registration import Registration, register_rigid, simple_itk
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.documents import read_text
from lutetia.exchange.dose_study.scan_in import ReadScan
from lutetia.exchange.dose_study.scans import Scan, Transform
from lutetia.exchange.dose_study.study import DoseStudy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """How a scan comes to the frame of the reference: None is the same frame; `found` where it was searched."""

    to_reference: RigidTransform | None
    found: Registration | None
    said: str


def laid_on_reference(
    scan: Scan,
    read: ReadScan,
    reference: ReadScan,
    study: DoseStudy,
    images: tuple[Volume, Volume] | None,
    folder: Path,
) -> Laid:
    """The motion from the scan's frame to that of the reference; `images` are the fixed and the moving one for rigid.

    Raises InputError for another frame without a way to it, and for a recorded motion between other frames.
    """
    own, there = read.frame_of_reference, reference.frame_of_reference
    if scan.transform is not None:
        return Laid(to_reference=_recorded(scan.transform, own, there, folder), found=None, said="as recorded")
    if own == there:
        return Laid(to_reference=None, found=None, said="same frame of reference")
    if images is None:
        must = f"must lie in the frame of reference of the reference scan, {there}"
        do = "Write registration: {method: rigid, …}, or recorded with a transform for each scan."
        raise InputError(scan.name, [Fault(place=Path(scan.image).name, must=must, got=own, do=do)])
    ask = study.registration
    with one_thread():
        found = register_rigid(*images, metric=ask.metric, start=ask.start, samples=ask.samples, seed=ask.seed)
    said = f"registered by the {'CT' if ask.images == 'ct' else 'scan'}"
    return Laid(to_reference=found.transform, found=found, said=said)


@contextmanager
def one_thread() -> Iterator[None]:
    """SimpleITK with one thread: with more, sums end in another order and the last digits differ from run to run."""
    process_object: Any = simple_itk().ProcessObject
    before = process_object.GetGlobalDefaultNumberOfThreads()
    process_object.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        process_object.SetGlobalDefaultNumberOfThreads(before)


def _recorded(given: Transform | str, own: str, there: str, folder: Path) -> RigidTransform:
    if not isinstance(given, str):
        return RigidTransform(
            rotation=np.array(given.rotation),
            translation_mm=np.array(given.translation_mm),
            from_frame=own,
            to_frame=there,
        )
    try:
        record = json.loads(read_text(folder / given))
    except ValueError as error:
        fault = Fault(place=given, must="must be a JSON file with rotation, translation_mm and frames", got=str(error))
        raise InputError(given, [fault]) from None
    if not isinstance(record, dict):
        raise InputError(given, [Fault(place=given, must="must hold a mapping with rotation and translation_mm")])
    transform = RigidTransform.from_record(record)
    faults = [
        Fault(place=f"{given}, {end}", must=f"must be {frame}, the frame of {what}", got=stated)
        for end, stated, frame, what in (
            ("from_frame", transform.from_frame, own, "the scan"),
            ("to_frame", transform.to_frame, there, "the reference"),
        )
        if stated != frame
    ]
    if faults:
        raise InputError(given, faults)
    return transform
