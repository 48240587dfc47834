"""The regions as declared: how outlines combine, and what is asked of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Id, Moment, Number, Text
from lutetia.course.problem import Problem
from lutetia.dosimetry.radiobiology import Tissue, tissue_parameters
from lutetia.errors import InputError
from lutetia.exchange.declarations import OrWord
from lutetia.exchange.dose_study.camera import Above0, From0
from lutetia.exchange.dose_study.curves import CurveRequest

IMAGE, OTHERS = "image", "others"
Organ = Literal["kidneys", "red_marrow", "liver", "spleen", "tumour", "other"]
PartialVolume = Literal["geometric transfer", "recovery curve", "none"]
Engine = Literal["region kernels", "local deposition", "spheres", "photon Monte Carlo"]


class Combination(Declared):
    """A region made of others: a union, an intersection, or one of them (or the image) minus others."""

    name: Text = Field(description="name of the new region")
    union: tuple[Text, ...] = Field(default=(), description="what lies in any of these")
    intersection: tuple[Text, ...] = Field(default=(), description="what lies in all of these")
    whole: Text | None = Field(default=None, description="with minus: the region it is taken from, or image")
    minus: tuple[Text, ...] = Field(default=(), description="what is taken away; others: every other requested region")

    def contradictions(self) -> Iterable[Problem]:
        given = [name for name in ("union", "intersection", "whole") if getattr(self, name)]
        if len(given) != 1:
            must = "must have exactly one of union, intersection, whole (with minus)"
            yield Problem(place=(), must=f"{self.name} {must}", got=", ".join(given) or "none")
        if bool(self.minus) != (self.whole is not None):
            yield Problem(place=("minus",), must="whole and minus must be given together")

    @property
    def parts(self) -> tuple[str, ...]:
        """The regions it is made of, without the reserved words."""
        named = (*self.union, *self.intersection, *((self.whole,) if self.whole else ()), *self.minus)
        return tuple(name for name in named if name not in (IMAGE, OTHERS))


class OwnTissue(Declared):
    """Parameters of the linear-quadratic model."""

    alpha_beta_gy: Above0 = Field(description="α/β")
    repair_half_time_h: Above0 = Field(description="half-time of repair")
    source: Text = Field(description="where they come from")


TissueChoice = OwnTissue | Text


def tissue_of(choice: TissueChoice, name: str) -> Tissue:
    """The parameters by the name in the package's table, or as declared. Raises InputError for an unknown name."""
    if isinstance(choice, str):
        return tissue_parameters(choice)
    return Tissue(name=name, status="as declared", **choice.model_dump())


class Ratio(Declared):
    """Marrow over blood concentration."""

    value: Above0 = Field(description="ratio, 1 for this peptide in whole blood (Forrer 2009)")
    u: From0 | None = Field(default=None, description="standard uncertainty (k = 1); absent: not known")
    source: Text = Field(description="where it comes from")


class MarrowRequest(Declared):
    """How the marrow's self-dose is found."""

    method: Literal["image", "blood", "hybrid"] = Field(description="from the region, from blood samples, or both")
    ratio: Ratio | None = Field(default=None, description="for blood and hybrid")
    blood_curve: CurveRequest | None = Field(default=None, description="for blood and hybrid: curve of the blood")

    def contradictions(self) -> Iterable[Problem]:
        for name in ("ratio", "blood_curve"):
            if (getattr(self, name) is not None) != (self.method != "image"):
                belongs = "belongs to methods blood and hybrid" if self.method == "image" else "must be given"
                yield Problem(place=(name,), must=f"{name} {belongs}")


