"""Points 1, 2 and 7: RECIST on courses worked by others, its limits by hand, censoring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lutetia.scoring import recist
from score_points.made_up import START, Line, made_up, rows_of

PLAIN: dict[str, Any] = {"counting": "inclusive", "adequate": "any", "partial_dates": "last_day"}
CONFIRMED: dict[str, Any] = {
    "min_sd_days": 42, "max_ne_between": 1, "accept_sd_between": False, "cr_breaks_pr": False,
    "partial_dates": "last_day",
}  # fmt: skip


def worked_courses(folder: Path) -> Iterator[Line]:
    tables = {name: rows_of(folder / f"{name}.csv") for name in ("tu_onco_recist", "tr_onco_recist", "rs_onco_recist")}
    published = {
        (row["USUBJID"], row["RSEVALID"] or row["RSEVAL"], row["VISIT"]): row["RSSTRESC"]
        for row in tables["rs_onco_recist"]
        if row["RSTESTCD"] == "OVRLRESP"
    }
    judged = {
        again: recist.visit_responses(tables["tu_onco_recist"], tables["tr_onco_recist"], reappearance_is_pd=again)
        for again in (False, True)
    }
    agree = sum(published[one.subject, one.reader or "", one.visit] == one.overall for one in judged[False])
    yield "1", "RECIST, visit responses by others", f"{agree} of {len(published)}", agree == len(published) == 66
    changed = [(a, b) for a, b in zip(judged[False], judged[True], strict=True) if a.overall != b.overall]
    told = "; ".join(f"{b.subject}, {b.reader}, {b.visit}: {a.overall} → {b.overall}" for a, b in changed)
    yield "1", "the same with `reappearance_is_pd=True`", f"{len(changed)} row changes ({told})", len(changed) == 1
    yield from endpoints(folder, judged[False].by_course())


def endpoints(folder: Path, courses: dict[Any, Any]) -> Iterator[Line]:
    responses = {(row["USUBJID"], row["PARAMCD"]): row for row in rows_of(folder / "adrs_onco_8.csv")}
    times = {(row["USUBJID"], row["PARAMCD"]): row for row in rows_of(folder / "adtte_onco_8.csv")}
    censoring = recist.Censoring(policy="treatment_policy", **PLAIN)
    agree = {"BOR": 0, "CBOR": 0, "PFS": 0}
    durations = []
    patients = sorted({subject for subject, _ in responses})
    for subject in patients:
        course, start = courses[subject, "INVESTIGATOR"], responses[subject, "BOR"]["RANDDT"]
        for name, days in (("BOR", None), ("CBOR", 28)):
            found = recist.best_response(course, reference_date=start, confirm_days=days, **CONFIRMED)
            row = responses[subject, name]
            agree[name] += (found.value, str(found.day)) == (row["AVALC"], row["ADT"])
            duration = recist.duration_of_response(course, found, censoring=censoring)
            if name == "BOR" and duration is not None:
                durations.append(duration.value)
        pfs, row = recist.progression_free_survival(course, start=start, censoring=censoring), times[subject, "PFS"]
        agree["PFS"] += (pfs.value, pfs.event) == (int(float(row["AVAL"])), row["CNSR"] == "0")
    told = ", ".join(f"{name} {count} of {len(patients)}" for name, count in agree.items())
    fine = set(agree.values()) == {8} and sorted(durations) == [1, 22, 43, 43]
    yield "1", "BOR, confirmed BOR, PFS of the 8 patients", f"{told}; DoR {sorted(durations)} days", fine


LIMITS = [
    ((100, 70), "PR"), ((100, 70.1), "SD"), ((20, 24), "SD"), ((20, 25), "PD"), ((25, 30), "PD"), ((30, 36), "PD"),
    ((0.1 + 0.2 + 9.7, 12.0), "SD"), ((50, 0), "CR"), ((50, 0, 5), "PD"),
]  # fmt: skip


def limits() -> Iterator[Line]:
    fine = sum(last_response(*sums) == expected for sums, expected in LIMITS)
    node = recist.visit_responses(*made_up({"N1": [15, 9.9]}))[0]
    fine += node.overall == "CR" and (node.sum_um or 0) > 0
    fine += [last_response(100, 70, 80, sticky_pr=sticky) for sticky in (False, True)] == ["SD", "PR"]
    every = len(LIMITS) + 2
    yield "2", "RECIST limits by hand, node 15 → 9.9 mm, CR → 5 mm, `sticky_pr`", f"{fine} of {every}", fine == every


def last_response(*sums: float, name: str = "T1", **choices: Any) -> str:
    return recist.visit_responses(*made_up({name: list(sums)}), **choices)[-1].overall


def censoring() -> Iterator[Line]:
    schedule = recist.Schedule(weeks=(0, 16, 24), then_every_weeks=12, window_before_days=7, window_after_days=7)
    days = [0, 16 * 7, 24 * 7, 60 * 7]
    course = recist.visit_responses(*made_up({"T1": [50, 50, 50, 70]}, days))
    ends = {}
    for policy in ("fda_2007_a", "treatment_policy", "back_dating"):
        more = {} if policy == "treatment_policy" else {"schedule": schedule}
        more |= {"back_date_after_missed": 2} if policy == "back_dating" else {}
        named: Any = {"policy": policy, "counting": "elapsed", "adequate": "evaluable", **more}
        found = recist.progression_free_survival(
            course, start=START, censoring=recist.Censoring(**named), baseline_assessed=True
        )
        ends[policy] = (found.value // 7, found.event)
    told = "; ".join(
        f"{policy}: week {week}, {'event' if event else 'censored'}" for policy, (week, event) in ends.items()
    )
    fine = ends == {"fda_2007_a": (24, False), "treatment_policy": (60, True), "back_dating": (36, True)}
    yield "7", "PD at week 60 after two missed visits (weeks 36, 48), NETTER-2 schedule", told, fine
