"""The declared target trial analysed in every way side by side: naive, landmark, time-dependent, weighted, cloned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.balance import BalanceRow, balance, effective_n, weighted_contrast, weights
from lutetia.cohort.clone_censor_weight import Emulation, clone_censor_weight
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.exposure import ever_exposed, landmark, time_dependent
from lutetia.cohort.factor_model import in_one_line
from lutetia.cohort.propensity import PropensityScore, propensity_score
from lutetia.cohort.target_trial import TargetTrial, target_trial
from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """One analysis: its contrast, or why there is none; `answers` and `because` say what it is and whether to believe it."""

    analysis: str
    contrast: Contrast | None
    why: str
    believe: bool
    answers: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NextLine:
    """The patients who begin one of the two strategies, from that day on; `positions` among those at the decision.

    `balance` compares the covariates of the decision before and after overlap weights; empty where the score failed.
    """

    follow_up: FollowUp
    exposed: Any
    positions: Any
    score: PropensityScore | None
    balance: tuple[BalanceRow, ...]
    effective_n: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmulationResult:
    """The target trial, every analysis in order, the weighted clones (None where they cannot be made), the balance."""

    trial: TargetTrial
    results: tuple[Result, ...]
    clones: Emulation | None
    next_line: NextLine


_NAIVE = (
    "ever against never, from the decision",
    "no: patients must live until the treatment begins, so the time until then is counted in its favour",
)
_LANDMARK = (
    "begun by the end of the grace period against not, among those who reach it",
    "yes, for those who reach the landmark: groups are known before the clock starts; it says nothing of earlier deaths",
)
_TIME = (
    "while treated against not (yet) treated, from the decision",
    "yes, as far as the covariates of the decision explain who is treated: exposed time counts only once it is exposed",
)
_CRUDE = (
    "one next line against the other, from its start, unadjusted",
    "no: who gets which line depends on how the patient did before",
)
_OVERLAP = (
    "one next line against the other, from its start, in patients who could have had either (overlap weights)",
    "yes, as far as the covariates explain the choice; of patients who reach a next line",
)
_CLONES_PLAIN = (
    "each strategy within the grace period, clones not weighted",
    "no: leaving an arm is taken to be chance",
)
_CLONES = (
    "everybody following each strategy within the grace period (clone, censor, weight)",
    "yes, first of all: it answers the declared question from the decision on, if the covariates explain who leaves",
)


def emulation_result(data: AnalysisData) -> EmulationResult:
    """Every analysis of the declared target trial; one that cannot be made says why instead.

    Raises InputError if the study declares no emulation, or nobody reaches the decision.
    """
    trial = target_trial(data)
    decision, grace_days = trial.decision, float(trial.emulation.grace_days)
    adjust: Any = "covariates" if decision.covariates.shape[1] else "none"
    following = next_line(decision)
    cloned: list[Emulation] = []

    def clones(weighting: Any) -> Contrast:
        made = clone_censor_weight(decision, grace_days=grace_days, weights=weighting)
        cloned.append(made)
        return made.contrast

    weighted = clones_weighting(decision)
    results = (
        _result("ever against never (naive)", _NAIVE, lambda: ever_exposed(decision, adjust=adjust), believe=False),
        _result("landmark", _LANDMARK, lambda: landmark(decision, day=grace_days, adjust=adjust)),
        _result("time-dependent", _TIME, lambda: time_dependent(decision, adjust=adjust)),
        _result("next line, crude", _CRUDE, lambda: _crude(following), believe=False),
        _result("next line, overlap weights", _OVERLAP, lambda: _overlap(following)),
        _result("clones, not weighted", _CLONES_PLAIN, lambda: clones("none"), believe=weighted == "none"),
        _result("clone-censor-weight", _CLONES, lambda: clones(weighted)),
    )
    emulated = cloned[-1] if results[-1].contrast is not None and cloned else None
    return EmulationResult(trial=trial, results=results, clones=emulated, next_line=following)


def clones_weighting(decision: DecisionPoint) -> str:
    """Weights for the clones: of leaving in each arm; none where no covariate is known."""
    return "arm" if decision.covariates.shape[1] else "none"


def _result(name: str, words: tuple[str, str], make: Callable[[], Contrast], *, believe: bool = True) -> Result:
    contrast, why = None, ""
    try:
        contrast = make()
        why = "" if contrast.converged else contrast.why or "the fit did not converge"
    except InputError as error:
        why = in_one_line(error)
    return Result(
        analysis=name,
        contrast=contrast if not why else None,
        why=why,
        believe=believe and not why,
        answers=words[0],
        because=words[1],
    )


def next_line(decision: DecisionPoint) -> NextLine:
    """The patients who begin one of the two strategies, from its start; those who begin neither are not in it."""
    other = decision.other_after_days
    begins = decision.exposed_after_days if other is None else np.minimum(decision.exposed_after_days, other)
    kept = np.flatnonzero(np.isfinite(begins) & (begins < decision.follow_up_days))
    exposed = np.isfinite(decision.exposed_after_days[kept])
    if other is not None:
        exposed &= decision.exposed_after_days[kept] < other[kept]
    if not kept.size or exposed.all() or not exposed.any():
        return NextLine(
            follow_up=FollowUp(stop=decision.follow_up_days, event=decision.event), exposed=exposed, positions=kept,
            score=None, balance=(), effective_n=None, why="no patient begins one of the two strategies",
        )  # fmt: skip
    follow_up = FollowUp(stop=(decision.follow_up_days - begins)[kept], event=decision.event[kept])
    covariates = decision.covariates[kept]
    varies = covariates.std(axis=0) > 0 if covariates.shape[1] else np.zeros(0, dtype=bool)
    names = tuple(name for name, there in zip(decision.names, varies, strict=True) if there)
    score = propensity_score(exposed, covariates[:, varies], names) if names else None
    why = "no covariate to weight by" if score is None else score.why
    found: tuple[BalanceRow, ...] = ()
    effective = None
    if score is not None and score.converged:
        weight = weights(score, exposed, target="overlap")
        found, effective = balance(covariates[:, varies], names, exposed, weight), effective_n(weight)
    return NextLine(
        follow_up=follow_up, exposed=exposed, positions=kept, score=score, balance=found, effective_n=effective, why=why
    )


def _refuse(following: NextLine, *, score: bool) -> None:
    from lutetia.errors import Fault

    if following.score is None and (score or "begins" in following.why):
        raise InputError("next line", [Fault(place="next line:", must=following.why)])


def _crude(following: NextLine) -> Contrast:
    _refuse(following, score=False)
    fit = cox(following.follow_up, following.exposed.astype(np.float64)[:, None])
    return Contrast(
        analysis="next line, crude",
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=fit.n,
        events=fit.events,
        rows=fit.n,
        converged=fit.converged,
        why=fit.why or "",
        believe=False,
        conventions=("from the start of the next line, unadjusted", "ties: efron"),
    )


def _overlap(following: NextLine) -> Contrast:
    _refuse(following, score=True)
    assert following.score is not None
    return weighted_contrast(following.follow_up, following.exposed, following.score, target="overlap")
