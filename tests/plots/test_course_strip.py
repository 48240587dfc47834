"""The mini timeline: what is recorded is drawn, what is not is not, and no two labels ever touch."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.course.course import Course
from lutetia.course.timeline import Timeline
from lutetia.plots.course_strip import course_strip

AS_OF = date(2026, 11, 20)
SVG = "{http://www.w3.org/2000/svg}"


def timeline(*entries: dict[str, Any], as_of: date = AS_OF) -> Timeline:
    """The timeline of a made-up course."""
    given = [{"id": f"e{number}", "recorded_by": "made up", **entry} for number, entry in enumerate(entries)]
    return Timeline(Course.model_validate({"made_up": True, "patient": {"id": "P-1"}, "entries": given}), as_of)


def drawn(*entries: dict[str, Any]) -> ElementTree.Element:
    made = course_strip(timeline(*entries))
    assert made is not None
    return ElementTree.fromstring(made)


def labels(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float, str]]:
    """Left, right, top and bottom of every label: capitals stand about 0.66 of the size over the baseline."""
    found = []
    for text in root.iter(f"{SVG}text"):
        x, y, size = float(text.get("x")), float(text.get("y")), float(text.get("font-size"))
        found.append((x, x + float(text.get("textLength")), y - 0.66 * size, y, text.text or ""))
    return found


def overlapping(root: ElementTree.Element) -> list[tuple[str, str]]:
    return [
        (one[4], other[4])
        for one, other in combinations(boxes(root), 2)
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]


STORY = [
    {"kind": "diagnosis", "date": "2019-03", "primary_site": "jejunum_ileum"},
    {"kind": "specimen", "date": "2019-04-09", "ki67_pct": "<3"},
    {"kind": "ct_mri", "date": "2023-09-12", "modality": "ct"},
    {"kind": "sstr_imaging", "date": "2023-09-19", "modality": "pet", "positive": True},
    {"kind": "fdg_imaging", "date": "2024-01", "status": "planned"},
    {"kind": "procedure", "date": "2019-04-09", "procedure": "primary_resection", "residual": "R2"},
    {"kind": "therapy_line", "date": "2019-05-20", "regimen": "ssa_standard", "ongoing": True},
    {
        "kind": "therapy_line",
        "id": "rlt",
        "date": "2023-10-24",
        "regimen": "rlt",
        "stop": "2024-04-16",
        "best_response": "PR",
    },
    {"kind": "rlt_cycle", "date": "2023-10-24", "line": "rlt", "number": 1, "activity_mbq": "7.4 GBq"},
    {"kind": "rlt_cycle", "date": "2023-12-19", "line": "rlt", "number": 2, "activity_mbq": "7.4 GBq"},
    {"kind": "disease_assessment", "date": "2023-09-12", "progression": True, "basis": "radiological"},
    {"kind": "disease_assessment", "date": "2026-10-16", "progression": False, "basis": "biochemical_only"},
]


def test_a_story_is_drawn_track_by_track():
    found = labels(drawn(*STORY))
    assert [name for name in found if name in {"Tissue", "Imaging", "Procedures", "Therapy", "Progression"}] == [
        "Tissue",
        "Imaging",
        "Procedures",
        "Therapy",
        "Progression",
    ]
    for label in ("diagnosis", "Ki-67 <3 %", "CT", "SSTR PET", "primary resection R2", "SSA", "PD", "markers only"):
        assert label in found
    assert "RLT 2 × 7.4 GBq, PR" in found
    assert "board 2026-11-20" in found
    assert {"2020", "2023", "2025"} <= {*found}


def test_an_examination_not_performed_is_not_drawn():
    assert "FDG" not in labels(drawn(*STORY))
    assert "FDG" in labels(drawn({"kind": "fdg_imaging", "date": "2026-01-05", "positive": True}))


def test_without_dated_entries_there_is_no_strip():
    assert course_strip(timeline()) is None
    assert course_strip(timeline({"kind": "clinic_visit", "date": "2026-01-01", "ecog": 1})) is None


def test_what_comes_after_the_boards_day_is_not_drawn():
    later = {"kind": "ct_mri", "date": "2026-12-01", "modality": "mri"}
    assert "MRI" not in labels(drawn(STORY[0], later))


def test_a_line_whose_end_is_not_known_says_so_and_is_dashed():
    root = drawn({"kind": "therapy_line", "date": "2025-01-01", "regimen": "everolimus"})
    assert "everolimus, end not known" in labels(root)
    (bar,) = root.iter(f"{SVG}rect")
    assert bar.get("stroke-dasharray")
    (going,) = drawn({"kind": "therapy_line", "date": "2025-01-01", "regimen": "rlt", "ongoing": True}).iter(
        f"{SVG}rect"
    )
    assert going.get("stroke-dasharray") is None


@pytest.mark.parametrize(
    ("activities", "words"),
    [
        (["7.4 GBq"] * 4, "RLT 4 × 7.4 GBq"),
        (["7.4 GBq", "7.1 GBq"], "RLT 2 cycles, 14.5 GBq"),
        (["7.4 GBq", None], "RLT 2 cycles"),
    ],
)
def test_activity_is_summed_only_when_all_of_it_is_known(activities, words):
    line = {"kind": "therapy_line", "id": "rlt", "date": "2025-01-01", "regimen": "rlt", "stop": "2025-09-01"}
    cycles = [
        {"kind": "rlt_cycle", "date": f"2025-0{1 + 2 * n}-01", "line": "rlt", "number": n + 1, "activity_mbq": given}
        for n, given in enumerate(activities)
    ]
    assert words in labels(drawn(line, *cycles))


def test_a_partial_date_carries_a_line_over_what_it_may_mean():
    exact = {"kind": "ct_mri", "date": "2025-06-11", "modality": "ct"}
    lines = [len(list(drawn(STORY[1], entry).iter(f"{SVG}line"))) for entry in (exact, {**exact, "date": "2025"})]
    assert lines[1] == lines[0] + 1


def test_free_text_is_escaped():
    root = drawn({"kind": "therapy_line", "date": "2020", "regimen": "other", "name": '<b>"&', "stop": "2021"})
    assert '<b>"&' in labels(root)


def test_the_same_course_gives_the_same_strip():
    assert course_strip(timeline(*STORY)) == course_strip(timeline(*reversed(STORY)))


def test_no_labels_touch_in_the_story():
    assert overlapping(drawn(*STORY)) == []


day = st.dates(date(2005, 1, 1), AS_OF).map(str)
partial = st.one_of(day, day.map(lambda text: text[:7]), day.map(lambda text: text[:4]))
events = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("specimen"), "date": partial, "ki67_pct": st.sampled_from(["<3", 5, "10-15"])}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("ct_mri"), "date": partial, "modality": st.sampled_from(["ct", "ct_and_mri"])}
    ),
    st.fixed_dictionaries({"kind": st.just("sstr_imaging"), "date": partial, "modality": st.just("pet")}),
    st.fixed_dictionaries(
        {"kind": st.just("procedure"), "date": partial, "procedure": st.sampled_from(["debulking", "other"])}
    ),
    st.fixed_dictionaries({"kind": st.just("disease_assessment"), "date": partial, "progression": st.just(True)}),
    st.fixed_dictionaries(
        {
            "kind": st.just("therapy_line"),
            "date": partial,
            "regimen": st.sampled_from(["ssa_standard", "everolimus", "other", "platinum_etoposide"]),
            "name": st.text("Wim ilX", min_size=1, max_size=60),
        },
        optional={"ongoing": st.just(True)},
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=1, max_size=40))
def test_no_two_labels_ever_touch(entries):
    root = drawn(*entries)
    assert overlapping(root) == []
    for left, right, _, _, _ in boxes(root):
        assert left >= -0.1
        assert right <= 460.1
