"""Fine-Gray regression: how covariates move the cumulative incidence of one cause when others compete.

Fine & Gray 1999, JASA 94:496-509, doi 10.1080/01621459.1999.10474144. A subdistribution hazard ratio orders incidences;
it is not the effect on those still free of every event (that is the cause-specific hazard ratio of a Cox model).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.competing_risks import clusters_of
from lutetia.survival.cox_model.covariates import read_covariates
from lutetia.survival.curve_interval import normal_quantile
from lutetia.survival.followup import FollowUp
from lutetia.survival.grouped_sums import grouped_sums
from lutetia.survival.state_curve import tied_times
from lutetia.survival.subdistribution import Layout, Pass, censoring_residuals, lay_out, likelihood, score_residuals
from lutetia.survival.ties import Codes, Floats

Variance = Literal["sandwich", "fine-gray", "model"]
MOST_STEPS = 40
FLAT = 1e-7  # smallest eigenvalue of the information, relative to that at coefficients 0
COLLINEAR = 1e-9  # smallest eigenvalue of the information of standardised covariates, relative to the largest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineGray:
    """A fitted Fine-Gray model; arrays (p,) in the order of `names`.

    `coef` are log subdistribution hazard ratios; `std_error` and `covariance` are of the kind `variance`. Where
    `converged` is False, `why` says what is wrong and the numbers are those of the last step, not estimates.
    `baseline_times` and `baseline_hazard` (g,) give the cumulative subdistribution hazard at covariates 0, by stratum
    in `baseline_stratum`. `n_events` counts the cause, `n_competing` the other events.
    """

    names: tuple[str, ...]
    coef: Floats
    std_error: Floats
    covariance: Floats
    variance: Variance
    log_likelihood: float
    log_likelihood_null: float
    n: int
    n_events: int
    n_competing: int
    baseline_times: Floats
    baseline_hazard: Floats
    baseline_stratum: Codes
    strata: tuple[Hashable, ...]
    converged: bool
    iterations: int
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def p(self) -> Floats:
        """Two-sided Wald p-value of each coefficient."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = 2 * ndtr(-np.abs(self.coef / self.std_error))
        return found

    def hazard_ratio(self, name: str, level: float = 0.95) -> Estimate:
        """Subdistribution hazard ratio of one covariate with Wald limits on the log scale.

        Its standard error is the delta method's. All None if the fit did not converge. InputError for an unknown name.
        """
        if name not in self.names:
            known = ", ".join(self.names)
            raise InputError("Fine-Gray", [Fault(place="name", must=f"must be one of {known}", got=repr(name))])
        z, j = normal_quantile(level), self.names.index(name)
        if not self.converged:
            return Estimate(estimate=None, lower=None, upper=None, level=level, method="wald")
        coef, error = float(self.coef[j]), float(self.std_error[j])
        ratio, low, high = (float(np.exp(value)) for value in (coef, coef - z * error, coef + z * error))
        return Estimate(estimate=ratio, lower=low, upper=high, std_error=ratio * error, level=level, method="wald")

    def incidence(self, x: ArrayLike, when: ArrayLike, stratum: int = 0) -> Floats:
        """Predicted cumulative incidence 1 − exp(−Λ(t) e^{xβ}) for rows x (m, p) at times (q,): shape (m, q).

        `stratum` is a position in `strata`. Raises InputError for another number of covariates, a fit that did not
        converge, or a time beyond the last event of the cause in the stratum, where the baseline is not known.
        """
        rows, times = np.atleast_2d(np.asarray(x, dtype=float)), np.atleast_1d(np.asarray(when, dtype=float))
        here = self.baseline_stratum == stratum
        faults = []
        if rows.shape[1] != self.coef.size:
            faults.append(Fault(place="x", must=f"must have {self.coef.size} columns", got=str(rows.shape[1])))
        if not self.converged:
            faults.append(Fault(place="fit", must="must have converged", got=self.why))
        if not here.any():
            faults.append(Fault(place="stratum", must="must have events", got=str(stratum)))
        elif times.max() > self.baseline_times[here][-1]:
            must = f"must not lie beyond the last event, {self.baseline_times[here][-1]:g}"
            faults.append(Fault(place="when", must=must, got=f"{times.max():g}"))
        if faults:
            raise InputError("predicted incidence", faults)
        steps = np.searchsorted(self.baseline_times[here], times, side="right")
        hazard = np.append(0.0, self.baseline_hazard[here])[steps]
        found: Floats = -np.expm1(-np.outer(np.exp(rows @ self.coef), hazard))
        return found


