"""RECIST 1.1 over 10,000 made-up patients × 8 visits × 5 lesions: how long from tables to responses.

    python benchmarks/recist.py [PATIENTS]

The tables TU and TR are rows of dicts as csv.DictReader gives them (all cells text). Timed apart: visit responses
from the tables (best of three); best response, progression-free survival and duration of response of every patient.
Floor: what no engine on rows of dicts can do without, each cell that matters fetched once and one record made for
each visit, with nothing judged. Asked for: visit responses within 2 s on two cores. The engine uses one core.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from lutetia.scoring import recist

START = date(2024, 1, 1)
ORGANS = ("LIVER", "LIVER", "LYMPH NODE", "LUNG", "PANCREAS")
VISIT_DAYS = [0, *(56 * number for number in range(1, 9))]
CONFIRMED = {
    "min_sd_days": 42,
    "confirm_days": 28,
    "max_ne_between": 1,
    "accept_sd_between": False,
    "cr_breaks_pr": False,
}
LIMIT_S = 2.0


def made_up_tables(patients: int, seed: int = 1) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """TU and TR of made-up patients: five targets, a baseline and eight visits, diameters to a tenth of a mm."""
    rng = random.Random(seed)
    tu: list[dict[str, str]] = []
    tr: list[dict[str, str]] = []
    for patient in range(patients):
        who = {"STUDYID": "MADE-UP", "USUBJID": f"MU-{patient:05d}"}
        begun = START + timedelta(days=rng.randrange(700))
        sizes = [round(rng.uniform(15, 80), 1) for _ in ORGANS]
        for index, organ in enumerate(ORGANS, start=1):
            tu.append(
                {**who, "TULNKID": f"T0{index}", "TUTESTCD": "TUMIDENT", "TUSTRESC": "TARGET", "TULOC": organ}
                | {"TUEVAL": "INVESTIGATOR", "TUEVALID": "", "VISITNUM": "1", "VISIT": "BASELINE"}
            )
        for number, day in enumerate(VISIT_DAYS, start=1):
            when = (begun + timedelta(days=day + rng.randrange(-5, 6) * (number > 1))).isoformat()
            for index, organ in enumerate(ORGANS, start=1):
                text = f"{sizes[index - 1]:.1f}"
                test = "LPERP" if organ == "LYMPH NODE" else "LDIAM"
                tr.append(
                    {**who, "TRLNKID": f"T0{index}", "TRTESTCD": test, "TRORRES": text, "TRORRESU": "mm"}
                    | {"TRSTRESC": text, "TRSTRESN": text, "TRSTRESU": "mm", "VISITNUM": str(number)}
                    | {"VISIT": f"VISIT {number}", "TREVAL": "INVESTIGATOR", "TREVALID": "", "TRDTC": when}
                )
            sizes = [round(max(0.0, size * rng.uniform(0.85, 1.13)), 1) for size in sizes]
    return tu, tr


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """The shortest of some runs."""
    runs = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        runs.append(time.perf_counter() - begun)
    return min(runs)


def floor_s(tables: Sequence[list[dict[str, str]]], responses: recist.VisitResponses) -> float:
    """Seconds to fetch each cell that matters once, and to make one record for each visit."""
    idle = {"STUDYID", "TUTESTCD", "TUSTRESC"}

    def fetch() -> None:
        for rows in tables:
            deque(map(itemgetter(*(rows[0].keys() - idle)), rows), maxlen=0)

    fields = list(zip(*responses, strict=True))
    return seconds(fetch) + seconds(lambda: list(map(recist.VisitResponse._make, zip(*fields, strict=True))))


def main(arguments: list[str]) -> int:
    """Exit code 0 when the visit responses came within the limit."""
    patients = int(arguments[0]) if arguments else 10_000
    tu, tr = made_up_tables(patients)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, one process")
    print(f"{patients:,} patients: {len(tu):,} TU rows, {len(tr):,} TR rows")
    responses = recist.visit_responses(tu, tr, nadir="reader", reappearance_is_pd=True)
    visits_s = seconds(lambda: recist.visit_responses(tu, tr, nadir="reader", reappearance_is_pd=True))
    print(f"visit responses        {visits_s:6.2f} s   {len(responses):,} visits   (limit {LIMIT_S:g} s)")
    least_s = floor_s((tu, tr), responses)
    print(f"floor                  {least_s:6.2f} s   cells fetched, records made; ratio {visits_s / least_s:.1f}")
    begun = time.perf_counter()
    censoring = recist.Censoring(policy="treatment_policy", counting="inclusive", adequate="evaluable")
    for course in responses.by_course().values():
        first_day = course[0].dates[0].earliest - timedelta(days=70)
        best = recist.best_response(course, reference_date=first_day, **CONFIRMED)
        recist.progression_free_survival(course, start=first_day, censoring=censoring)
        recist.duration_of_response(course, best, censoring=censoring)
    endpoints_s = time.perf_counter() - begun
    print(f"BOR, PFS, DoR          {endpoints_s:6.2f} s   {patients:,} patients")
    return 0 if visits_s <= LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
