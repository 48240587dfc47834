"""Point 8: what must not change a RECIST response, and a better visit that must not worsen the best one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from lutetia.dates import PartialDate
from lutetia.scoring import recist
from score_points.made_up import START, Line, made_up
from score_points.responses import CONFIRMED


def laws(courses: int = 2000) -> Iterator[Line]:
    lot = random.Random(8)
    scaled = shuffled = 0
    for _ in range(courses):
        sums = {
            name: [lot.uniform(15, 80), *(lot.choice([0, 1]) * lot.uniform(0, 120) for _ in range(4))]
            for name in ("T1", "T2", "T3")
        }
        sums = {name: [round(size, 1) for size in sizes] for name, sizes in sums.items()}
        tu, tr = made_up(sums)
        judged = recist.visit_responses(tu, tr)
        large = recist.visit_responses(
            *made_up({name: [round(4 * s, 1) for s in sizes] for name, sizes in sums.items()})
        )
        scaled += any(not same_but_5_mm(a, b) for a, b in zip(judged, large, strict=True))
        lot.shuffle(tu)
        lot.shuffle(tr)
        shuffled += recist.visit_responses(tu, tr).value != judged.value
    yield "8", f"all diameters × 4, {courses:,} courses", f"{scaled} changed beyond the 5 mm rule", not scaled
    yield "8", f"rows in another order, {courses:,} courses", f"{shuffled} changed", not shuffled
    worse = sum(worsened(lot) for _ in range(courses))
    yield "8", f"a better visit added, {courses:,} courses", f"{worse} best responses became worse", not worse


def same_but_5_mm(small: recist.VisitResponse, large: recist.VisitResponse) -> bool:
    """Equal, or PD only in the larger scale because growth below 5 mm became more."""
    grown_um = small.measured_um - (small.nadir_um or 0)
    return small.target == large.target or (large.target == "PD" and grown_um < 5000 <= 4 * grown_um)


ORDER = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]


def worsened(lot: random.Random) -> bool:
    """Whether a made-up course has a worse best response once a better visit is added to it."""
    template = recist.visit_responses(*made_up({"T1": [50, 50]}, [0, 50]))[0]
    days = lot.sample(range(1, 400), lot.randint(2, 6))
    seen = [(day, lot.choice(["CR", "PR", "SD", "PD", "NE"])) for day in days]
    confirm = lot.choice([None, 28])

    def best(visits: list[tuple[int, str]]) -> str:
        made = [template._replace(overall=overall, number=float(day), dates=(partial(day),)) for day, overall in visits]
        return recist.best_response(made, reference_date=START, confirm_days=confirm, **CONFIRMED).value

    before = best(sorted(seen[1:]))
    better = [overall for overall in ("CR", "PR", "SD") if ORDER.index(overall) <= ORDER.index(before)]
    return bool(better) and ORDER.index(best(sorted([*seen[1:], (seen[0][0], better[-1])]))) > ORDER.index(before)


def partial(day: int) -> PartialDate:
    return PartialDate.parse((START + timedelta(days=day)).isoformat())
