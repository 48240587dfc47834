"""Time to deterioration of a quality-of-life score, in the named variants of the literature; none is a default.

First, confirmed or definitive deterioration, against baseline, best or previous score; what death, a missing
baseline and a missing follow-up mean is said by the caller, rule by rule, and printed with every result.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from types import MappingProxyType
from typing import Literal, get_args

from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import Fault, InputError
from lutetia.quantities import number_text
from lutetia.scoring.reason import Reason

Worse = Literal["lower", "higher"]
Kind = Literal["first", "confirmed", "definitive"]
Against = Literal["baseline", "best", "previous"]
Death = Literal["event", "competing", "censored_at_last_score"]
NoBaseline = Literal["censored_day_0", "event_day_0", "excluded", "first_score_is_reference"]
NoFollowUp = Literal["censored_day_0", "censored_day_1", "event_day_1", "excluded"]
DefinitiveBy = Literal["all_later_worse", "no_gain_on_reference", "no_gain_on_deteriorated"]
LastScore = Literal["event", "censored", "event_if_death_follows"]

# Scores are thirds and sixths: a difference of exactly ten points must not fail by the last binary digit.
_HAIR = 1e-9
_CHOICES = {
    "worse": Worse,
    "kind": Kind,
    "reference": Against,
    "death": Death,
    "no_baseline": NoBaseline,
    "no_follow_up": NoFollowUp,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts as deterioration. Every field that bears on the result must be given.

    `threshold`: points, a worsening by exactly this much counts. `worse`: which way is worse for the scale ("lower"
    for functional and global scales, "higher" for symptoms). `reference`: the score it is measured against, "best"
    and "previous" of those before it. `definitive_by` (for kind "definitive"): "all_later_worse", every later score
    is worse than the reference by the threshold; "no_gain_on_reference", none is better than the reference by more
    than the threshold; "no_gain_on_deteriorated", none is better than the deteriorated score by more than the
    threshold. `last_score` (for "confirmed" and "definitive"): what a deterioration at the last score means.
    `death_within_days` (unless deaths are censored): a death counts up to so many days after the last score,
    "any" however late. `step`: points per answer of the scale; only printed.
    """

    threshold: float
    worse: Worse
    kind: Kind
    reference: Against
    death: Death
    no_baseline: NoBaseline
    no_follow_up: NoFollowUp
    definitive_by: DefinitiveBy | None = None
    last_score: LastScore | None = None
    death_within_days: int | Literal["any"] | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        """Raises InputError with all faults: unknown words, fields that the kind needs and that are not given."""
        faults = [
            Fault(place=name, must=f"must be one of {', '.join(get_args(words))}", got=repr(getattr(self, name)))
            for name, words in _CHOICES.items()
            if getattr(self, name) not in get_args(words)
        ]
        if isinstance(self.threshold, bool) or not self.threshold > 0 or not isfinite(self.threshold):
            faults.append(Fault(place="threshold", must="must be a number of points above 0", got=repr(self.threshold)))
        faults += self._needed("definitive_by", DefinitiveBy, self.kind == "definitive")
        faults += self._needed("last_score", LastScore, self.kind != "first")
        wanted = self.death != "censored_at_last_score"
        within = self.death_within_days
        given = within == "any" or (isinstance(within, int) and not isinstance(within, bool) and within >= 0)
        if wanted and not given:
            must = 'must be given when deaths count: a number of days, or "any"'
            faults.append(Fault(place="death_within_days", must=must, got=repr(within)))
        if faults:
            raise InputError("Rules of deterioration", faults)

    def _needed(self, name: str, words: object, needed: bool) -> list[Fault]:
        given = getattr(self, name)
        if needed and given not in get_args(words):
            must = f"must be given for kind {self.kind}: {', '.join(get_args(words))}"
            return [Fault(place=name, must=must, got=repr(given))]
        if not needed and given is not None:
            return [Fault(place=name, must=f"has no meaning for kind {self.kind}", do="Leave it out.")]
        return []

    @property
    def said(self) -> tuple[str, ...]:
        """Every choice, one line each."""
        names = ("worse", "kind", "definitive_by", "last_score", "reference", "death", "death_within_days")
        chosen = [f"{name}={getattr(self, name)}" for name in (*names, "no_baseline", "no_follow_up")]
        said = [f"threshold {number_text(self.threshold)} points, reached counts"]
        said += [line for line in chosen if not line.endswith("=None")]
        if self.step is not None:
            steps = ceil(self.threshold / self.step - _HAIR)
            said.append(f"one answer moves the scale by {self.step:.1f} points: the threshold takes {steps}")
        return (*said, "days from day 0; months = days / 30.4375", "missing scores are skipped, not replaced")

    def worsening(self, score: float, than: float) -> float:
        """By how many points the score is worse than another; negative when it is better."""
        return than - score if self.worse == "lower" else score - than

    def is_worse(self, score: float, than: float) -> bool:
        """True when the score is worse by at least the threshold."""
        return self.worsening(score, than) >= self.threshold - _HAIR

    def is_gain(self, score: float, than: float) -> bool:
        """True when the score is better by more than the threshold."""
        return -self.worsening(score, than) > self.threshold + _HAIR


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToDeterioration:
    """Days to deterioration or to censoring; `event` 0 censored, 1 event, 2 death as a competing event.

    Both are None for a patient the rules exclude. `outcome` says what happened in one word.
    """

    days: int | None
    event: int | None
    outcome: Literal["deteriorated", "died", "censored", "excluded"]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> int | None:
        """The days; None when excluded."""
        return self.days

    @property
    def months(self) -> float | None:
        """The days in months of 30.4375 days, for display."""
        return None if self.days is None else self.days / DAYS_PER_MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesToDeterioration:
    """One result for each patient, and what was left out and why."""

    value: Mapping[Hashable, TimeToDeterioration]
    excluded: Mapping[str, tuple[Hashable, ...]]
    rows_without_score: int
    conventions: tuple[str, ...]


