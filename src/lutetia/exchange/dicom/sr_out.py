"""Absorbed doses out as a structured report (TID 1500): one group a volume of interest, with its uncertainty."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, items_of, open_dataset, quietly, text_of, whole_number_of
from lutetia.exchange.dicom.out import (
    MANUFACTURER,
    Deidentify,
    built,
    series_description,
    software_version,
    uid_from,
    with_empty_elements,
    write_moment,
)
from lutetia.exchange.dicom.voi_code import codes_of

PRIVATE_SCHEME = "99LUTETIA"  # for what the standard has no code for
_KINDS = {
    "absorbed dose": codes.DCM.MeanAbsorbedRadiationDose,
    "BED": Code("bed", PRIVATE_SCHEME, "Biologically effective dose"),
    "EQD2": Code("eqd2", PRIVATE_SCHEME, "Equivalent dose in 2 Gy fractions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiDose:
    """The dose of one volume of interest as it is reported: mean, standard uncertainty (k = 1), volume, method.

    `kind` is "absorbed dose", "BED" or "EQD2": each is a concept of its own. `segment` is its number in the SEG.
    """

    name: str
    dose_gy: float
    std_error_gy: float | None = None
    volume_ml: float | None = None
    method: str = ""
    kind: str = "absorbed dose"
    segment: int


def write_dose_sr(
    doses: Sequence[VoiDose],
    path: str | Path,
    seg: str | Path,
    *,
    at: datetime,
    observer: str = "not named",
    deidentify: Deidentify | None = None,
    limits: Limits = USUAL,
) -> Path:
    """Writes the doses as a Comprehensive 3D SR by TID 1500, each on its segment of `seg`; returns the path.

    Patient and study come from the SEG file. `observer` is the person responsible, as "Family^Given". Raises InputError
    for no doses, negative or missing numbers, an unknown kind, and segments that the SEG does not have.
    """
    with quietly():
        source = open_dataset(Path(seg), pixels=False, limits=limits)
        faults = [source] if isinstance(source, Fault) else _faults(doses, source)
        if isinstance(source, Fault) or faults:
            raise InputError("SR", faults)
        whole = with_empty_elements(source)
        dataset = built("SR", lambda: _report(doses, whole, at, observer))
        if deidentify is not None:
            deidentify(dataset)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        built("SR", lambda: dataset.save_as(target))
    return target


def _faults(doses: Sequence[VoiDose], source: Dataset) -> list[Fault]:
    faults = [] if doses else [Fault(place="doses", must="must name at least one volume of interest")]
    segments = {whole_number_of(item, "SegmentNumber") or 0 for item in items_of(source, "SegmentSequence")}
    for dose in doses:
        numbers = (dose.dose_gy, dose.std_error_gy, dose.volume_ml)
        if any(number is not None and not 0 <= number < float("inf") for number in numbers):
            faults.append(Fault(place=dose.name, must="must have numbers that are finite and not negative"))
        if dose.kind not in _KINDS:
            faults.append(Fault(place=dose.name, must=f"must be of kind {', '.join(_KINDS)}", got=dose.kind))
        if dose.segment not in segments:
            must = f"must name a segment of the SEG ({', '.join(map(str, sorted(segments)))})"
            faults.append(Fault(place=dose.name, must=must, got=str(dose.segment)))
    return faults


def _report(doses: Sequence[VoiDose], source: Dataset, at: datetime, observer: str) -> Any:
    import highdicom as hd

    series_uid = uid_from(text_of(source, "StudyInstanceUID"), "SR", text_of(source, "SOPInstanceUID"))
    content = hd.sr.MeasurementReport(
        observation_context=_observers(hd, observer),
        procedure_reported=codes.LN.NMStudy
        if hasattr(codes.LN, "NMStudy")
        else _code(hd, "rpt-dosimetry", "Dosimetry"),
        imaging_measurements=[_group(hd, dose, source) for dose in doses],
        title=codes.DCM.ImagingMeasurementReport,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = hd.sr.Comprehensive3DSR(
            evidence=[source],
            content=content[0],
            series_instance_uid=series_uid,
            series_number=3,
            sop_instance_uid=uid_from(series_uid, at.isoformat(), repr([(d.name, d.dose_gy) for d in doses])),
            instance_number=1,
            manufacturer=MANUFACTURER,
            series_description=series_description("Dose report"),
        )
    write_moment(report, at)
    return report


def _observers(hd: Any, observer: str) -> Any:
    person = hd.sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name=observer),
    )
    device = hd.sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=uid_from("device", MANUFACTURER, software_version()),
            name=f"{MANUFACTURER} {software_version()}",
            manufacturer_name=MANUFACTURER,
        ),
    )
    return hd.sr.ObservationContext(observer_person_context=person, observer_device_context=device)


def _group(hd: Any, dose: VoiDose, source: Dataset) -> Any:
    """One volume of interest: its segment, what it is, its dose with uncertainty and its volume."""
    _, finding = codes_of(dose.name)
    method = _code(hd, "method", dose.method[:64]) if dose.method else None
    measurements = [hd.sr.Measurement(name=_KINDS[dose.kind], value=dose.dose_gy, unit=_gray(hd), method=method)]
    if dose.std_error_gy is not None:
        name = _code(hd, "u-k1", f"Standard uncertainty (k = 1) of the {dose.kind}")
        measurements.append(hd.sr.Measurement(name=name, value=dose.std_error_gy, unit=_gray(hd)))
    if dose.volume_ml is not None:
        ml = hd.sr.CodedConcept(value="ml", meaning="milliliter", scheme_designator="UCUM")
        measurements.append(hd.sr.Measurement(name=codes.SCT.Volume, value=dose.volume_ml, unit=ml))
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=uid_from("voi", dose.name), identifier=dose.name),
        referenced_segment=_segment(hd, dose, source),
        finding_type=finding,
        measurements=measurements,
    )


def _segment(hd: Any, dose: VoiDose, source: Dataset) -> Any:
    series = [text_of(item, "SeriesInstanceUID") for item in items_of(source, "ReferencedSeriesSequence")]
    return hd.sr.ReferencedSegment(
        sop_class_uid=source.SOPClassUID,
        sop_instance_uid=source.SOPInstanceUID,
        segment_number=dose.segment,
        source_series=hd.sr.SourceSeriesForSegmentation(series[0]) if series else None,
    )


def _gray(hd: Any) -> Any:
    return hd.sr.CodedConcept(value="Gy", meaning="gray", scheme_designator="UCUM")


def _code(hd: Any, value: str, meaning: str) -> Any:
    return hd.sr.CodedConcept(value=value, meaning=meaning, scheme_designator=PRIVATE_SCHEME)
