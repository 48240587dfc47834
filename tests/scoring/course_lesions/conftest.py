"""Made-up courses of measured lesions, told in short lines, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from lutetia.course.course import Course
from lutetia.course.timeline import Timeline
from lutetia.scoring.course_lesions import CourseLesions, lesions_of_line, responses_of
from lutetia.scoring.recist import VisitResponses, VisitRules

CHOICES: dict[str, Any] = {
    "until": "next_line",
    "reader": "any",
    "new_at_baseline": "non_target",
    "small_targets": "refuse",
    "precision": "as_entered",
    "baseline_at_most_days": None,
}
RULES = VisitRules(
    nadir="reader",
    reappearance_is_pd=True,
    sticky_pr=False,
    incomplete_sum_updates_nadir=False,
    equivocal_new_lesion="back_date",
    precision="as_entered",
)
LINE = {"kind": "therapy_line", "id": "rlt", "date": "2024-02-01", "regimen": "rlt"}


def ct(day: str, *lesions: str, **more: Any) -> dict[str, Any]:
    """`ct("2024-01-10", "T1 target 50", "N1 target 18 node: true")`: a CT; id is its day unless given."""
    found = []
    for text in lesions:
        name, role, *rest = text.split(" ", 3)
        said: dict[str, Any] = {"lesion": name, "role": role, "organ": "liver"}
        if rest and rest[0] != "-":
            said |= {"diameter_mm": float(rest[0])} if rest[0][0].isdigit() else {"status": rest[0]}
        if len(rest) > 1:
            said |= yaml.safe_load("{" + rest[1] + "}")
        found.append(said)
    return {"kind": "ct_mri", "id": f"ct-{day}", "date": day, "recorded_by": "radiology", "lesions": found, **more}


@pytest.fixture
def told() -> Callable[..., Timeline]:
    """`told(LINE, ct(…), …, as_of=date(…))`: the timeline of a made-up course with these entries."""

    def tell(*entries: dict[str, Any], as_of: date = date(2026, 11, 20)) -> Timeline:
        given = [{"recorded_by": "oncology", **entry} for entry in entries]
        return Timeline(Course.model_validate({"patient": {"id": "MU-1"}, "entries": given}), as_of)

    return tell


@pytest.fixture
def found(told: Callable[..., Timeline]) -> Callable[..., CourseLesions]:
    """`found(LINE, ct(…), …, reader="recorded_by")`: the measured lesions of the line `rlt`."""

    def find(*entries: dict[str, Any], line: str = "rlt", as_of: date = date(2026, 11, 20), **choices: Any) -> Any:
        return lesions_of_line(told(*entries, as_of=as_of), line, **{**CHOICES, **choices})

    return find


@pytest.fixture
def judged(found: Callable[..., CourseLesions]) -> Callable[..., VisitResponses]:
    """The RECIST responses of the same."""
    return lambda *entries, **choices: responses_of(found(*entries, **choices), RULES)
