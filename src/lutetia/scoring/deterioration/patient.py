"""Time to deterioration of one patient, from a baseline, the scores after it and a day of death."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal

from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import Fault, InputError
from lutetia.scoring.deterioration.rules import HAIR, Rules
from lutetia.scoring.reason import Reason

Scores = Mapping[int, float | None] | Iterable[tuple[int, float | None]]


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
    return sorted((int(day), float(score)) for day, score in rows if score is not None)


def _is_day(day: object) -> bool:
    return isinstance(day, Integral) and not isinstance(day, bool) and int(day) >= 1


def _score_faults(place: str, score: object) -> list[Fault]:
    fits = isinstance(score, Real) and not isinstance(score, bool) and -HAIR <= float(score) <= 100 + HAIR
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
