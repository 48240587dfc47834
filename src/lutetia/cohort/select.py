"""Who is analysed: the participant flow from screened through excluded, by reason, to analysed; it closes by sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lutetia.cohort.covariate import Measured
from lutetia.cohort.dated import Dated
from lutetia.cohort.eligibility import Rule
from lutetia.cohort.known_fact import OnDay
from lutetia.cohort.story import Story, stories_of
from lutetia.cohort.study import Study
from lutetia.cohort.treatment_sequence import Grouped
from lutetia.course.course import Course
from lutetia.rows import LeftOut

NOT_MET, NOT_KNOWN = "not met", "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A patient who is analysed. `covariates` stand in the order of the study's; `group_entries` gave the group.

    `group_known_on`: ordinal of the day on which the group could first be known; after `time_zero`: immortal time.
    """

    story: Story
    group: str
    group_entries: tuple[str, ...]
    group_known_on: int
    time_zero: Dated
    cohort_entry: Dated | None
    covariates: tuple[Measured, ...]

    @property
    def patient_id(self) -> str:
        """The pseudonym."""
        return self.story.patient_id

    @property
    def entry_days(self) -> int:
        """Days from time zero to cohort entry; 0 when observed from time zero."""
        return max(0, self.cohort_entry.day - self.time_zero.day) if self.cohort_entry else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step of the flow: how many came, who left for which reason (positions of courses), how many went on.

    `kept_unknown`: patients who went on although the rule's fact is not known, because the rule keeps them.
    """

    name: str
    before: int
    left_out: tuple[LeftOut, ...]
    kept_unknown: int
    after: int

    @property
    def excluded(self) -> int:
        """How many left at this step."""
        return sum(reason.count for reason in self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Screened → excluded by reason, in order, each patient once → analysed; and every reason of every patient.

    `all_reasons` counts each reason for all screened patients it applies to, also those who had left before.
    """

    screened: int
    steps: tuple[FlowStep, ...]
    all_reasons: tuple[tuple[str, int], ...]
    analysed: int

    @property
    def closes(self) -> bool:
        """Whether every step and the whole add up; True, or the code is wrong."""
        counts = [self.screened, *(step.after for step in self.steps)]
        steps = all(
            step.before == before and step.before - step.excluded == step.after
            for step, before in zip(self.steps, counts, strict=False)
        )
        return steps and counts[-1] == self.analysed

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Everybody who is not analysed, by step and reason."""
        return tuple(
            LeftOut(count=reason.count, why=f"{step.name}: {reason.why}", rows=reason.rows)
            for step in self.steps
            for reason in step.left_out
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The analysed patients, in the order of the courses, and the flow that led to them."""

    study: Study
    members: tuple[Member, ...]
    flow: Flow
    conventions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of patients analysed."""
        return len(self.members)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Everybody who is not analysed, by step and reason."""
        return self.flow.left_out

    @property
    def groups(self) -> dict[str, int]:
        """Patients in each group, in the order of the declaration; groups without patients are not named."""
        counts = Counter(member.group for member in self.members)
        return {level: counts[level] for level in self.study.exposure.levels if counts[level]}


def select(courses: Sequence[Course], study: Study) -> Selection:
    """The patients of a study: eligible, with a time zero (and cohort entry), and in one of the groups.

    Facts of eligibility and covariates are those known on the day of time zero, for patients without one those known at
    the data cut-off; rules on lines of therapy look at all lines up to the cut-off.
    Raises InputError with every contradiction of every patient.
    """
    stories = stories_of(courses, partial_dates=study.follow_up.partial_dates, data_cut_off=study.data_cut_off)
    judged = [_judge(story, study) for story in stories]
    members = tuple(member for _, _, member in judged if member is not None)
    flow = _flow([(reasons, kept) for reasons, kept, _ in judged], study, len(members))
    return Selection(study=study, members=members, flow=flow, conventions=_conventions(study))


_Reasons = dict[int, str]  # number of the step → why the patient leaves there


def _judge(story: Story, study: Study) -> tuple[_Reasons, set[int], Member | None]:
    """Every reason to leave a patient out by step, the steps that keep an unknown, and the member if there is none."""
    reasons: _Reasons = {}
    kept: set[int] = set()
    zero = study.time_zero.of(story)
    at = OnDay(story=story, day=zero.day if isinstance(zero, Dated) else story.cut_off_day)
    for number, rule in enumerate(study.eligibility):
        _apply(rule, at, number, reasons, kept)
    after = len(study.eligibility)
    entry = study.cohort_entry.of(story) if study.cohort_entry is not None else None
    grouped = study.exposure.group_of(story, study.follow_up.lines_complete)
    for number, found in enumerate((zero, entry, grouped), start=after):
        if isinstance(found, str):
            reasons[number] = found
    if reasons or not isinstance(zero, Dated) or not isinstance(grouped, Grouped) or isinstance(entry, str):
        return reasons, kept, None
    return reasons, kept, _member(study, at, zero, entry, grouped)


def _apply(rule: Rule, at: OnDay, number: int, reasons: _Reasons, kept: set[int]) -> None:
    holds = rule.hold(at)
    if holds is False:
        reasons[number] = NOT_MET
    elif holds is None and rule.unknown == "exclude":
        reasons[number] = NOT_KNOWN
    elif holds is None:
        kept.add(number)


def _member(study: Study, at: OnDay, zero: Dated, entry: Dated | None, grouped: Grouped) -> Member:
    return Member(
        story=at.story,
        group=grouped.group,
        group_entries=grouped.entries,
        group_known_on=grouped.known_on,
        time_zero=zero,
        cohort_entry=entry,
        covariates=tuple(covariate.measure(at) for covariate in study.covariates),
    )


def _flow(judged: Sequence[tuple[_Reasons, set[int]]], study: Study, analysed: int) -> Flow:
    names = [rule.rule for rule in study.eligibility]
    names += [f"time zero ({study.time_zero})", f"cohort entry ({study.cohort_entry})", "group"]
    first = [min(reasons, default=None) for reasons, _ in judged]
    steps: list[FlowStep] = []
    before = len(judged)
    for number, name in enumerate(names):
        gone: dict[str, list[int]] = {}
        for position, (reasons, _) in enumerate(judged):
            if first[position] == number:
                gone.setdefault(reasons[number], []).append(position)
        kept = sum(number in k and (f is None or f > number) for (_, k), f in zip(judged, first, strict=True))
        left_out = tuple(LeftOut.at(positions, why) for why, positions in sorted(gone.items()))
        after = before - sum(reason.count for reason in left_out)
        if study.cohort_entry is not None or not name.startswith("cohort entry ("):
            steps.append(FlowStep(name=name, before=before, left_out=left_out, kept_unknown=kept, after=after))
        before = after
    counts = Counter(f"{names[number]}: {why}" for reasons, _ in judged for number, why in reasons.items())
    everything = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return Flow(screened=len(judged), steps=tuple(steps), all_reasons=everything, analysed=analysed)


def _conventions(study: Study) -> tuple[str, ...]:
    return (
        f"time zero: {study.time_zero}; facts and covariates are those known on that day, whenever they were recorded",
        f"data cut-off {study.data_cut_off}: events dated later do not count; corrections and late recording do",
        "each therapy_line of a course is a line of its own, numbered by its start",
        study.follow_up.conventions[0],
    )
