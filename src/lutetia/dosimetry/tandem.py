"""Two nuclides on one carrier (such as 177Lu and 90Y): activities that give a tumour most within the organs' limits.

Doses are proportional to activity, so this is a linear programme in two unknowns: the best pair is a corner of the
allowed region, and the corners are few enough to try each. Expected values only; what is left to a limit is an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import isfinite

from lutetia.errors import Fault, InputError

Pair = tuple[float, float]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Tandem:
    """The best pair of activities, what it gives tumour and organs, and the limits it meets."""

    first_mbq: float
    second_mbq: float
    tumour_gy: float
    organs_gy: Mapping[str, float]
    met: tuple[str, ...]
    conventions: tuple[str, ...]


def tandem_activities(
    tumour_gy_per_gbq: Pair,
    organs_gy_per_gbq: Mapping[str, Pair],
    left_gy: Mapping[str, float],
    *,
    most_mbq: Pair,
) -> Tandem:
    """The pair of activities (first, second nuclide) with the highest tumour dose within `left_gy` of every organ.

    `most_mbq` bounds each activity. Among equals the pair with less of the second is taken. Raises InputError for
    values below 0 or missing, and organs without a limit or without doses.
    """
    if faults := _faults(tumour_gy_per_gbq, organs_gy_per_gbq, left_gy, most_mbq):
        raise InputError("tandem_activities", faults)
    # Each border a·x + b·y = c, x and y in GBq.
    borders = {organ: (*organs_gy_per_gbq[organ], left_gy[organ]) for organ in left_gy}
    borders |= {
        "most of the first": (1.0, 0.0, most_mbq[0] / 1000),
        "most of the second": (0.0, 1.0, most_mbq[1] / 1000),
    }
    lines = [*borders.values(), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)]
    corners = [corner for one, other in combinations(lines, 2) if (corner := _crossing(one, other))]
    allowed = [c for c in corners if _inside(c, list(borders.values()))]
    first, second = max(allowed, key=lambda c: (round(_dose_gy(tumour_gy_per_gbq, c), 9), -c[1]))
    return Tandem(
        first_mbq=1000 * first,
        second_mbq=1000 * second,
        tumour_gy=_dose_gy(tumour_gy_per_gbq, (first, second)),
        organs_gy={organ: _dose_gy(pair, (first, second)) for organ, pair in organs_gy_per_gbq.items()},
        met=tuple(n for n, (a, b, c) in borders.items() if abs(a * first + b * second - c) <= ROUNDING * max(c, 1.0)),
        conventions=(
            "The pair gives the tumour the most absorbed dose within what is left to every limit (expected values).",
            "Doses of two nuclides add in Gy; their dose rates differ, so BED has to be looked at beside.",
        ),
    )


def _dose_gy(per_gbq: Pair, pair_gbq: Pair) -> float:
    return per_gbq[0] * pair_gbq[0] + per_gbq[1] * pair_gbq[1]


def _crossing(one: tuple[float, float, float], other: tuple[float, float, float]) -> Pair | None:
    determinant = one[0] * other[1] - one[1] * other[0]
    if abs(determinant) < 1e-15:
        return None
    x = (one[2] * other[1] - one[1] * other[2]) / determinant
    y = (one[0] * other[2] - one[2] * other[0]) / determinant
    return (max(x, 0.0), max(y, 0.0)) if x > -ROUNDING and y > -ROUNDING else None


def _inside(corner: Pair, borders: list[tuple[float, float, float]]) -> bool:
    return all(a * corner[0] + b * corner[1] <= c + ROUNDING * max(c, 1.0) for a, b, c in borders)


def _faults(
    tumour_gy_per_gbq: Pair, organs_gy_per_gbq: Mapping[str, Pair], left_gy: Mapping[str, float], most_mbq: Pair
) -> list[Fault]:
    faults = []
    named: dict[str, Pair] = {"tumour_gy_per_gbq": tumour_gy_per_gbq, "most_mbq": most_mbq}
    named |= {f"organs_gy_per_gbq[{organ}]": pair for organ, pair in organs_gy_per_gbq.items()}
    for place, pair in named.items():
        if not all(isfinite(value) and value >= 0 for value in pair):
            faults.append(Fault(place=place, must="must be two numbers of 0 or above", got=f"{pair}"))
    if set(left_gy) != set(organs_gy_per_gbq):
        differing = ", ".join(sorted(set(left_gy) ^ set(organs_gy_per_gbq)))
        faults.append(Fault(place="left_gy", must="must name the same organs as the doses", got=differing))
    for organ, left in left_gy.items():
        if not left >= 0:
            must = "must be 0 Gy or above"
            do = "A limit that is passed leaves no activity."
            faults.append(Fault(place=f"left_gy[{organ}]", must=must, got=f"{left:g} Gy", do=do))
    return faults
