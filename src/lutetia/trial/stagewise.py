"""After a group-sequential trial: p-value, estimate and limits by stage-wise order."""

from __future__ import annotations

from math import sqrt

from scipy.optimize import brentq

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import between, is_number
from lutetia.trial.score_process import crossings
from lutetia.trial.sequential import GroupSequential

TITLE = "stage-wise p"


def stagewise_p(design: GroupSequential, *, look: int, z: float, drift: float = 0.0) -> float:
    """One-sided p when the trial stopped at this look (from 1) with that z, by stage-wise order.

    The chance, at the given drift, to have stopped earlier for efficacy or to be here with z or more. Futility stops
    are not counted unless binding. Raises InputError. Source: Tsiatis, Rosner, Mehta 1984, Biometrics 40:797.
    """
    if faults := _faults(design, look, z):
        raise InputError(TITLE, faults)
    lower = [_or_minus_infinity(one.futility_z) if design.binding else float("-inf") for one in design.looks[:look]]
    upper = [*(one.efficacy_z for one in design.looks[: look - 1]), z]
    return float(crossings(design.fractions[:look], lower, upper, drift)[0].sum())


def stagewise_drift(design: GroupSequential, *, look: int, z: float, p: float = 0.5) -> float:
    """The drift at which the stage-wise p would be `p`: ½ is the median-unbiased estimate, 0.025 and 0.975 limits.

    The effect at full information; a log hazard ratio is −drift / √(most events · p (1 − p)). Raises InputError.
    """
    if faults := [*_faults(design, look, z), *between("p", p)]:
        raise InputError(TITLE, faults)
    centre = z / sqrt(design.fractions[look - 1])
    return float(
        brentq(lambda delta: stagewise_p(design, look=look, z=z, drift=delta) - p, centre - 14, centre + 14, xtol=1e-9)
    )


def _or_minus_infinity(z: float | None) -> float:
    return float("-inf") if z is None else z


def _faults(design: GroupSequential, look: int, z: float) -> list[Fault]:
    faults = []
    if not is_number(look) or look != int(look) or not 1 <= look <= len(design.looks):
        faults.append(Fault(place="look", must=f"must be a whole number from 1 to {len(design.looks)}", got=repr(look)))
    if not is_number(z):
        faults.append(Fault(place="z", must="must be a number", got=repr(z)))
    return faults
