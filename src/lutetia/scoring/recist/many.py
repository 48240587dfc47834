"""The visit responses of many courses at once: the rules of `visit` and `course` on arrays, visit after visit.

All courses take their first visit together, then their second, and so on; what earlier visits leave behind (nadir,
earlier responses) is one array by course. Comparisons are between integers (micrometres, cross-multiplied).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lutetia.scoring.recist.rules import VisitRules, limits, overall_table
from lutetia.scoring.recist.visit import VisitResponse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lutetia.scoring.recist.layout import Truth, Whole
    from lutetia.scoring.recist.ordinary import SeenVisits

    Codes = NDArray[np.int8]

RESPONSES = ("CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD", None)
CR, PR, SD, PD, NE, PERSISTING, NONE = range(7)
# Rule and response, in the order in which the rules are asked.
_TARGET = (
    ("RECIST-TL-NONE", NONE),
    ("RECIST-TL-CR", CR),
    ("RECIST-REAPPEARANCE", PD),
    ("RECIST-TL-PD", PD),
    ("RECIST-TL-PD-INCOMPLETE", PD),
    ("RECIST-TL-NE", NE),
    ("RECIST-TL-PR", PR),
    ("RECIST-TL-PR-CONTINUED", PR),
    ("RECIST-TL-SD", SD),
)
_NONTARGET = (
    ("RECIST-NT-NONE", NONE),
    ("RECIST-NT-PD", PD),
    ("RECIST-REAPPEARANCE", PD),
    ("RECIST-NT-NE", NE),
    ("RECIST-NT-PERSISTING", PERSISTING),
    ("RECIST-NT-CR", CR),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judged:
    """By visit: the rules that decided (positions in `_TARGET`, `_NONTARGET`), the overall response, the nadir."""

    target: Codes
    nontarget: Codes
    overall: Codes
    nadir_um: Whole


def judge(seen: SeenVisits, rules: VisitRules) -> list[VisitResponse]:
    """The response at every visit after the baseline, in the order of the visits.

    The nadir is each reader's own (`rules.nadir` "reader"); pooled nadirs are made in `course`.
    """
    first = np.flatnonzero(np.diff(seen.course, prepend=-1))
    visits = np.diff(first, append=len(seen.course))
    judged = _walk(seen, rules, first, visits)
    later = np.ones(len(seen.course), np.bool_)
    later[first] = False
    return _responses(seen, judged, np.repeat(seen.sum_um[first], visits), np.flatnonzero(later), rules)


def _walk(seen: SeenVisits, rules: VisitRules, first: Whole, visits: Whole) -> _Judged:
    codes = [np.zeros(len(seen.course), np.int8) for _ in range(3)]
    judged = _Judged(target=codes[0], nontarget=codes[1], overall=codes[2], nadir_um=seen.sum_um.copy())
    baseline, nadir = seen.sum_um[first], seen.sum_um[first].copy()
    after_cr, after_response = np.zeros(len(first), np.bool_), np.zeros(len(first), np.bool_)
    overall = _overall_codes()
    for number in range(1, int(visits.max(initial=0))):
        courses = np.flatnonzero(visits > number)
        at = first[courses] + number
        sums, had_cr = (baseline[courses], nadir[courses]), after_cr[courses]
        target = _target(seen, at, rules, sums, had_cr, after_response[courses])
        nontarget = _nontarget(seen, at, had_cr & rules.reappearance_is_pd)
        responses = _CODES_OF_TARGET[target], _CODES_OF_NONTARGET[nontarget]
        judged.target[at], judged.nontarget[at], judged.overall[at] = target, nontarget, overall[responses]
        judged.nadir_um[at] = nadir[courses]
        after_cr[courses] |= judged.overall[at] == CR
        after_response[courses] |= (responses[0] == PR) | (responses[0] == CR)
        may_be_nadir = (seen.measured[at] > 0) & (
            rules.incomplete_sum_updates_nadir | (seen.measured[at] == seen.targets[courses])
        )
        nadir[courses] = np.where(may_be_nadir, np.minimum(nadir[courses], seen.sum_um[at]), nadir[courses])
    return judged


def _target(
    seen: SeenVisits, at: Whole, rules: VisitRules, sums: tuple[Whole, Whole], after_cr: Truth, after_response: Truth
) -> Codes:
    """For each visit the first of the target rules that holds, as in `visit.target_response`."""
    baseline, nadir = sums
    sum_um, limit = seen.sum_um[at], limits()
    complete = seen.measured[at] == seen.targets[seen.course[at]]
    more, of = limit.progression_share
    grown = (sum_um - nadir >= limit.progression_growth_um) & (of * sum_um >= more * nadir)
    less, whole = limit.partial_response_share
    holds = (
        seen.targets[seen.course[at]] == 0,
        complete & (seen.standing[at] == 0),
        after_cr & (seen.standing[at] > 0) & rules.reappearance_is_pd,
        grown & complete,
        grown,
        ~complete,
        whole * sum_um <= less * baseline,
        after_response & rules.sticky_pr,
    )
    return np.select(holds, range(len(holds)), len(holds)).astype(np.int8)


def _nontarget(seen: SeenVisits, at: Whole, reappearance: Truth) -> Codes:
    """For each visit the first of the non-target rules that holds, as in `visit.nontarget_response`."""
    followed = seen.non_targets[seen.course[at]]
    holds = (
        followed == 0,
        seen.progressing[at],
        seen.visible[at] & reappearance,
        seen.evaluated[at] < followed,
        seen.visible[at],
    )
    return np.select(holds, range(len(holds)), len(holds)).astype(np.int8)


def _overall_codes() -> Codes:
    """The visit tables as codes: [target, non-target] without a new lesion."""
    codes = np.zeros((len(RESPONSES), len(RESPONSES)), np.int8)
    for (target, nontarget, new_lesion), (overall, _) in overall_table().items():
        if not new_lesion:
            codes[RESPONSES.index(target), RESPONSES.index(nontarget)] = RESPONSES.index(overall)
    return codes


_CODES_OF_TARGET = np.array([response for _, response in _TARGET], np.int8)
_CODES_OF_NONTARGET = np.array([response for _, response in _NONTARGET], np.int8)


def _responses(
    seen: SeenVisits, judged: _Judged, baseline_um: Whole, at: Whole, rules: VisitRules
) -> list[VisitResponse]:
    """The judged visits as records, one list for each of their fields."""
    course = seen.course[at]
    keys = [seen.keys[one] for one in course.tolist()]
    when = [seen.when[one] for one in at.tolist()]
    followed = (seen.targets[course] > 0).tolist()
    complete = ((seen.targets[course] > 0) & (seen.measured[at] == seen.targets[course])).tolist()
    sums = seen.sum_um[at].tolist()
    target = [_TARGET[one] for one in judged.target[at].tolist()]
    nontarget = [_NONTARGET[one] for one in judged.nontarget[at].tolist()]
    many = len(when)
    fields = (
        [subject for subject, _ in keys],
        [reader for _, reader in keys],
        [one.label for one in when],
        [one.number for one in when],
        [one.days for one in when],
        [RESPONSES[response] for _, response in target],
        [RESPONSES[response] for _, response in nontarget],
        [False] * many,
        [RESPONSES[one] for one in judged.overall[at].tolist()],
        _where(followed, baseline_um[at].tolist()),
        _where(followed, judged.nadir_um[at].tolist()),
        _where(complete, sums),
        sums,
        [rule for rule, _ in target],
        [rule for rule, _ in nontarget],
        [False] * many,
        [()] * many,
        [one.accepted for one in when],
        [rules.conventions] * many,
    )
    return list(map(VisitResponse._make, zip(*fields, strict=True)))


def _where(known: list[bool], numbers: list[int]) -> list[int | None]:
    return [number if yes else None for yes, number in zip(known, numbers, strict=True)]
