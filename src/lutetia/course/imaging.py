"""What imaging showed, as its reader reports it: CT or MRI, SSTR and FDG imaging, echocardiography.

Images are never analysed here: every field is a reading with an author (`recorded_by`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lutetia.course.entry import Entry, Id, Known, Number, Record, Several, Text, WholeNumber, YesNo, optional
from lutetia.course.problem import Problem
from lutetia.quantities import AttenuationHu, CountRange, LengthMm, Percent

Status = Literal["performed", "not_done", "planned"]
VisualScore = Annotated[WholeNumber, Field(ge=0, le=4)]
Suv = Number

_STATUS = "performed (default), not_done or planned"
_SCORE = "visual score 0-4 (Krenning type: 2 = liver, 3 = above liver, 4 = above spleen)"


class MeasuredLesion(Record):
    """One lesion on CT or MRI."""

    lesion: Id = Field(description="name of the lesion, the same at every visit")
    organ: Known[Text] = optional("organ")
    role: Literal["target", "non_target", "new"] = Field(description="role in the response assessment")
    node: Known[YesNo] = optional("a lymph node: measured in its short axis")
    diameter_mm: Known[LengthMm] = optional("longest diameter, or short axis of a node, in mm")
    attenuation_hu: Known[AttenuationHu] = optional("mean attenuation in Hounsfield units")
    status: Known[Literal["measured", "absent", "present", "too_small", "not_evaluable", "unequivocal_progression"]] = (
        optional("what was seen of it at this visit")
    )


class SstrLesion(Record):
    """One lesion on somatostatin receptor imaging."""

    lesion: Id = Field(description="name of the lesion, the same in every modality")
    organ: Known[Text] = optional("organ")
    score: Known[VisualScore] = optional(_SCORE)
    suv_max: Known[Suv] = optional("maximal standardised uptake value, body weight (g/mL)")


class FdgLesion(Record):
    """One lesion on FDG imaging, beside its somatostatin receptor uptake."""

    lesion: Id = Field(description="name of the lesion, the same in every modality")
    organ: Known[Text] = optional("organ")
    fdg_positive: Known[YesNo] = optional("takes up FDG")
    sstr_positive: Known[YesNo] = optional("takes up the somatostatin analogue")
    fdg_vs_sstr: Known[Literal["below", "equal", "above"]] = optional("FDG uptake compared with SSTR uptake")


class CtMri(Entry):
    """Cross-sectional imaging: CT, MRI or both."""

    FINDINGS: ClassVar[tuple[str, ...]] = (
        "conclusive",
        "liver_lesion_count",
        "liver_largest_mm",
        "liver_diffuse",
        "bone_diffuse",
        "peritoneal_disease",
        "peritoneal_large_nodules",
        "primary_largest_mm",
        "largest_lesion_mm",
        "regional_nodes",
        "tumour_burden",
        "lesions",
    )

    kind: Literal["ct_mri"] = "ct_mri"
    status: Status = Field(default="performed", description=_STATUS)
    modality: Known[Literal["ct", "mri", "ct_and_mri"]] = optional("what was done")
    contrast: Known[Literal["arterial", "portal_venous", "multiphase", "none"]] = optional("contrast phases")
    conclusive: Known[YesNo] = optional("false: the reader could not settle the question")
    liver_lesion_count: Known[CountRange] = optional('liver metastases: a number or ">10"')
    liver_largest_mm: Known[LengthMm] = optional("largest liver metastasis in mm")
    liver_diffuse: Known[YesNo] = optional("diffuse liver involvement")
    bone_diffuse: Known[YesNo] = optional("diffuse bone involvement")
    peritoneal_disease: Known[Literal["none", "minor", "diffuse"]] = optional("peritoneal carcinomatosis")
    peritoneal_large_nodules: Known[YesNo] = optional("large peritoneal nodules")
    primary_largest_mm: Known[LengthMm] = optional("largest diameter of the primary tumour in mm")
    largest_lesion_mm: Known[LengthMm] = optional("largest lesion anywhere in mm")
    regional_nodes: Known[YesNo] = optional("regional lymph nodes involved")
    tumour_burden: Known[Literal["low", "moderate", "high"]] = optional("tumour load, the reader's judgement")
    lesions: Several[MeasuredLesion] = Field(default=(), description="lesions one by one")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        yield from _named_twice(self.lesions)


class SstrImaging(Entry):
    """Somatostatin receptor imaging: PET or scintigraphy."""

    FINDINGS: ClassVar[tuple[str, ...]] = (
        "positive",
        "all_lesions_positive",
        "heterogeneous",
        "lowest_score",
        "highest_score",
        "conclusive",
        "negative_visceral_lesion",
        "lesions",
    )

    kind: Literal["sstr_imaging"] = "sstr_imaging"
    status: Status = Field(default="performed", description=_STATUS)
    modality: Known[Literal["pet", "scintigraphy"]] = optional("PET or scintigraphy")
    tracer: Known[Text] = optional("tracer, e.g. [68Ga]Ga-DOTATATE")
    positive: Known[YesNo] = optional("the reader's overall reading: suitable uptake")
    all_lesions_positive: Known[YesNo] = optional("every known lesion takes up the tracer")
    heterogeneous: Known[YesNo] = optional("uptake differs between or within lesions, the reader's judgement")
    lowest_score: Known[VisualScore] = optional(f"lowest {_SCORE}")
    highest_score: Known[VisualScore] = optional(f"highest {_SCORE}")
    conclusive: Known[YesNo] = optional("false: the reader could not settle the question")
    negative_visceral_lesion: Known[YesNo] = optional("at least one visceral lesion without uptake")
    lesions: Several[SstrLesion] = Field(default=(), description="lesions one by one")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        yield from _named_twice(self.lesions)
        low, high = self.lowest_score, self.highest_score
        if isinstance(low, int) and isinstance(high, int) and low > high:
            yield Problem(
                place=("lowest_score",),
                must=f"lowest_score must not exceed highest_score ({high})",
                got=str(low),
                do="Exchange the two, or correct one.",
            )


class FdgImaging(Entry):
    """FDG PET, read beside the somatostatin receptor imaging."""

    FINDINGS: ClassVar[tuple[str, ...]] = ("positive", "discordant", "suv_max", "conclusive", "lesions")

    kind: Literal["fdg_imaging"] = "fdg_imaging"
    status: Status = Field(default="performed", description=_STATUS)
    positive: Known[YesNo] = optional("at least one lesion takes up FDG")
    discordant: Known[YesNo] = optional("at least one lesion is FDG-positive and SSTR-negative")
    suv_max: Known[Suv] = optional("highest FDG uptake of any lesion (SUVmax, body weight, g/mL)")
    conclusive: Known[YesNo] = optional("false: the reader could not settle the question")
    lesions: Several[FdgLesion] = Field(default=(), description="lesions one by one")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        yield from _named_twice(self.lesions)


class Echocardiography(Entry):
    """Echocardiography, above all for carcinoid heart disease."""

    FINDINGS: ClassVar[tuple[str, ...]] = ("carcinoid_heart_disease", "ejection_fraction_pct")

    kind: Literal["echocardiography"] = "echocardiography"
    status: Status = Field(default="performed", description=_STATUS)
    carcinoid_heart_disease: Known[YesNo] = optional("signs of carcinoid heart disease")
    ejection_fraction_pct: Known[Percent] = optional("left ventricular ejection fraction in %")


def _named_twice(lesions: Sequence[MeasuredLesion | SstrLesion | FdgLesion]) -> Iterable[Problem]:
    seen: set[str] = set()
    for position, lesion in enumerate(lesions):
        if lesion.lesion in seen:
            yield Problem(
                place=("lesions", position, "lesion"),
                must="each lesion must be listed once in an examination",
                got=f'"{lesion.lesion}" again',
                do="Give the second lesion a name of its own, or join the two.",
            )
        seen.add(lesion.lesion)
