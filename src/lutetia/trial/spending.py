"""How much of an error may be spent by which share of the information."""

from __future__ import annotations

from dataclasses import dataclass
from math import e
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import above, is_number

Floats = NDArray[np.float64]
Family = Literal["obrien-fleming-like", "pocock-like", "hwang-shih-decani", "power"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """A spending function of the information fraction; `parameter` is γ of Hwang-Shih-DeCani or ρ of the power family.

    Made by `obrien_fleming`, `pocock`, `hwang_shih_decani`, `power`. Sources: Lan & DeMets 1983, Biometrika 70:659;
    Hwang, Shih, DeCani 1990, Stat Med 9:1439; Kim & DeMets 1987, Biometrika 74:149.
    """

    family: Family
    parameter: float | None = None

    def __post_init__(self) -> None:
        faults = []
        if self.family not in get_args(Family):
            must = f"must be one of {', '.join(get_args(Family))}"
            faults.append(Fault(place="family", must=must, got=repr(self.family)))
        elif self.family == "power":
            faults += above("parameter", self.parameter)
        elif self.family == "hwang-shih-decani" and not is_number(self.parameter):
            faults.append(Fault(place="parameter", must="must be a number", got=repr(self.parameter)))
        if faults:
            raise InputError("spending function", faults)

    @classmethod
    def obrien_fleming(cls) -> Spending:
        """2 − 2Φ(z(α/2)/√t), one-sided α: next to nothing early."""
        return cls(family="obrien-fleming-like")

    @classmethod
    def pocock(cls) -> Spending:
        """α ln(1 + (e − 1) t): nearly even."""
        return cls(family="pocock-like")

    @classmethod
    def hwang_shih_decani(cls, gamma: float) -> Spending:
        """α (1 − e^(−γt))/(1 − e^(−γ)), α t at γ = 0; −4 is near O'Brien-Fleming, 1 near Pocock."""
        return cls(family="hwang-shih-decani", parameter=gamma)

    @classmethod
    def power(cls, rho: float) -> Spending:
        """α t^ρ."""
        return cls(family="power", parameter=rho)

    def spent(self, fraction: ArrayLike, total: float) -> Floats:
        """What is spent of `total` by each information fraction (0 to 1; beyond 1 all of it)."""
        t = np.clip(np.asarray(fraction, dtype=np.float64), 0.0, 1.0)
        if self.family == "obrien-fleming-like":
            with np.errstate(divide="ignore"):
                return np.asarray(2 * ndtr(ndtri(total / 2) / np.sqrt(t)))
        if self.family == "pocock-like":
            return np.asarray(total * np.log1p((e - 1) * t))
        parameter = float(self.parameter or 0.0)
        if self.family == "power":
            return np.asarray(total * t**parameter)
        return np.asarray(total * (t if abs(parameter) < 1e-12 else np.expm1(-parameter * t) / np.expm1(-parameter)))

    def __str__(self) -> str:
        name = {"hwang-shih-decani": "γ", "power": "ρ"}.get(self.family)
        return self.family if name is None else f"{self.family}, {name} = {self.parameter:g}"
