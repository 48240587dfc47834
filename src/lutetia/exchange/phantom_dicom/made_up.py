"""Who a written phantom says it is: a made-up patient, so that no file can be taken for a real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from lutetia.exchange.dicom.out import date_and_time, uid_from
from lutetia.exchange.dicom.study_reference import StudyReference

MADE_UP = "Made-up digital phantom, no patient"
# Nuclide → its code in the dictionary of pydicom (PS3.16 CID 18); another one is written under a private scheme.
_NUCLIDES = {
    "Lu-177": codes.cid18._177Lutetium,
    "Y-90": codes.cid18._90Yttrium,
    "Pb-203": codes.cid18._203Lead,
    "In-111": codes.cid18._111Indium,
    "Ga-68": codes.cid4020._68Gallium,
    "F-18": codes.cid4020._18Fluorine,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """The injection a phantom's header states: nuclide ("Lu-177"), half-life, moment and activity."""

    nuclide: str
    half_life_h: float
    at: datetime
    activity_mbq: float


def made_up_study(name: str, at: datetime) -> StudyReference:
    """The study of a made-up patient; the same name and moment give the same identifiers."""
    day, clock = date_and_time(at)
    return StudyReference(
        patient_name=f"MadeUp^{name}",
        patient_id=f"MADE-UP-{name}".upper()[:64],
        sex="O",
        study_uid=uid_from("phantom study", name, at.isoformat()),
        study_date=day,
        study_time=clock,
        study_id="1",
    )


def frame_uid(name: str) -> str:
    """A frame-of-reference UID for a phantom's coordinate system."""
    return uid_from("phantom frame", name)


def radiopharmaceutical_item(injected: Injected, *, activity_in: str) -> Dataset:
    """The item of the Radiopharmaceutical Information Sequence; activity in MBq for NM, in Bq for PT."""
    item = Dataset()
    item.Radiopharmaceutical = f"{injected.nuclide} made-up tracer"
    item.RadiopharmaceuticalStartDateTime = injected.at.strftime("%Y%m%d%H%M%S.%f%z")
    item.RadiopharmaceuticalStartTime = injected.at.strftime("%H%M%S.%f")
    item.RadionuclideTotalDose = f"{injected.activity_mbq * (1.0 if activity_in == 'MBq' else 1e6):.10g}"
    item.RadionuclideHalfLife = f"{injected.half_life_h * 3600:.10g}"
    code = _NUCLIDES.get(injected.nuclide, Code(injected.nuclide, "99LUTETIA", injected.nuclide))
    item.RadionuclideCodeSequence = [code_item(code.value, code.scheme_designator, code.meaning)]
    return item


def code_item(value: str, scheme: str, meaning: str) -> Dataset:
    """A coded concept."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def lie_head_first_supine(dataset: Dataset) -> None:
    """Sets the sequences on how the patient lies (NM / PET Patient Orientation module)."""
    lying = code_item(*_values(codes.cid19.Recumbent))
    lying.PatientOrientationModifierCodeSequence = [code_item(*_values(codes.cid20.Supine))]
    dataset.PatientOrientationCodeSequence = [lying]
    dataset.PatientGantryRelationshipCodeSequence = [code_item(*_values(codes.cid21.Headfirst))]


def _values(code: Code) -> tuple[str, str, str]:
    return code.value, code.scheme_designator, code.meaning