def fine_gray(
    f: FollowUp,
    X: ArrayLike | Mapping[str, ArrayLike] | Any,  # noqa: N803
    *,
    cause: int = 1,
    ties: Literal["efron", "breslow"] = "efron",
    variance: Variance = "sandwich",
    names: Sequence[str] | None = None,
    reference: Mapping[str, Hashable] | None = None,
) -> FineGray:
    """Fit the subdistribution hazard of `cause`; every other event of `f` competes. One row per patient.

    X: (n, p) array, mapping of names to columns, or data frame; a column of labels becomes 0/1 columns against its
    first level or `reference[name]`. Rows with a missing covariate are left out and counted. Strata of `f` have
    baselines and censoring distributions of their own; delayed entry is weighted by the distribution of entries. The
    censoring weight is G(t−)/G(T−), an event leaving before a censoring of the same time, as R's finegray (`crr` of
    cmprsk differs at ties by some 5e-5); unlike there, G counts case weights, so that weights of 2 equal doubled rows.

    `variance`: "sandwich" sums squared score residuals by cluster, the weights taken as known (coxph on finegray data
    with a cluster per patient); "fine-gray" adds the uncertainty of the censoring distribution (as crr); "model" is the
    inverse information. Raises InputError for a cause without events or rows that continue other rows.
    """
    read = read_covariates(X, names=names, reference=reference)
    missing = read.missing() if read.n == f.n else {}
    kept = np.setdiff1d(np.arange(f.n), np.concatenate([np.empty(0, dtype=np.int64), *missing.values()]))
    _refuse(f, read.n, kept, cause, ties, variance)
    rows = f.at(kept)
    x = np.column_stack([column[kept] for column in read.columns])
    mean, scale = x.mean(axis=0), x.std(axis=0)
    z = (x - mean) / np.where(scale > 0, scale, 1.0)
    start, stop = tied_times(rows)
    stratum = np.zeros(rows.n, dtype=np.int64) if rows.strata is None else rows.strata
    strata = ("all",) if rows.strata_labels is None else rows.strata_labels
    weight = np.ones(rows.n) if rows.weights is None else rows.weights
    layout = lay_out(start, stop, rows.event, cause, weight, stratum, len(strata))
    found = _newton(layout, z, ties == "efron", [n for n, s in zip(read.names, scale, strict=True) if s == 0])
    spread = _covariance(layout, z, found, variance, (start, stop, rows.event, stratum), clusters_of(rows))
    unit = np.where(scale > 0, scale, 1.0)
    coef, covariance = found.beta / unit, spread / np.outer(unit, unit)
    return FineGray(
        names=read.names,
        coef=coef,
        std_error=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        variance=variance,
        log_likelihood=found.at.log_likelihood,
        log_likelihood_null=found.null,
        n=rows.n,
        n_events=int((rows.event == cause).sum()),
        n_competing=int(((rows.event > 0) & (rows.event != cause)).sum()),
        baseline_times=layout.times,
        baseline_hazard=_cumulated(found.at.rate, layout.stratum) * np.exp(-float(mean @ coef)),
        baseline_stratum=layout.stratum,
        strata=strata,
        converged=found.why is None,
        iterations=found.iterations,
        why=found.why,
        conventions=_conventions(f, cause, ties, variance),
        left_out=(*f.left_out, *(LeftOut.at(at.tolist(), f"{name} missing") for name, at in missing.items())),
    )


def _refuse(f: FollowUp, n: int, kept: Codes, cause: int, ties: str, variance: str) -> None:
    faults = []
    if n != f.n:
        faults.append(Fault(place="X", must=f"must have one row for each of the {f.n} rows", got=str(n)))
    elif cause < 1 or not (f.event[kept] == cause).any():
        got = f"none of cause {cause} among {kept.size} complete rows"
        faults.append(Fault(place="cause", must="must be an event that occurs, from 1", got=got))
    if ties not in ("efron", "breslow"):
        faults.append(Fault(place="ties", must="must be efron or breslow", got=repr(ties)))
    if variance not in get_args(Variance):
        faults.append(
            Fault(place="variance", must=f"must be one of {', '.join(get_args(Variance))}", got=repr(variance))
        )
    elif variance == "fine-gray" and f.start is not None:
        must = "must be sandwich or model with delayed entry: the uncertainty of the entry distribution is not covered"
        faults.append(Fault(place="variance", must=must, got=repr(variance)))
    if f.start is not None and f.cluster is not None and (again := _continuing(f)).size:
        must = "must not continue another row of its cluster: one row per patient"
        faults.append(Fault(place=f"start, row {again[0]} (counted from 0)", must=must))
    if faults:
        raise InputError("Fine-Gray", faults)


