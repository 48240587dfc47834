"""What counts as deterioration: every choice of the literature by name, none of them a default."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from numbers import Real
from typing import Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.quantities import number_text

Worse = Literal["lower", "higher"]
Kind = Literal["first", "confirmed", "definitive"]
Against = Literal["baseline", "best", "previous"]
Death = Literal["event", "competing", "censored_at_last_score"]
NoBaseline = Literal["censored_day_0", "event_day_0", "excluded", "first_score_is_reference"]
NoFollowUp = Literal["censored_day_0", "censored_day_1", "event_day_1", "excluded"]
DefinitiveBy = Literal["all_later_worse", "no_gain_on_reference", "no_gain_on_deteriorated"]
LastScore = Literal["event", "censored", "event_if_death_follows"]
# Scores are thirds and sixths: a difference of exactly ten points must not fail by the last binary digit.
HAIR = 1e-9
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
        for name, points in (("threshold", self.threshold), ("step", self.step)):
            if (points is not None or name == "threshold") and not _is_above_0(points):
                faults.append(Fault(place=name, must="must be a number of points above 0", got=repr(points)))
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
            steps = ceil(self.threshold / self.step - HAIR)
            said.append(f"one answer moves the scale by {self.step:.1f} points: the threshold takes {steps}")
        return (*said, "days from day 0; months = days / 30.4375", "missing scores are skipped, not replaced")

    def worsening(self, score: float, than: float) -> float:
        """By how many points the score is worse than another; negative when it is better."""
        return than - score if self.worse == "lower" else score - than

    def is_worse(self, score: float, than: float) -> bool:
        """True when the score is worse by at least the threshold."""
        return self.worsening(score, than) >= self.threshold - HAIR

    def is_gain(self, score: float, than: float) -> bool:
        """True when the score is better by more than the threshold."""
        return -self.worsening(score, than) > self.threshold + HAIR


def _is_above_0(points: object) -> bool:
    return isinstance(points, Real) and not isinstance(points, bool) and isfinite(points) and float(points) > 0
