"""The declared target trial analysed in every way side by side: naive, landmark, time-dependent, weighted, cloned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.clone_censor_weight import Emulation, clone_censor_weight
from lutetia.cohort.compared import compared_rows
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.exposure import ever_exposed, landmark, time_dependent
from lutetia.cohort.next_line import NextLine, crude, next_line, overlap, shown_to_compare
from lutetia.cohort.regimen_group import matches
from lutetia.cohort.target_trial import TargetTrial, target_trial
from lutetia.errors import Fault, InputError
from lutetia.results.printed import in_one_line
from lutetia.survival import cox


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """One analysis: its contrast, or why there is none.

    `answers` says what it is an answer to, `because` why to believe it, or why not.
    """

    analysis: str
    contrast: Contrast | None
    why: str
    believe: bool
    answers: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmulationResult:
    """The target trial, every analysis in order, the weighted clones (None where they cannot be made), the balance."""

    trial: TargetTrial
    results: tuple[Result, ...]
    clones: Emulation | None
    next_line: NextLine


_WORDS = {
    "groups of the study": (
        "the groups of the study from its time zero, unadjusted, as such cohorts are published",
        "groups are made of what happens after time zero, or chosen by how the patient did",
    ),
    "ever against never (naive)": (
        "ever against never, from the decision",
        "patients must live until the treatment begins, so the time until then is counted in its favour",
    ),
    "landmark": (
        "begun by the end of the grace period against not, among those who reach it",
        "groups are known before the clock starts; it says nothing of deaths before",
    ),
    "time-dependent": (
        "while treated against not (yet) treated, from the decision",
        "exposed time counts only once it is exposed; what drives the start later is not adjusted for",
    ),
    "next line, crude": (
        "one next line against the other, from its start, unadjusted",
        "who gets which line depends on how the patient did before",
    ),
    "next line, overlap weights": (
        "one next line against the other, from its start, in patients who could have had either",
        "both lines begin on day 0, and the weights make the two alike in the covariates of the decision and the wait",
    ),
    "clones, not weighted": (
        "each strategy within the grace period, clones not weighted",
        "leaving an arm is taken to be chance",
    ),
    "clone-censor-weight": (
        "everybody following each strategy within the grace period",
        "it answers the declared question from the decision on, if the covariates explain who leaves an arm",
    ),
}
"""Analysis → what it answers, and why to believe it or not."""
BIASED = ("groups of the study", "ever against never (naive)", "next line, crude", "clones, not weighted")
FROM_DECISION = (
    "ever against never (naive)",
    "landmark",
    "time-dependent",
    "clones, not weighted",
    "clone-censor-weight",
)
"""Analyses that start at the decision: they need everybody who reached it."""


def emulation_result(data: AnalysisData, at_decision: AnalysisData | None = None) -> EmulationResult:
    """Every analysis of the declared target trial; one that cannot be made says why instead.

    `at_decision`: the patients of `target_trial.decision_data`, who need not have reached a later line; without it the
    study's own, and then nothing that starts at the decision is to be believed if the study requires a later line.
    Raises InputError if the study declares no emulation, or nobody reaches the decision.
    """
    trial = target_trial(data if at_decision is None else at_decision)
    decision, grace_days = trial.decision, float(trial.emulation.grace_days)
    adjust: Any = "covariates" if decision.covariates.shape[1] else "none"
    following = next_line(decision)
    cloned: list[Emulation] = []

    def clones(weighting: Any) -> Contrast:
        made = clone_censor_weight(decision, grace_days=grace_days, weights=weighting)
        cloned.append(made)
        return made.contrast

    analyses: dict[str, Callable[[], Contrast]] = {
        "groups of the study": lambda: published(data),
        "ever against never (naive)": lambda: ever_exposed(decision, adjust=adjust),
        "landmark": lambda: landmark(decision, day=grace_days, adjust=adjust),
        "time-dependent": lambda: time_dependent(decision, adjust=adjust),
        "next line, crude": lambda: crude(following),
        "next line, overlap weights": lambda: overlap(following),
        "clones, not weighted": lambda: clones("none"),
        "clone-censor-weight": lambda: clones(clones_weighting(decision)),
    }
    if data.study.comparison is None:
        del analyses["groups of the study"]
    lost = dict.fromkeys(FROM_DECISION, trial.caution)
    if not following.wait_weighted:
        lost["next line, overlap weights"] = "the wait is not in the weights: who waits longer must outlive the wait"
    results = tuple(_result(name, make, lost.get(name, "")) for name, make in analyses.items())
    emulated = cloned[-1] if results[-1].contrast is not None and cloned else None
    return EmulationResult(trial=trial, results=results, clones=emulated, next_line=following)


def published(data: AnalysisData) -> Contrast:
    """Overall survival of the compared groups from time zero, unadjusted: what such a cohort prints.

    The exposed group is the one whose next line after the decision is the second strategy, so that it points the same
    way as the other analyses. Raises InputError where overall survival is not declared, a group has no patient, or the
    groups do not differ in that line.
    """
    name = next((table.name for table in data.endpoints if table.endpoint.endpoint == "OS"), None)
    compared = compared_rows(data, name) if name is not None else None
    if compared is None:
        raise InputError("groups", [Fault(place="OS", must="must be declared, and each group must have a patient")])
    shares = [_share_of_strategy(data, compared.rows.members[compared.side(level)]) for level in compared.levels]
    if abs(shares[1] - shares[0]) <= 0.5:
        must = "must differ in the line after the decision to stand beside the strategies"
        raise InputError("groups", [Fault(place="comparison", must=must)])
    reference, other = compared.levels if shares[1] > shares[0] else compared.levels[::-1]
    exposed = compared.factor.has(other, compared.rows.members)
    fit = cox(compared.rows.follow_up, exposed.astype(np.float64)[:, None], names=["exposed"])
    said = (f"{other} against {reference}, from time zero ({data.study.time_zero})", "unadjusted", "ties: efron")
    return shown_to_compare("groups of the study", fit, said)


def _share_of_strategy(data: AnalysisData, members: Any) -> float:
    """The share of these patients whose next line is the second strategy of the emulation."""
    emulation = data.study.emulation
    assert emulation is not None
    lines = [data.selection.members[member].story.line(emulation.at.line + 1) for member in members.tolist()]
    words = emulation.strategies[1].next_line
    return float(np.mean([line is not None and matches(line.regimen, words) for line in lines]))


def clones_weighting(decision: DecisionPoint) -> str:
    """Weights for the clones: of leaving in each arm; none where no covariate is known."""
    return "arm" if decision.covariates.shape[1] else "none"


def _result(name: str, make: Callable[[], Contrast], lost: str) -> Result:
    """One analysis; `lost` says what it lacks to be believed, if anything."""
    contrast, why = None, ""
    try:
        contrast = make()
        why = "" if contrast.converged else contrast.why or "the fit did not converge"
    except InputError as error:
        why = in_one_line(error)
    answers, because = _WORDS[name]
    return Result(
        analysis=name,
        contrast=contrast if not why else None,
        why=why,
        believe=name not in BIASED and not why and not lost,
        answers=answers,
        because=lost or because,
    )
