"""Acceptance of the scores, point by point, as the Markdown page that docs/validation keeps.

    python scripts/validate_scores.py [FOLDER OF THE WORKED COURSES] > docs/validation/2026-11-20-scores.md

Everything is computed anew: published responses and endpoints (pharmaverse, in ../shared/data/recist), limits and cases
written by hand, laws on made-up courses, times. Exit code 1 when a point does not hold. Takes about a minute.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from score_points.laws import laws
from score_points.others import ctcae_cases, growth_rates, questionnaires
from score_points.responses import censoring, limits, worked_courses
from score_points.robust import bad_input, speed

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# 2026-11-20: response, toxicity, quality of life

What was run for the acceptance of the scores, and what was seen. Made by `python scripts/validate_scores.py`, which
computes every figure anew. {cores} cores, Python {python}, one process; times are seconds of one core. Limits in
brackets.

| point | checked | seen |
|---|---|---|"""
TAIL = """
The worked courses, their responses and endpoints were made by others (pharmaverse test data, Apache-2.0). The CTCAE
cases were written by hand from the text of the criteria; v6.0 rests on secondary sources and is provisional. The dose
rules (point 5) are checked in `tests/guideline/modification`.

Not covered: nobody outside the team has checked the data files against the papers. The rows of the FDA table on
baseline, new therapy and stop of treatment, and the item map of the QLQ-GI.NET21, are not verified; results that rest
on them say so."""


def main(arguments: list[str]) -> int:
    """Print the page; exit code 1 when a point does not hold."""
    folder = Path(arguments[0]) if arguments else ROOT.parent / "shared" / "data" / "recist"
    points = [worked_courses(folder)] if folder.is_dir() else []
    points += [limits(), ctcae_cases(), growth_rates(), questionnaires(), censoring(), laws(), speed(), bad_input()]
    lines = [line for point in points for line in point]
    print(HEAD.format(cores=os.cpu_count(), python=platform.python_version()))
    for point, how, seen, fine in lines:
        print(f"| {point} | {how} | {seen}{'' if fine else ' **does not hold**'} |")
    print(TAIL)
    return 0 if folder.is_dir() and all(fine for *_, fine in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
