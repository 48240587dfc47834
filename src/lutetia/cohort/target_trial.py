"""The declared target trial: who stands at the decision, when each strategy began, and what was known by then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.emulation import Emulation
from lutetia.cohort.outcome import overall_survival
from lutetia.cohort.regimen_group import matches
from lutetia.cohort.select import Member
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetTrial:
    """The patients at the decision. The exposure is the second strategy; the first is the reference.

    `members` are the positions of the patients among the analysed ones.
    """

    decision: DecisionPoint
    emulation: Emulation
    members: tuple[int, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def protocol(self) -> tuple[tuple[str, str], ...]:
        """The target trial's table: each element of the protocol and what the data offer for it."""
        reference, strategy = self.emulation.strategies
        names = ", ".join(self.decision.names) or "nothing"
        return (
            ("Eligibility", "the analysed patients of this study who reach the decision alive"),
            ("Time zero", f"{self.emulation.at}"),
            ("Strategies", f"{strategy.name}, against {reference.name}: the next line begins within the grace period"),
            ("Grace period", f"{self.emulation.grace_days} days"),
            ("Assignment", f"taken to be as if random given: {names}"),
            ("Follow-up", "from the decision to death, last contact or the data cut-off"),
            ("Outcome", "death from any cause"),
            ("Estimand", "per protocol: hazard ratio if everybody followed the strategy"),
            ("Analysis", "clone, censor, weight; beside it landmark and time-dependent exposure"),
        )


def target_trial(data: AnalysisData) -> TargetTrial:
    """The target trial that the study declares. Raises InputError if it declares none, or nobody reaches the decision.

    A next line is the first line that starts on or after the day of the decision.
    """
    emulation = data.study.emulation
    if emulation is None:
        do = "Declare emulation: with at, strategies and grace_days."
        raise InputError(data.study.title, [Fault(place="emulation", must="must be declared", do=do)])
    covariates = {name: data.column(name) for name in emulation.adjust_for}
    rows: list[tuple[int, float, bool, float, float]] = []
    gone: dict[str, list[int]] = {}
    for position, member in enumerate(data.selection.members):
        found = _row(member, emulation)
        unknown = [name for name, column in covariates.items() if column[position] is None]
        if isinstance(found, str):
            gone.setdefault(found, []).append(position)
        elif unknown:
            gone.setdefault(f"{unknown[0]} not known", []).append(position)
        else:
            rows.append((position, *found))
    if not rows:
        raise InputError(data.study.title, [Fault(place="emulation", must="must hold patients who reach the decision")])
    left_out = tuple(LeftOut.at(positions, why) for why, positions in gone.items())
    table, names = _covariates(data, emulation, [row[0] for row in rows])
    decision = DecisionPoint.of(
        follow_up_days=[row[1] for row in rows],
        event=[row[2] for row in rows],
        exposed_after_days=[row[3] for row in rows],
        other_after_days=[row[4] for row in rows],
        covariates=table,
        names=names,
        patients=[data.selection.members[row[0]].patient_id for row in rows],
    )
    return TargetTrial(decision=decision, emulation=emulation, members=tuple(row[0] for row in rows), left_out=left_out)


def _row(member: Member, emulation: Emulation) -> tuple[float, bool, float, float] | str:
    """Days of follow-up, death, days to the exposure and to the reference treatment; or why there is none."""
    story = member.story
    at = emulation.at.of(story)
    if isinstance(at, str):
        return at
    end = overall_survival(story)
    if isinstance(end, str):
        return end
    if end.at.day <= at.day:
        return "no follow-up after the decision"
    following = next((line for line in story.lines if line.start.day >= at.day), None)
    begins = [np.inf, np.inf]
    if following is not None:
        for place, strategy in enumerate(emulation.strategies):
            if matches(following.regimen, strategy.next_line):
                begins[place] = float(following.start.day - at.day)
                break
    reference, exposure = begins
    return float(end.at.day - at.day), end.event == 1, exposure, reference


def _covariates(data: AnalysisData, emulation: Emulation, positions: list[int]) -> tuple[np.ndarray, tuple[str, ...]]:
    from lutetia.cohort.design_matrix import design_matrix

    if not emulation.adjust_for:
        return np.empty((len(positions), 0)), ()
    matrix = design_matrix(data, emulation.adjust_for)
    place_of = {int(row): place for place, row in enumerate(matrix.rows)}
    table = matrix.table[[place_of[position] for position in positions]]
    varies = table.std(axis=0) > 0
    return table[:, varies], tuple(name for name, kept in zip(matrix.names, varies, strict=True) if kept)
