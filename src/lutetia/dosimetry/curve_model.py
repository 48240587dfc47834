"""The curve models that can be fitted, by name: how many clearance phases, and whether activity is taken up first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from lutetia.errors import Fault

ModelName = Literal["mono", "mono_uptake", "bi", "bi_uptake", "tri", "tri_uptake"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveModel:
    """A(t) = Σ Aₖ (e^(−λₖ t) − e^(−λᵤ t)) over `phases` clearance phases, Aₖ ≥ 0; without uptake, no second term."""

    name: ModelName
    phases: int
    uptake: bool

    @property
    def n_parameters(self) -> int:
        """An amplitude and a rate for each phase, and the rate of uptake."""
        return 2 * self.phases + self.uptake

    @property
    def n_rates(self) -> int:
        """Rates of clearance and uptake."""
        return self.phases + self.uptake

    @property
    def words(self) -> str:
        """The model as a physicist says it."""
        count = {1: "mono", 2: "bi", 3: "tri"}[self.phases]
        return f"{count}-exponential clearance" + (" after an uptake phase from 0" if self.uptake else "")


MODELS: dict[str, CurveModel] = {
    name: CurveModel(name=name, phases=("mono", "bi", "tri").index(name.split("_")[0]) + 1, uptake="_" in name)
    for name in get_args(ModelName)
}
USUAL_MODELS: tuple[ModelName, ...] = ("mono", "mono_uptake", "bi", "bi_uptake")


def model_faults(names: tuple[str, ...]) -> list[Fault]:
    """A fault for each name that is no model, and one for an empty or repeated list."""
    known = ", ".join(MODELS)
    faults = [Fault(place="model", must=f"must be one of {known}", got=repr(n)) for n in names if n not in MODELS]
    if not names or len(set(names)) != len(names):
        faults.append(Fault(place="models", must="must name one model or more, each once", got=repr(names)))
    return faults
