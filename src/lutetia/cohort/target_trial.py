"""The declared target trial: who stands at the decision, when each strategy began, and what was known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData, analysis_data
from lutetia.cohort.covariate import Value
from lutetia.cohort.decision_point import DecisionPoint, Floats
from lutetia.cohort.design_matrix import named_columns
from lutetia.cohort.eligibility import LineRule, Rule
from lutetia.cohort.emulation import Emulation
from lutetia.cohort.known_fact import OnDay
from lutetia.cohort.outcome import overall_survival
from lutetia.cohort.regimen_group import matches
from lutetia.cohort.select import Member
from lutetia.cohort.study import Study
from lutetia.cohort.treatment_sequence import SEQUENCES, Exposure, Group
from lutetia.course.course import Course
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetTrial:
    """The patients at the decision. The exposure is the second strategy; the first is the reference.

    `members` are the positions of the patients among the analysed ones. `caution` is not empty where the data hold only
    patients who got beyond the decision: those who died at it are missing, and no analysis mends that.
    """

    decision: DecisionPoint
    emulation: Emulation
    members: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    caution: str

    @property
    def protocol(self) -> tuple[tuple[str, str], ...]:
        """The target trial's table: each element of the protocol and what the data offer for it."""
        reference, strategy = self.emulation.strategies
        names = ", ".join(self.decision.names) or "nothing"
        return (
            ("Eligibility", "patients of this study who reach the decision alive, whatever follows"),
            ("Time zero", f"{self.emulation.at}"),
            ("Strategies", f"{strategy.name}, against {reference.name}: the next line begins within the grace period"),
            ("Grace period", f"{self.emulation.grace_days} days"),
            ("Assignment", f"taken to be as if random given: {names}"),
            ("Follow-up", "from the decision to death, last contact or the data cut-off"),
            ("Outcome", "death from any cause"),
            ("Estimand", "per protocol: hazard ratio if everybody followed the strategy"),
            ("Analysis", "clone, censor, weight; beside it landmark and time-dependent exposure"),
        )


def decision_data(courses: Sequence[Course], study: Study) -> AnalysisData:
    """The patients from whom the declared target trial draws: also those whom the study leaves out for what came later.

    Rules of eligibility on lines behind the decision are dropped, and so is a time zero behind it; where the compared
    groups had the same treatment in the lines up to the decision, it is required. Raises InputError as `analysis_data`
    does.
    """
    if study.emulation is None:
        return analysis_data(courses, study)
    last = study.emulation.at.line
    rules = [rule for rule in study.eligibility if rule.line is None or rule.line.number <= last]
    for number, words in _lines_in_common(study, last).items():
        name = f"line {number}: {', '.join(words)}"
        rules.append(Rule(rule=name, line=LineRule(number=number, regimen=words)))
    everybody = Exposure(groups=(Group(group="at the decision", lines={1: ("any",)}),))
    changes = {"eligibility": tuple(rules), "exposure": everybody, "comparison": None, "cohort_entry": None}
    if study.time_zero.rank > study.emulation.at.rank:  # a later time zero would demand the later line again
        changes["time_zero"] = study.emulation.at
    return analysis_data(courses, study.model_copy(update=changes))


def _lines_in_common(study: Study, last: int) -> dict[int, tuple[str, ...]]:
    """Number of the line → words, where all compared groups have the same words for a line up to the decision."""
    if study.comparison is None:
        return {}
    declared = SEQUENCES if study.exposure.rule == "treatment_sequence" else study.exposure.groups
    compared = [group for group in declared if group.group in study.comparison.levels]
    found = {}
    for number in range(1, last + 1):
        words = {tuple(group.lines.get(number, ())) for group in compared}
        if len(words) == 1 and (common := words.pop()):
            found[number] = common
    return found


