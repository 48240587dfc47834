"""Weights that make exposed and unexposed alike at time zero, how alike they are, and what hidden imbalance would take.

Weights by target: "ate" (everybody), "ate_stabilised", "att" (the exposed), "overlap" (those who could have been
either; Li, Morgan, Zaslavsky 2018, doi 10.1080/01621459.2016.1260466).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.propensity import Floats, PropensityScore
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.survival import FollowUp, cox

RARE = 0.15  # of those followed to the end have had the event; below it a hazard ratio is close to a risk ratio
Target = Literal["ate", "ate_stabilised", "att", "overlap"]
Ties = Literal["efron", "breslow"]
# Above this a standardised difference is called an imbalance (Austin 2009, doi 10.1002/sim.3697).
IMBALANCE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BalanceRow:
    """One covariate: standardised mean difference, exposed less unexposed, before and after weighting."""

    name: str
    before: float
    after: float


def weights(score: PropensityScore, exposed: NDArray[np.bool_], *, target: Target) -> Floats:
    """One weight per patient for a target population.

    Raises InputError if the score failed or gives somebody no weight, or a target is unknown.
    """
    if target not in get_args(Target):
        must = f"must be one of {', '.join(get_args(Target))}"
        raise InputError("weights", [Fault(place="target", must=must, got=repr(target))])
    if not score.converged:
        do = "Leave the covariate out, restrict the patients, or report that the comparison cannot be made."
        must = "must have converged; a patient of the other group has to be possible for every patient"
        raise InputError("weights", [Fault(place="score", must=must, got=score.why, do=do)])
    p, share = score.score, float(exposed.mean())
    with np.errstate(divide="ignore"):
        chosen: dict[Target, tuple[Floats, Floats]] = {
            "ate": (1 / p, 1 / (1 - p)),
            "ate_stabilised": (share / p, (1 - share) / (1 - p)),
            "att": (np.ones_like(p), p / (1 - p)),
            "overlap": (1 - p, p),
        }
    found = np.where(exposed, *chosen[target])
    if not (np.isfinite(found) & (found > 0)).all():
        got = f"{int((~np.isfinite(found) | (found <= 0)).sum())} patients with a score of 0 or 1"
        raise InputError("weights", [Fault(place="score", must="must lie between 0 and 1", got=got)])
    return found


def balance(
    covariates: Floats, names: tuple[str, ...], exposed: NDArray[np.bool_], case_weights: Floats
) -> tuple[BalanceRow, ...]:
    """Standardised mean differences of every covariate; both are divided by the unweighted pooled deviation.

    Infinite where the groups differ and neither has spread; not a number where a group has fewer than two patients or
    nothing differs and nothing varies.
    """
    one, other = covariates[exposed], covariates[~exposed]
    if min(len(one), len(other)) < 2:
        return tuple(BalanceRow(name=name, before=float("nan"), after=float("nan")) for name in names)
    pooled = np.sqrt((one.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / 2)
    plain = one.mean(axis=0) - other.mean(axis=0)
    weighted = np.average(one, axis=0, weights=case_weights[exposed]) - np.average(
        other, axis=0, weights=case_weights[~exposed]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = plain / pooled, weighted / pooled
    return tuple(
        BalanceRow(name=name, before=float(b), after=float(a)) for name, b, a in zip(names, before, after, strict=True)
    )


def effective_n(case_weights: Floats) -> float:
    """Kish's effective number of patients, (Σw)² / Σw²."""
    return float(case_weights.sum() ** 2 / (case_weights**2).sum())


def weighted_contrast(
    follow_up: FollowUp, exposed: NDArray[np.bool_], score: PropensityScore, *, target: Target, ties: Ties = "efron"
) -> Contrast:
    """Hazard ratio of exposed against unexposed, weighted to a target population; robust variance, weights as known.

    Raises InputError as `weights` and `cox` do.
    """
    weight = weights(score, exposed, target=target)
    weighted = FollowUp(
        stop=follow_up.stop,
        event=follow_up.event,
        start=follow_up.start,
        weights=weight,
        strata=follow_up.strata,
        cluster=np.arange(follow_up.n) if follow_up.cluster is None else follow_up.cluster,
    )
    fit = cox(weighted, exposed.astype(np.float64)[:, None], names=["exposure"], ties=ties)
    return Contrast(
        analysis=f"propensity weights ({target})",
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=follow_up.n,
        events=int(follow_up.event.sum()),
        rows=follow_up.n,
        converged=fit.converged,
        why=fit.why or "",
        believe=True,
        conventions=(
            *score.conventions,
            f"weights for {target}, largest {weight.max():.1f}, effective patients {effective_n(weight):.0f}",
            "robust variance, weights taken as known",
            f"ties: {ties}",
        ),
        left_out=follow_up.left_out,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """How strong a hidden confounder must be, with both exposure and outcome, to explain a ratio away.

    On the risk-ratio scale: `estimate` for the ratio itself, `limit` for the interval's limit nearest 1 (1 where the
    interval holds 1).
    """

    estimate: float
    limit: float
    conventions: tuple[str, ...]


def e_value(ratio: Estimate, *, outcome: Literal["rare", "common"]) -> EValue:
    """E-value of a hazard ratio (VanderWeele, Ding 2017, doi 10.7326/M16-2607).

    `outcome`: "rare" (under 15 % have had the event at the end) takes the hazard ratio as a risk ratio; "common"
    converts it by (1 − 0.5^√HR) / (1 − 0.5^√(1/HR)). Raises InputError for a ratio or limit that is absent or no
    positive number.
    """
    if ratio.estimate is None or ratio.lower is None or ratio.upper is None:
        raise InputError("E-value", [Fault(place="ratio", must="must have an estimate and both limits")])
    if not 0 < ratio.lower <= ratio.estimate <= ratio.upper < inf:
        got = f"{ratio.estimate:g} ({ratio.lower:g} to {ratio.upper:g})"
        must = "must be above 0 and finite, between its limits"
        raise InputError("E-value", [Fault(place="ratio", must=must, got=got)])
    holds_one = ratio.lower <= 1 <= ratio.upper
    nearest = ratio.lower if ratio.estimate > 1 else ratio.upper
    scale = f"hazard ratio taken as a risk ratio: outcome {outcome}"
    if outcome == "common":
        scale = "hazard ratio converted to a risk ratio for a common outcome"
    return EValue(
        estimate=_e(ratio.estimate, outcome), limit=1.0 if holds_one else _e(nearest, outcome), conventions=(scale,)
    )


def _e(hazard_ratio: float, outcome: str) -> float:
    above = exp(abs(log(hazard_ratio)))
    risk = (1 - 0.5 ** sqrt(above)) / (1 - 0.5 ** sqrt(1 / above)) if outcome == "common" else above
    return risk + sqrt(risk * (risk - 1))
