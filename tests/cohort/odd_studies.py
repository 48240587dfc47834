"""Small made-up studies as odd as they come: nobody, one group, all censored, unknowns, repeated columns, one centre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from lutetia.cohort.study import Study
from lutetia.course.course import Course
from lutetia.course.patient import Care

REGIMENS = ("ssa_standard", "rlt", "everolimus", "captem")
COVARIATES = (
    {"name": "sex"},
    {"name": "centre"},
    {"name": "age_years"},
    {"name": "months_to_progression", "line": 1},
    {"name": "months_to_next_line", "line": 1},
    {"name": "year_of_line", "line": 1},
    {"name": "year_of_line", "line": 1, "key": "decade", "cut_points": [2010]},
    {"name": "year_of_line", "line": 2},
    {"name": "treatment_of_line", "line": 1},
)
ENDPOINTS = (
    {"endpoint": "OS"},
    {"endpoint": "PFS1"},
    {"endpoint": "PFS2"},
    {"endpoint": "PFS_SECOND"},
    {"endpoint": "TTNT"},
    {"endpoint": "TTD", "line": 2},
    {"endpoint": "DOR"},
)


def odd_course(make: Callable[..., Course], draw: np.random.Generator, number: int) -> Course:
    """A patient with up to three lines; progression, death, last contact, sex and centre may each be unknown."""
    on = date(2000 + int(draw.integers(0, 18)), 1, 1) + timedelta(days=int(draw.integers(0, 300)))
    lines: list[Any] = []
    for _ in range(int(draw.integers(1, 4))):
        fields: dict[str, Any] = {}
        start, length = on, int(draw.choice([0, 1, 90, 200, 700]))
        on = on + timedelta(days=length)
        if draw.random() < 0.6:
            fields["progression"] = on.isoformat()
        if draw.random() < 0.5:
            fields |= {"stop": on.isoformat(), "stop_reason": "progression"}
        if draw.random() < 0.3:
            fields["best_response"] = str(draw.choice(["PR", "SD", "PD"]))
        lines.append((str(draw.choice(REGIMENS)), start.isoformat(), fields))
        on = on + timedelta(days=int(draw.choice([0, 1, 30, 200])))
    end = (on + timedelta(days=int(draw.choice([0, 1, 100, 1500])))).isoformat()
    who: dict[str, Any] = {"death": end} if draw.random() < 0.5 else {"last_contact": end}
    if draw.random() < 0.7:
        who["sex"] = str(draw.choice(["male", "female"]))
    course = make(f"P{number}", lines=lines, **who)
    if draw.random() < 0.5:
        return course.model_copy(update={"care": Care(centre=str(draw.choice(["A", "B"])))})
    return course


def some(draw: np.random.Generator, of: tuple[Any, ...], least: int) -> list[Any]:
    """At least so many of these, in their order."""
    picked = draw.permutation(len(of))[: int(draw.integers(least, len(of) + 1))]
    return [of[at] for at in sorted(picked.tolist())]


def odd_study(declare: Callable[..., Study], draw: np.random.Generator) -> Study:
    """A declaration with any of its parts there or not."""
    groups = draw.random() < 0.5
    levels = ["SSA-RLT", "SSA-other"] if groups else ["SSA", "RLT"]
    covariates = some(draw, COVARIATES, 0)
    parts: dict[str, Any] = {
        "exposure": {"rule": "treatment_sequence"} if groups else {"rule": "treatment_of_line", "line": 1},
        "endpoints": some(draw, ENDPOINTS, 1),
        "covariates": covariates,
    }
    columns = [c.get("key") or "_".join([c["name"], *([str(c["line"])] if "line" in c else [])]) for c in covariates]
    usable = [c for c in columns if c in ("sex", "centre", "age_years", "months_to_progression_1", "decade")]
    options = {
        "eligibility": [{"rule": "two lines", "line": {"number": 2}}],
        "comparison": {"levels": levels, "reference": levels[0]},
        "cohort_entry": {"event": "line_start", "line": 2},
        "selection": {"method": "spss_forward", "pin": 0.05, "pout": 0.10},
        "visit_grid": {"every_days": 84},
        "hierarchy": [parts["endpoints"][0]["endpoint"]] if "line" not in parts["endpoints"][0] else [],
        "emulation": {
            "at": {"event": "progression", "line": 1},
            "strategies": [
                {"name": "another treatment next", "next_line": ["not RLT"]},
                {"name": "RLT next", "next_line": ["RLT"]},
            ],
            "grace_days": int(draw.choice([30, 183, 5000])),
            "adjust_for": some(draw, tuple(usable), 0),
        },
    }
    parts |= {name: part for name, part in options.items() if draw.random() < (0.9 if name == "comparison" else 0.5)}
    return declare(**parts)