def target_trial(data: AnalysisData) -> TargetTrial:
    """The target trial that the study declares.

    Raises InputError if it declares none, adjusts for what is known only later, or nobody reaches the decision.

    A next line is the first line that starts on or after the day of the decision; who had begun a line behind it
    before is left out. Covariates are those known on that day. Give it `decision_data`: a study that requires a later
    line has lost the patients who died waiting for it.
    """
    emulation = data.study.emulation
    if emulation is None:
        do = "Declare emulation: with at, strategies and grace_days."
        raise InputError(data.study.title, [Fault(place="emulation", must="must be declared", do=do)])
    _refuse_foresight(data.study, emulation)
    rows: list[tuple[int, float, bool, float, float]] = []
    known: list[dict[str, Value]] = []
    gone: dict[str, list[int]] = {}
    for position, member in enumerate(data.selection.members):
        found = _row(member, emulation)
        values = _known(data.study, emulation, member)
        unknown = [name for name, value in values.items() if value is None]
        if isinstance(found, str):
            gone.setdefault(found, []).append(position)
        elif unknown:
            gone.setdefault(f"{unknown[0]} not known", []).append(position)
        else:
            rows.append((position, *found))
            known.append(values)
    if not rows:
        raise InputError(data.study.title, [Fault(place="emulation", must="must hold patients who reach the decision")])
    left_out = tuple(LeftOut.at(positions, why) for why, positions in gone.items())
    table, names = _covariates(data.study, emulation, known)
    decision = DecisionPoint.of(
        follow_up_days=[row[1] for row in rows],
        event=[row[2] for row in rows],
        exposed_after_days=[row[3] for row in rows],
        other_after_days=[row[4] for row in rows],
        covariates=table,
        names=names,
        patients=[data.selection.members[row[0]].patient_id for row in rows],
    )
    return TargetTrial(
        decision=decision,
        emulation=emulation,
        members=tuple(row[0] for row in rows),
        left_out=left_out,
        caution=_caution(data.study, emulation),
    )


def _caution(study: Study, emulation: Emulation) -> str:
    implied = study.implied_entry()
    if implied is None or implied.rank <= emulation.at.rank:
        return ""
    return f"the data hold only patients who reached {implied}: whoever died between the decision and it is missing"


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
    if any(line.start.day < at.day for line in story.lines[emulation.at.line :]):
        return "a further line had begun before the decision"
    following = next((line for line in story.lines if line.start.day >= at.day), None)
    begins = [np.inf, np.inf]
    if following is not None:
        for place, strategy in enumerate(emulation.strategies):
            if matches(following.regimen, strategy.next_line):
                begins[place] = float(following.start.day - at.day)
                break
    reference, exposure = begins
    return float(end.at.day - at.day), end.event == 1, exposure, reference


def _refuse_foresight(study: Study, emulation: Emulation) -> None:
    for name in emulation.adjust_for:
        covariate = study.covariate(name)
        if covariate is None or covariate.known_at is None or covariate.known_at.rank <= emulation.at.rank:
            continue
        must = f"must be known at the decision ({emulation.at}), but {name} is known at {covariate.known_at}"
        raise InputError(study.title, [Fault(place="emulation, adjust_for:", must=must)])


def _known(study: Study, emulation: Emulation, member: Member) -> dict[str, Value]:
    """The covariates of the trial as they were known on the day of the decision; None where one is not."""
    at = emulation.at.of(member.story)
    if isinstance(at, str):
        return {}
    declared = [covariate for covariate in study.covariates if covariate.column in emulation.adjust_for]
    then = OnDay(story=member.story, day=at.day)
    return {covariate.column: covariate.measure(then).value for covariate in declared}


def _covariates(
    study: Study, emulation: Emulation, known: Sequence[Mapping[str, Value]]
) -> tuple[Floats, tuple[str, ...]]:
    if not emulation.adjust_for:
        return np.empty((len(known), 0)), ()
    values = {name: [row[name] for row in known] for name in emulation.adjust_for}
    table, names = named_columns(study, values, emulation.adjust_for)
    varies = table.std(axis=0) > 0
    return table[:, varies], tuple(name for name, there in zip(names, varies, strict=True) if there)