def _continuing(f: FollowUp) -> Codes:
    """Rows that start where another of their cluster ended without an event."""
    assert f.start is not None
    assert f.cluster is not None
    ended = set(zip(f.cluster[f.event == 0].tolist(), f.stop[f.event == 0].tolist(), strict=True))
    pairs = zip(f.cluster.tolist(), f.start.tolist(), strict=True)
    return np.array([row for row, pair in enumerate(pairs) if pair in ended], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    beta: Floats
    at: Pass
    null: float
    iterations: int
    why: str | None


def _newton(layout: Layout, z: Floats, efron: bool, constant: list[str]) -> _Fit:
    """Newton-Raphson with halved steps, from 0, for standardised covariates."""
    beta = np.zeros(z.shape[1])
    start = at = likelihood(layout, z, beta, efron)
    null = start.log_likelihood
    if constant:
        return _Fit(
            beta=beta, at=at, null=null, iterations=0, why=f"{', '.join(constant)}: the same value in every row"
        )
    if _singular(at.information):
        return _Fit(beta=beta, at=at, null=null, iterations=0, why="the covariates are collinear")
    for iteration in range(1, MOST_STEPS + 1):
        step = np.linalg.solve(at.information, at.score)
        for _ in range(20):
            ahead = likelihood(layout, z, beta + step, efron)
            if ahead.log_likelihood >= at.log_likelihood - 1e-12 * abs(at.log_likelihood):
                break
            step = step / 2
        beta, at = beta + step, ahead
        if _vanished(at.information, start.information):
            break
        if np.abs(step).max() < 1e-9:
            return _Fit(beta=beta, at=at, null=null, iterations=iteration, why=None)
    why = "a coefficient grows without limit: the covariates tell the events apart completely (separation)"
    return _Fit(beta=beta, at=at, null=null, iterations=iteration, why=why)


def _vanished(information: Floats, start: Floats) -> bool:
    """True if the likelihood has become flat in a direction in which it was not: the sign of a limit at infinity."""
    if not np.isfinite(information).all():
        return True
    return bool(np.linalg.eigvalsh(information)[0] < FLAT * np.linalg.eigvalsh(start)[0])


def _singular(information: Floats) -> bool:
    values = np.linalg.eigvalsh(information)
    return bool(not np.isfinite(values).all() or values[0] <= COLLINEAR * max(values[-1], 1e-300))


def _covariance(
    layout: Layout,
    z: Floats,
    fit: _Fit,
    variance: Variance,
    times: tuple[Floats, Floats, Codes, Codes],
    cluster: Codes,
) -> Floats:
    if fit.why is not None:
        return np.full((z.shape[1], z.shape[1]), np.nan)
    inverse = np.asarray(np.linalg.inv(fit.at.information), dtype=np.float64)
    if variance == "model":
        return inverse
    residual = score_residuals(layout, z, fit.beta, fit.at)
    if variance == "fine-gray":
        residual += censoring_residuals(layout, z, fit.beta, fit.at, times)
    summed = grouped_sums(cluster, residual, int(cluster.max()) + 1) @ inverse
    found: Floats = summed.T @ summed
    return found


def _cumulated(rate: Floats, stratum: Codes) -> Floats:
    total = np.cumsum(rate)
    first = np.searchsorted(stratum, stratum)  # strata come in ascending order
    before: Floats = np.append(0.0, total)[first]
    return total - before


def _conventions(f: FollowUp, cause: int, ties: str, variance: Variance) -> tuple[str, ...]:
    said = [
        f"Subdistribution hazard of cause {cause} (Fine & Gray 1999); tied events by {ties.capitalize()}.",
        "After a competing event at T a row stays at risk with weight G(t−)/G(T−), G Kaplan-Meier of the censoring; an "
        "event leaves before a censoring of the same time (R finegray; cmprsk crr differs at ties).",
        {
            "sandwich": "Standard errors: sandwich over clusters (each row without), the censoring weights as known.",
            "fine-gray": "Standard errors: sandwich over clusters, with the uncertainty of the censoring weights.",
            "model": "Standard errors: inverse information, which ignores that rows are reweighted.",
        }[variance],
    ]
    if f.start is not None:
        said.append("Delayed entry: the weight is also multiplied by the probability to have entered (Geskus 2011).")
    if f.strata is not None:
        said.append("Each stratum has its own baseline and its own censoring distribution.")
    return tuple(said)
