"""A made-up paper whose numbers agree, and ways to change it: no patient of it ever lived."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lutetia.evidence.paper import Paper

# A trial of 200 patients with 135 deaths. Hazard ratios were made from the events of each group, which are not printed:
# SE² = 1/e1 + 1/e0, arms 60 and 75, men 85 and women 50, stages 54, 41 and 40; limits and p follow by hand.
# Intervals of the response rates and of their difference: statsmodels 0.15 (beta, newcomb).
CLEAN: dict[str, Any] = {
    "paper": "made-up",
    "title": "A trial that never was",
    "source": "made up for the tests",
    "groups": [
        {"id": "screened", "n": 230},
        {"id": "failed", "n": 30, "of": "screened"},
        {"id": "all", "n": 200, "of": "screened"},
        {"id": "new", "n": 100, "of": "all"},
        {"id": "old", "n": 100, "of": "all"},
        {"id": "men", "n": 120, "of": "all"},
        {"id": "women", "n": 80, "of": "all"},
        {"id": "early", "n": 90, "of": "all"},
        {"id": "middle", "n": 60, "of": "all"},
        {"id": "late", "n": 50, "of": "all"},
        {"id": "low", "n": 110, "of": "all"},
        {"id": "high", "n": 70, "of": "all"},
        {"id": "no_marker", "n": 20, "of": "all"},
        {"id": "second_line", "n": 90, "of": "all"},
        {"id": "second_low", "n": 50, "of": "second_line"},
        {"id": "second_high", "n": 31, "of": "second_line"},
        {"id": "second_no_marker", "n": 9, "of": "second_line"},
    ],
    "splits": [
        {"id": "screening", "of": "screened", "into": ["failed", "all"]},
        {"id": "arms", "of": "all", "into": ["new", "old"]},
        {"id": "sex", "of": "all", "into": ["men", "women"]},
        {"id": "stage", "of": "all", "into": ["early", "middle", "late"]},
        {"id": "marker", "of": "all", "into": ["low", "high", "no_marker"], "by": "marker", "missing": ["no_marker"]},
        {
            "id": "second_marker",
            "of": "second_line",
            "into": ["second_low", "second_high", "second_no_marker"],
            "by": "marker",
            "missing": ["second_no_marker"],
        },
    ],
    "tables": [
        {
            "id": "T1",
            "title": "baseline",
            "arms": ["new", "old"],
            "rows": [
                {"id": "men", "kind": "share", "printed": "120 (60.0%)", "of": "all", "group": "men"},
                {"id": "men_new", "kind": "share", "printed": "58 (58%)", "of": "new", "item": "men"},
                {"id": "men_old", "kind": "share", "printed": "62 (62%)", "of": "old", "item": "men"},
                {"id": "liver", "kind": "share", "printed": "7 (<10%)", "of": "new"},
                {"id": "age", "kind": "median", "printed": "61 (22-84)", "of": "all", "spread": "range"},
            ],
            "sums": [{"parts": ["men_new", "men_old"], "row": "men"}],
        },
        {
            "id": "T2",
            "title": "response",
            "rows": [
                {"id": "cr_new", "kind": "share", "printed": "4", "of": "new"},
                {"id": "pr_new", "kind": "share", "printed": "36 (36%)", "of": "new"},
                {"id": "orr_new", "kind": "share", "printed": "40 (40.0%) (30.3-50.3)", "of": "new"},
                {"id": "orr_old", "kind": "share", "printed": "25/100 (25.0%) (16.9-34.7)", "of": "old"},
                {"id": "orr", "kind": "share", "printed": "32.5%", "of": "all"},
                {
                    "id": "gain",
                    "kind": "difference",
                    "printed": "15.0 (2.0 to 27.3)",
                    "between": ["T2/orr_new", "T2/orr_old"],
                },
            ],
            "sums": [
                {"parts": ["cr_new", "pr_new"], "row": "orr_new"},
                {"parts": ["orr_new", "orr_old"], "row": "orr"},
            ],
        },
        {
            "id": "T3",
            "title": "death",
            "endpoint": "OS",
            "population": "all",
            "rows": [
                {
                    "id": "arm",
                    "kind": "ratio",
                    "printed": "0.70 (0.50-0.98)",
                    "p": "0.039",
                    "groups": ["new", "old"],
                    "events": 135,
                },
                {"id": "men", "kind": "ratio", "printed": "1.10 (0.78-1.56)", "p": "0.593", "groups": ["men", "women"]},
                {
                    "id": "middle",
                    "kind": "ratio",
                    "printed": "1.45 (0.97-2.18)",
                    "p": "0.073",
                    "groups": ["middle", "early"],
                },
                {
                    "id": "late",
                    "kind": "ratio",
                    "printed": "2.10 (1.40-3.16)",
                    "p": "<0.001",
                    "groups": ["late", "early"],
                },
                {"id": "os_new", "kind": "median", "printed": "30.1 (25.2-39.8)", "of": "new"},
                {"id": "os_old", "kind": "median", "printed": "21.4 (18.0-27.9)", "of": "old"},
                {"id": "os_late", "kind": "median", "printed": "14.0 (11.1-NE)", "of": "late"},
                {"id": "longer", "kind": "difference", "printed": "8.7", "between": ["T3/os_new", "T3/os_old"]},
                {"id": "arm_again", "kind": "ratio", "printed": "0.70 (0.50-0.98)", "restates": "T3/arm"},
                {"id": "syndrome", "kind": "p", "p": "0.41"},
            ],
        },
    ],
    "claims": [
        {"id": "better", "says": "the new treatment prolongs survival", "asserts": "different", "rows": ["T3/arm"]},
        {"id": "alike", "says": "men and women fare alike", "asserts": "not different", "rows": ["T3/men"]},
    ],
}


@pytest.fixture
def clean() -> dict[str, Any]:
    """The data of the made-up paper, to be changed at will."""
    return copy.deepcopy(CLEAN)


@pytest.fixture
def changed(clean) -> Callable[..., Paper]:
    """The made-up paper after changes: `changed({"T3/arm": {"p": "0.39"}, "groups/men": {"n": 121}})`."""

    def build(changes: dict[str, dict[str, Any]]) -> Paper:
        data = copy.deepcopy(clean)
        for place, fields in changes.items():
            part_of(data, place).update(fields)
        return Paper.model_validate(data)

    return build


def part_of(data: dict[str, Any], place: str) -> dict[str, Any]:
    """A row, group, split or claim of the data by its place."""
    where, _, name = place.partition("/")
    parts = data.get(where) or next(table["rows"] for table in data["tables"] if table["id"] == where)
    return next(part for part in parts if part["id"] == name)


@pytest.fixture
def cox_paper() -> Callable[..., Paper]:
    """A paper of one table of hazard ratios in 200 patients: `cox_paper(sizes={"a": 50}, rows=[...], ...)`."""

    def build(sizes: dict[str, int], splits: dict[str, list[str]], rows: list[dict[str, Any]], n: int = 200) -> Paper:
        data = {
            "paper": "made-up",
            "title": "t",
            "source": "made up",
            "groups": [{"id": "all", "n": n}, *({"id": g, "n": size, "of": "all"} for g, size in sizes.items())],
            "splits": [{"id": name, "of": "all", "into": into} for name, into in splits.items()],
            "tables": [
                {
                    "id": "T",
                    "endpoint": "OS",
                    "population": "all",
                    "rows": [{"id": row["groups"][0], "kind": "ratio", **row} for row in rows],
                }
            ],
        }
        return Paper.model_validate(data)

    return build
