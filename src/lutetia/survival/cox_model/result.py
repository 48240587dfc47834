"""The result of a Cox fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.cox_model import baseline as baselines
from lutetia.survival.cox_model import residuals as residual
from lutetia.survival.cox_model.baseline import Baseline, Interval, PredictedSurvival
from lutetia.survival.cox_model.chi_square import ChiSquare, quadratic
from lutetia.survival.cox_model.covariates import Term
from lutetia.survival.cox_model.inference import profile_limits, term_test
from lutetia.survival.cox_model.likelihood import Evaluation
from lutetia.survival.cox_model.model import Model
from lutetia.survival.cox_model.penalty import Ridge
from lutetia.survival.cox_model.proportionality import Proportionality, Transform, proportionality
from lutetia.survival.cox_model.residuals import DeathResiduals
from lutetia.survival.cox_model.risk_sums import RiskSums, risk_sums
from lutetia.survival.cox_model.robust import dfbeta

Floats = NDArray[np.float64]
RowResidual = Literal["martingale", "deviance", "score", "dfbeta"]
DeathResidual = Literal["schoenfeld", "scaled_schoenfeld"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """Coefficients (log hazard ratios per unit of each column of X, in its order) and what they rest on.

    `covariance` (p, p) is the reported one: cluster-robust if `robust`, else the inverse information, which is always
    `covariance_model`; `std_error` is the root of its diagonal. `log_likelihood_null` is that of all coefficients 0.
    A fit that failed has `converged` False, the reason in `why` and, if some columns have no finite estimate, their
    names in `inestimable`: their numbers are where the iteration stood and are no estimates. `cautions` are sentences
    to print beside the numbers. `rows` are the positions of the n analysed rows in the input.
    """

    names: tuple[str, ...]
    terms: tuple[Term, ...]
    coef: Floats
    std_error: Floats
    covariance: Floats
    covariance_model: Floats
    robust: bool
    log_likelihood: float
    log_likelihood_null: float
    score_test: ChiSquare
    likelihood_ratio_test: ChiSquare
    degrees_of_freedom: float
    n: int
    events: int
    converged: bool
    why: str | None
    inestimable: tuple[str, ...]
    iterations: int
    rows: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]
    cautions: tuple[str, ...]
    conventions: tuple[str, ...]
    _model: Model = field(repr=False)
    _beta: Floats = field(repr=False)
    _at_maximum: Evaluation = field(repr=False)

    @property
    def value(self) -> Floats:
        """The coefficients."""
        return self.coef

    @property
    def z(self) -> Floats:
        """Coefficient / standard error (p,); NaN for a column without an estimate."""
        return np.where(self._inestimable_columns(), np.nan, self.coef / self.std_error)

    @property
    def p(self) -> Floats:
        """Two-sided p-value of each coefficient (Wald); NaN for a column without an estimate."""
        return np.asarray(2.0 * ndtr(-np.abs(self.z)))

    @property
    def wald_test(self) -> ChiSquare:
        """All coefficients 0, by the reported covariance; NaN if the fit failed."""
        found = quadratic("Wald", self.coef, self.covariance)
        return found if self.converged else ChiSquare(name="Wald", chi2=np.nan, df=found.df)

    def hazard_ratio(self, level: float = 0.95) -> list[Estimate]:
        """Hazard ratio of each column with Wald's interval on the log scale; None throughout where there is none.

        `std_error` is that of the logarithm times the ratio (delta method).
        """
        z = float(ndtri(0.5 + level / 2.0))
        method = f"Wald, log scale{', robust' if self.robust else ''}"
        ratios = []
        for coef, error, lost in zip(self.coef, self.std_error, self._inestimable_columns(), strict=True):
            if lost or not np.isfinite(coef) or not np.isfinite(error):
                ratios.append(Estimate(estimate=None, lower=None, upper=None, level=level, method="no finite estimate"))
                continue
            ratio, low, high = (float(np.exp(value)) for value in (coef, coef - z * error, coef + z * error))
            ratios.append(
                Estimate(
                    estimate=ratio, lower=low, upper=high, std_error=float(ratio * error), level=level, method=method
                )
            )
        return ratios

    def term_tests(self) -> tuple[ChiSquare, ...]:
        """For each term: likelihood-ratio test of leaving it out, the others fitted again on the same rows.

        Raises InputError after a ridge penalty, where the statistic has no chi-square distribution.
        """
        if isinstance(self._model.penalty, Ridge):
            raise InputError("term tests", [Fault(place="penalty", must="must not be a ridge for likelihood ratios")])
        evaluate = self._model.likelihood()
        return tuple(
            term_test(evaluate, self._beta, self._at_maximum, np.array(term.columns), term.name) for term in self.terms
        )

    def profile_interval(self, name: str, level: float = 0.95) -> Estimate:
        """Interval of one coefficient by the profile of the (penalised) likelihood; None for a limit at infinity."""
        if name not in self.names:
            raise InputError("profile", [Fault(place="name", must=f"must be one of {', '.join(self.names)}", got=name)])
        column = self.names.index(name)
        scale = self._model.arranged.scale[column]
        limits = profile_limits(self._model.likelihood(), self._beta, self._at_maximum, column, level)
        lower, upper = (None if limit is None else float(limit / scale) for limit in limits)
        estimate = None if name in self.inestimable else float(self.coef[column])
        return Estimate(estimate=estimate, lower=lower, upper=upper, level=level, method="profile likelihood")

    def residuals(self, kind: RowResidual) -> Floats:
        """Residuals of the n analysed rows: martingale, deviance (n,), score, dfbeta (n, p); see `residuals`.

        Score residuals are not weighted, dfbeta are, and use the model's covariance.
        """
        sums, sample = self._sums(), self._model.sample
        if kind == "martingale":
            return residual.martingale(sums, self.n)
        if kind == "deviance":
            return residual.deviance(residual.martingale(sums, self.n), sample.event)
        if kind == "score":
            return residual.score(sums, self.n)
        if kind == "dfbeta":
            return dfbeta(residual.score(sums, self.n), sample.weights, self.covariance_model)
        known = "must be martingale, deviance, score or dfbeta"
        raise InputError("residuals", [Fault(place="kind", must=known, got=str(kind))])

    def schoenfeld(self, *, scaled: bool = False) -> DeathResiduals:
        """Schoenfeld residuals, one row per death; scaled: times deaths · model covariance, plus the coefficients."""
        found = residual.schoenfeld(self._sums())
        if not scaled:
            return found
        values = found.values @ self.covariance_model * self.events + self.coef
        return DeathResiduals(values=values, time=found.time, stratum=found.stratum, rows=found.rows)

    def zph(self, transform: Transform = "km") -> Proportionality:
        """Score test of proportional hazards, per term and together: km, identity, log, rank or a function of time.

        Raises InputError after a penalty (the score is not 0 at its maximum), exact ties, or log of an event at 0.
        """
        if self._model.penalty is not None:
            raise InputError("proportional hazards", [Fault(place="penalty", must="must be none for a score test")])
        return proportionality(self._sums(), self._model.sample, self.terms, transform, self.schoenfeld(scaled=True))

    def baseline(self, at: Literal["zero", "mean"] = "zero") -> Baseline:
        """Cumulative hazard for all covariates 0, or at their means over the analysed rows; offset 0."""
        sums, arranged = self._sums(), self._model.arranged
        x = np.zeros(self.coef.size) if at == "zero" else arranged.mean
        time, hazard = baselines.cumulative_hazard(sums, self._beta, x, 0.0)
        labels = self._model.strata_labels
        order = np.sort(arranged.group_stratum)
        return Baseline(
            time=time,
            cumulative_hazard=hazard,
            survival=np.exp(-hazard),
            stratum=None if labels is None else tuple(labels[code] for code in order),
            at=dict(zip(self.names, x.tolist(), strict=True)),
            conventions=(*self._baseline_conventions(), f"baseline at covariates {at}"),
        )

    def survival_for(
        self, x: ArrayLike, *, offset: float = 0.0, level: float = 0.95, interval: Interval = "log"
    ) -> list[PredictedSurvival]:
        """Predicted survival of one patient with covariates x (p,), one curve per stratum that has events."""
        values = np.asarray(x, dtype=np.float64)
        if values.shape != self.coef.shape or not np.isfinite(values).all():
            must = f"must be {self.coef.size} numbers: {', '.join(self.names)}"
            raise InputError("prediction", [Fault(place="x", must=must, got=str(x))])
        return baselines.predicted(
            self._sums(), self._beta, self.covariance, values, offset, level, interval,
            self._baseline_conventions(), self._model.strata_labels,
        )  # fmt: skip

    def _baseline_conventions(self) -> tuple[str, ...]:
        estimator = "Efron" if self._model.ties == "efron" else "Breslow"
        return (f"baseline hazard: {estimator}", "survival: exp(−cumulative hazard)")

    def _inestimable_columns(self) -> NDArray[np.bool_]:
        return np.array([name in self.inestimable for name in self.names])

    def _sums(self) -> RiskSums:
        if self._model.ties == "exact":
            must = "must be efron or breslow for residuals, tests of proportionality and the baseline"
            raise InputError("Cox fit", [Fault(place="ties", must=must, got="exact")])
        model = self._model
        return risk_sums(model.arranged, self._beta, efron=model.ties == "efron", threads=model.threads)
