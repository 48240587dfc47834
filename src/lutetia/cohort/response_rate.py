"""Objective response and disease control by line: counts of best responses, rates with a named interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lutetia.cohort.line_story import RESPONSES
from lutetia.cohort.story import Story
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

if TYPE_CHECKING:
    from lutetia.estimate import Estimate

Of = Literal["evaluable", "all"]
UNKNOWN = "not known"
OBJECTIVE = ("CR", "PR")
CONTROLLED = ("CR", "PR", "SD", "NON_CR_NON_PD")
NOT_EVALUABLE = ("NE", UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRate:
    """Responses of one group to one line: counts by best response, ORR (CR, PR) and DCR (also SD, non-CR/non-PD).

    `counts` holds every best response and "not known", and sums to `n_line`; `n` is the denominator of the rates.
    """

    group: str
    line: int
    counts: tuple[tuple[str, int], ...]
    n_line: int
    n: int
    responded: int
    controlled: int
    orr: Estimate | None
    dcr: Estimate | None
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def response_rates(
    stories: Sequence[Story],
    group: Sequence[str],
    line: int,
    *,
    of: Of = "evaluable",
    method: str = "clopper-pearson",
    level: float = 0.95,
) -> tuple[ResponseRate, ...]:
    """The response rates of a line by group, in the order in which the groups come.

    `of="evaluable"`: the denominator leaves out best responses NE and not known; "all": every patient who had the line,
    those without a known response as non-responders. `method`: an interval of `lutetia.proportion.interval`. Rates are
    None when the denominator is 0. Raises InputError for unequal lengths and as `interval` does.
    """
    if len(stories) != len(group):
        must = "must have one group for each patient"
        raise InputError("response rates", [Fault(place="group", must=must, got=f"{len(group)} for {len(stories)}")])
    members: dict[str, list[Story]] = {}
    for story, label in zip(stories, group, strict=True):
        members.setdefault(label, []).append(story)
    return tuple(_rate(label, found, line, of, method, level) for label, found in members.items())


def _rate(group: str, stories: Iterable[Story], number: int, of: Of, method: str, level: float) -> ResponseRate:
    best: list[str] = []
    without: list[int] = []
    not_evaluable: list[int] = []
    for story in stories:
        line = story.line(number)
        if line is None:
            without.append(story.position)
            continue
        best.append(line.best_response or UNKNOWN)
        if best[-1] in NOT_EVALUABLE:
            not_evaluable.append(story.position)
    counts = Counter(best)
    n = len(best) - (len(not_evaluable) if of == "evaluable" else 0)
    responded, controlled = (sum(counts[name] for name in names) for names in (OBJECTIVE, CONTROLLED))
    left_out = [LeftOut.at(without, f"no line {number}")] if without else []
    if not_evaluable and of == "evaluable":
        left_out.append(LeftOut.at(not_evaluable, "response not evaluable or not known"))
    return ResponseRate(
        group=group,
        line=number,
        counts=tuple((name, counts[name]) for name in (*RESPONSES, UNKNOWN)),
        n_line=len(best),
        n=n,
        responded=responded,
        controlled=controlled,
        orr=_interval(responded, n, method, level),
        dcr=_interval(controlled, n, method, level),
        left_out=tuple(left_out),
        conventions=_conventions(of, method, level),
    )


def _interval(count: int, n: int, method: str, level: float) -> Estimate | None:
    from lutetia.proportion import interval

    return interval(count, n, method=method, level=level) if n else None


def _conventions(of: Of, method: str, level: float) -> tuple[str, ...]:
    said = {
        "evaluable": "denominator: patients with an evaluable best response to the line",
        "all": "denominator: all patients who had the line; an unknown response counts as none",
    }
    return (
        f"of={of}: {said[of]}",
        "ORR: CR and PR; DCR: CR, PR, SD and non-CR/non-PD; best responses as recorded, confirmation is not asked for",
        f"interval: {method}, {level:.0%}, two-sided",
    )