class RegionRequest(Declared):
    """What is asked of one region. What is left out follows the study's `method`."""

    region: Text = Field(description="name of a drawn or combined region")
    role: Literal["organ", "lesion", "marrow", "remainder"] = Field(description="what it is")
    organ: Organ | None = Field(default=None, description="what it counts as in the ledger and in the course")
    lesion: Id | None = Field(default=None, description="name of the lesion in the course")
    curve: CurveRequest | None = Field(default=None, description="how its curve is found")
    partial_volume: PartialVolume | None = Field(default=None, description="how blur is corrected")
    engine: Engine | None = Field(default=None, description="how its dose is found")
    tissue: Annotated[OwnTissue | Text | None, OrWord()] = Field(
        default=None, description="asks for BED: kidneys, or parameters"
    )
    mass_g: Above0 | None = Field(default=None, description="mass, instead of that of the outline")
    u_mass_g: From0 | None = Field(default=None, description="its standard uncertainty (k = 1)")
    u_volume_fraction: From0 | None = Field(default=None, description="relative u of the outline's volume")
    medium: Text = Field(default="soft_tissue", description="medium of its dose kernel")
    marrow: MarrowRequest | None = Field(default=None, description="for the role marrow")

    def contradictions(self) -> Iterable[Problem]:
        if (self.role == "marrow") != (self.marrow is not None):
            do = "Write marrow: {method: image}, blood or hybrid." if self.role == "marrow" else None
            must = "marrow must be given for the role marrow and for no other"
            yield Problem(place=("marrow",), must=must, do=do)
        if (self.u_mass_g is not None) and self.mass_g is None:
            yield Problem(place=("u_mass_g",), must="u_mass_g belongs to mass_g")
        fits = {"marrow": ("red_marrow",), "lesion": ("tumour",), "remainder": ()}
        allowed = fits.get(self.role, ("kidneys", "liver", "spleen", "other"))
        if self.organ is not None and self.organ not in allowed:
            must = f"organ must be one of {', '.join(allowed) or 'none'} for the role {self.role}"
            yield Problem(place=("organ",), must=must, got=self.organ)
        if self.lesion is not None and self.role != "lesion":
            yield Problem(place=("lesion",), must="lesion belongs to the role lesion")
        if isinstance(self.tissue, str):
            try:
                tissue_parameters(self.tissue)
            except InputError as error:
                yield Problem(
                    place=("tissue",), must=f"tissue {error.faults[0].must}, or have parameters", got=self.tissue
                )

    @property
    def counts_as(self) -> Organ | None:
        """What the region counts as: as declared, else what its role says (an organ without a word: other)."""
        implied: dict[str, Organ | None] = {
            "marrow": "red_marrow",
            "lesion": "tumour",
            "organ": "other",
            "remainder": None,
        }
        return self.organ or implied[self.role]

    def plan(self, method: Any, half_life_h: float) -> Any:
        """The same as the engine takes it (`lutetia.dosimetry.region_plan.RegionPlan`)."""
        from lutetia.dosimetry.region_plan import MarrowPlan, RegionPlan

        marrow = None
        if self.marrow is not None:
            marrow = MarrowPlan(method=self.marrow.method, **_blood(self.marrow, half_life_h))
        return RegionPlan(
            role=self.role,
            curve=(self.curve or method.curve).plan(half_life_h),
            partial_volume=self.partial_volume or method.partial_volume,
            engine=self.engine,
            mass_g=self.mass_g,
            u_mass_g=self.u_mass_g,
            u_volume_fraction=self.u_volume_fraction,
            medium=self.medium,
            tissue=None if self.tissue is None else tissue_of(self.tissue, self.region),
            marrow=marrow,
        )


def _blood(asked: MarrowRequest, half_life_h: float) -> dict[str, Any]:
    from lutetia.dosimetry.marrow import Measured

    if asked.ratio is None or asked.blood_curve is None:
        return {}
    ratio = Measured(value=asked.ratio.value, u=asked.ratio.u, source=asked.ratio.source)
    return {"ratio": ratio, "blood_curve": asked.blood_curve.plan(half_life_h)}


class BloodSample(Declared):
    """One sample of whole blood."""

    at: Moment = Field(description="moment of the draw")
    kbq_per_ml: Number = Field(ge=0, description="concentration")


class Blood(Declared):
    """Samples of whole blood."""

    samples: Annotated[tuple[BloodSample, ...], Field(min_length=1)] = Field(description="the samples")
    hold_for: Literal["draw", "injection"] = Field(description="moment the concentrations hold for (decay)")
    u_fraction: From0 | None = Field(default=None, description="relative u (k = 1) of a sample; absent: not known")