Scores = Mapping[int, float | None] | Iterable[tuple[int, float | None]]


def time_to_deterioration(
    rules: Rules, *, baseline: float | None, follow_up: Scores, death_day: int | None = None
) -> TimeToDeterioration:
    """Time to deterioration of one patient, in whole days from day 0 (randomisation or the baseline, as you count).

    `baseline`: the score before treatment, None when missing. `follow_up`: day → score, from day 1 on; None: missing;
    the order does not matter. `death_day`: the day of death, None when alive.
    Raises InputError with all faults: days below 1 or twice, scores outside 0 to 100 or after death.
    Source: variants as in Anota et al., Qual Life Res 2013, and the R package QoLR (its TTD and TUDD).
    """
    scores = _checked(baseline, follow_up, death_day)
    if baseline is None:
        early = _without_baseline(rules, scores)
        if early:
            return early
        (_, baseline), *scores = scores
    if not scores:
        return _without_follow_up(rules, death_day)
    found = _deterioration(rules, baseline, scores, death_day)
    if found is not None:
        day, score, than = found
        used = (("day", str(day)), ("score", f"{score:g}"), (rules.reference, f"{than:g}"))
        reason = Reason(rule=f"deterioration, {rules.kind}", says="worse by the threshold", used=used)
        return _result(rules, day, 1, "deteriorated", reason)
    last = scores[-1][0]
    return _death(rules, last, death_day) or _censored(rules, last, "no deterioration up to the last score")


def times_to_deterioration(
    rules: Rules,
    *,
    subject: Sequence[Hashable],
    day: Sequence[int],
    score: Sequence[float | None],
    baseline_until_day: int,
    death_day: Mapping[Hashable, int] | None = None,
) -> TimesToDeterioration:
    """Time to deterioration of every patient of a long table: one row a patient and visit.

    The baseline is the last score up to `baseline_until_day` (usually 0); later rows are follow-up.
    Raises InputError with the faults of all patients; a row's place names the patient.
    """
    if not len(subject) == len(day) == len(score):
        got = f"{len(subject)}, {len(day)} and {len(score)}"
        raise InputError("Deterioration", [Fault(place="subject, day, score", must="must be equally long", got=got)])
    patients: dict[Hashable, list[tuple[int, float | None]]] = {}
    for who, when, what in zip(subject, day, score, strict=True):
        patients.setdefault(who, []).append((when, _or_none(what)))
    faults: list[Fault] = []
    found: dict[Hashable, TimeToDeterioration] = {}
    for who, rows in patients.items():
        before = sorted((when, what) for when, what in rows if when <= baseline_until_day and what is not None)
        after = [(when, what) for when, what in rows if when > baseline_until_day]
        try:
            found[who] = time_to_deterioration(
                rules,
                baseline=before[-1][1] if before else None,
                follow_up=after,
                death_day=(death_day or {}).get(who),
            )
        except InputError as refused:
            faults += [_of_patient(who, fault) for fault in refused.faults]
    if faults:
        raise InputError("Deterioration", faults)
    excluded: dict[str, list[Hashable]] = {}
    for who, result in found.items():
        if result.outcome == "excluded":
            excluded.setdefault(result.because[0].says, []).append(who)
    return TimesToDeterioration(
        value=MappingProxyType(found),
        excluded=MappingProxyType({why: tuple(whom) for why, whom in excluded.items()}),
        rows_without_score=sum(what is None for rows in patients.values() for _, what in rows),
        conventions=(f"baseline: last score up to day {baseline_until_day}", *rules.said),
    )


def _or_none(score: float | None) -> float | None:
    return None if score is None or score != score else score


def _of_patient(who: Hashable, fault: Fault) -> Fault:
    return Fault(place=f"{who}, {fault.place}", must=fault.must, got=fault.got, do=fault.do)


