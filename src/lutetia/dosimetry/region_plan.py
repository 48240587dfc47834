"""What is asked of each region: what it is, how its curve is found, how blur is corrected, which engine it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from lutetia.dosimetry.curve import Curve
from lutetia.dosimetry.curve_model import USUAL_MODELS, ModelName, model_faults
from lutetia.dosimetry.marrow import MarrowMethod, Measured
from lutetia.dosimetry.population_curve import PopulationCurve
from lutetia.dosimetry.radiobiology import Tissue
from lutetia.dosimetry.single_time_point import HalfLives
from lutetia.dosimetry.trapezoid import Beginning, Tail
from lutetia.errors import Fault, InputError

Role = Literal["organ", "lesion", "marrow", "remainder"]
PartialVolume = Literal["geometric transfer", "recovery curve", "none"]
Engine = Literal["region kernels", "local deposition", "spheres", "photon Monte Carlo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCurve:
    """These models compared by AICc; with too few points for that, the richest they can carry beyond doubt: mono."""

    models: tuple[ModelName, ...] = USUAL_MODELS


@dataclass(frozen=True, slots=True, kw_only=True)
class OneModel:
    """This model and no other."""

    model: ModelName


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTrapezoid:
    """Straight lines with a named beginning and tail."""

    beginning: Beginning
    tail: Tail


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EarlierCurve:
    """The curve of an earlier cycle, and how much its ratio of area to activity changes from cycle to cycle."""

    curve: Curve
    first_measured_h: float
    last_measured_h: float
    u_fraction: float
    between_cycles_sd_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePoint:
    """One scan and a declared prior: half-lives to expect for `double_time` and `population_mean` (the latter with the
    most error it may have), the curve of an earlier cycle for `prior_cycle`, a population for `mixed_effects` (which
    takes any number of scans). `at` names the scan; None: the only one there is."""

    rule: Literal["double_time", "population_mean", "prior_cycle", "mixed_effects"]
    half_lives: HalfLives | None = None
    most_error_fraction: float = 0.2
    earlier: EarlierCurve | None = None
    population: PopulationCurve | None = None
    at: str | None = None

    def __post_init__(self) -> None:
        needs = {"prior_cycle": ("earlier", self.earlier), "mixed_effects": ("population", self.population)}
        place, given = needs.get(self.rule, ("half_lives", self.half_lives))
        if given is None:
            must = f"must be given for the rule {self.rule}: one scan needs a declared prior"
            raise InputError("OnePoint", [Fault(place=place, must=must)])


CurvePlan = ChooseCurve | OneModel | ByTrapezoid | OnePoint


@dataclass(frozen=True, slots=True, kw_only=True)
class MarrowPlan:
    """How the marrow's self-dose is found: `image` (the region stands for all red marrow), `blood` or `hybrid`, which
    need blood samples and `ratio`, marrow over blood concentration; `blood_curve` is the way to the blood's area."""

    method: MarrowMethod = "image"
    ratio: Measured | None = None
    blood_curve: CurvePlan = field(default_factory=ChooseCurve)

    def __post_init__(self) -> None:
        if self.method != "image" and self.ratio is None:
            must = f"must be given for the {self.method} method: marrow over blood concentration, with its source"
            raise InputError("MarrowPlan", [Fault(place="ratio", must=must)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionPlan:
    """The request for one region.

    `partial_volume`: `geometric transfer` takes all regions together and needs them to fill the body (one of them the
    remainder); `recovery curve` divides by the series' curve for spheres at the region's volume; `none` integrates.
    `mass_g` with `u_mass_g` replaces the mass of the outline. `u_volume_fraction` (k = 1) of the outline, None: from
    voxels and blur of the images it was drawn on. `tissue` asks for BED and EQD2. `engine` None: that of the cycle.
    """

    role: Role = "organ"
    curve: CurvePlan = field(default_factory=ChooseCurve)
    partial_volume: PartialVolume = "geometric transfer"
    engine: Engine | None = None
    mass_g: float | None = None
    u_mass_g: float | None = None
    u_volume_fraction: float | None = None
    medium: str = "soft_tissue"
    tissue: Tissue | None = None
    marrow: MarrowPlan | None = None

    def __post_init__(self) -> None:
        faults = _word_faults(self)
        for place in ("mass_g", "u_mass_g", "u_volume_fraction"):
            value = getattr(self, place)
            least = 0.0 if place != "mass_g" else np.finfo(float).tiny
            if value is not None and not least <= value < np.inf:
                must = "must be above 0" if place == "mass_g" else "must be 0 or above"
                faults.append(Fault(place=place, must=must, got=f"{value}"))
        if isinstance(self.curve, ChooseCurve):
            faults += model_faults(self.curve.models)
        if self.marrow is not None and self.role != "marrow":
            faults.append(Fault(place="marrow", must="belongs to a region of role marrow", got=self.role))
        if faults:
            raise InputError("RegionPlan", faults)


def _word_faults(plan: RegionPlan) -> list[Fault]:
    words: Mapping[str, tuple[str | None, tuple[str | None, ...]]] = {
        "role": (plan.role, get_args(Role)),
        "partial_volume": (plan.partial_volume, get_args(PartialVolume)),
        "engine": (plan.engine, (*get_args(Engine), None)),
    }
    return [
        Fault(place=place, must=f"must be one of {', '.join(filter(None, known))}", got=repr(word))
        for place, (word, known) in words.items()
        if word not in known
    ]