def _checked(baseline: float | None, follow_up: Scores, death_day: int | None) -> list[tuple[int, float]]:
    """The follow-up scores that are there, by day. Raises InputError with all faults."""
    rows = list(follow_up.items()) if isinstance(follow_up, Mapping) else list(follow_up)
    faults = [] if baseline is None else _score_faults("baseline", baseline)
    days = [day for day, _ in rows]
    if death_day is not None and not _is_day(death_day):
        faults.append(Fault(place="death_day", must="must be a whole day of at least 1", got=repr(death_day)))
    for place, day in ((f"day {day}", day) for day in dict.fromkeys(days)):
        if not _is_day(day):
            faults.append(Fault(place=place, must="must be a whole day of at least 1, counted from day 0"))
        elif days.count(day) > 1:
            faults.append(Fault(place=place, must="must occur once", got=f"{days.count(day)} scores"))
        elif _is_day(death_day) and death_day is not None and day > death_day:
            faults.append(Fault(place=place, must=f"must not lie after the day of death ({death_day})"))
    for day, score in rows:
        faults += [] if score is None else _score_faults(f"day {day}", score)
    if faults:
        raise InputError("Deterioration", faults)
    return sorted((day, float(score)) for day, score in rows if score is not None)


def _is_day(day: object) -> bool:
    return isinstance(day, int) and not isinstance(day, bool) and day >= 1


def _score_faults(place: str, score: object) -> list[Fault]:
    fits = isinstance(score, int | float) and not isinstance(score, bool) and -_HAIR <= score <= 100 + _HAIR
    return [] if fits else [Fault(place=place, must="must be a score from 0 to 100, or None", got=repr(score))]


def _deterioration(
    rules: Rules, baseline: float, scores: list[tuple[int, float]], death_day: int | None
) -> tuple[int, float, float] | None:
    """Day, score and reference of the deterioration, if there is one."""
    best = previous = baseline
    for place, (day, score) in enumerate(scores):
        than = {"baseline": baseline, "best": best, "previous": previous}[rules.reference]
        later = [one for _, one in scores[place + 1 :]]
        if rules.is_worse(score, than) and _stands(rules, score, than, later, death_day):
            return day, score, than
        best = max(best, score) if rules.worse == "lower" else min(best, score)
        previous = score
    return None


def _stands(rules: Rules, score: float, than: float, later: list[float], death_day: int | None) -> bool:
    """Whether a worsening counts, given the scores after it."""
    if rules.kind == "first":
        return True
    if not later:
        died = rules.last_score == "event_if_death_follows" and death_day is not None
        return rules.last_score == "event" or died
    if rules.kind == "confirmed":
        return rules.is_worse(later[0], than)
    if rules.definitive_by == "all_later_worse":
        return all(rules.is_worse(one, than) for one in later)
    base = than if rules.definitive_by == "no_gain_on_reference" else score
    return not any(rules.is_gain(one, base) for one in later)


def _without_baseline(rules: Rules, scores: list[tuple[int, float]]) -> TimeToDeterioration | None:
    """The result where the baseline is missing; None where the first score takes its place."""
    reason = Reason(rule=f"no_baseline={rules.no_baseline}", says="no score at baseline")
    if rules.no_baseline == "first_score_is_reference" and scores:
        return None
    if rules.no_baseline == "event_day_0":
        return _result(rules, 0, 1, "deteriorated", reason)
    if rules.no_baseline == "censored_day_0":
        return _result(rules, 0, 0, "censored", reason)
    says = "no score at baseline" if rules.no_baseline == "excluded" else "no score at all"
    return _result(rules, None, None, "excluded", Reason(rule=reason.rule, says=says))


def _without_follow_up(rules: Rules, death_day: int | None) -> TimeToDeterioration:
    died = _death(rules, 0, death_day)
    if died:
        return died
    reason = Reason(rule=f"no_follow_up={rules.no_follow_up}", says="no score after the baseline")
    if rules.no_follow_up == "excluded":
        return _result(rules, None, None, "excluded", reason)
    if rules.no_follow_up == "event_day_1":
        return _result(rules, 1, 1, "deteriorated", reason)
    return _result(rules, 1 if rules.no_follow_up == "censored_day_1" else 0, 0, "censored", reason)


def _death(rules: Rules, last: int, death_day: int | None) -> TimeToDeterioration | None:
    """The result where a death counts; None where it does not."""
    if death_day is None or rules.death == "censored_at_last_score":
        return None
    within = rules.death_within_days
    if isinstance(within, int) and death_day - last > within:
        return None
    used = (("death", f"day {death_day}"), ("last score", f"day {last}"))
    reason = Reason(rule=f"death={rules.death}", says="died before a deterioration was seen", used=used)
    return _result(rules, death_day, 1 if rules.death == "event" else 2, "died", reason)


def _censored(rules: Rules, day: int, says: str) -> TimeToDeterioration:
    reason = Reason(rule="censored at the last score", says=says, used=(("last score", f"day {day}"),))
    return _result(rules, day, 0, "censored", reason)


def _result(
    rules: Rules,
    days: int | None,
    event: int | None,
    outcome: Literal["deteriorated", "died", "censored", "excluded"],
    reason: Reason,
) -> TimeToDeterioration:
    return TimeToDeterioration(days=days, event=event, outcome=outcome, because=(reason,), conventions=rules.said)
