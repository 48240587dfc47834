"""Which entries lie before a start, which after it, and what an examination knows of itself."""

from __future__ import annotations

import pytest

from lutetia.dates import PartialDate
from lutetia.scoring.course_lesions.examination import examinations, window

from .conftest import ct

START = PartialDate.parse("2024-02-15")
LESION = "T1 target 50"


@pytest.mark.parametrize(
    ("day", "place"),
    [
        ("2024-02-15", "before"),
        ("2024-02-16", "after"),
        ("2024-01", "before"),
        ("2024-02", "undecided"),
        ("2024-03", "after"),
        ("2024", "undecided"),
        ("2023", "before"),
    ],
)
def test_where_a_date_lies(told, day, place):
    found = window(told(ct(day, LESION)), START, None)
    assert [name for name in ("before", "after", "undecided") if getattr(found, name)] == [place]


def test_the_start_itself_may_be_partial(told):
    month = PartialDate.parse("2024-02")
    found = window(told(ct("2024-01-31", LESION), ct("2024-02-10", LESION), ct("2024-03-01", LESION)), month, None)
    assert [[entry.id for entry in part] for part in (found.before, found.undecided, found.after)] == [
        ["ct-2024-01-31"],
        ["ct-2024-02-10"],
        ["ct-2024-03-01"],
    ]


def test_the_end_is_included_and_an_open_one_is_counted(told):
    days = ("2024-06-01", "2024-06-02", "2024-06")
    found = window(told(*(ct(day, LESION) for day in days)), START, PartialDate.parse("2024-06-01"))
    assert [entry.id for entry in found.after] == ["ct-2024-06-01"]
    assert {str(left).split(":")[0] for left in found.left_out} == {
        "1 examination after 2024-06-01, when another line began or the window ends",
        "1 examination that may lie before or after 2024-06-01, the end of the window",
    }


def test_one_day_is_one_examination_and_a_partial_date_is_one_entry(told):
    entries = [ct("2024-03-01", LESION), ct("2024-03-01", "T2 target 20", id="mri", recorded_by="neuroradiology")]
    entries += [ct("2024-04", LESION, id="a"), ct("2024-04", "T2 target 20", id="b")]
    found = examinations(told(*entries).known("ct_mri"))
    assert [(one.name, one.recorded_by) for one in found] == [
        ("ct-2024-03-01 + mri", "radiology + neuroradiology"),
        ("a", "radiology"),
        ("b", "radiology"),
    ]


@pytest.mark.parametrize(
    ("contrast", "phase"),
    [("portal_venous", "portal_venous"), ("multiphase", "mixed"), ("none", "none"), (None, None)],
)
def test_the_phase_of_an_attenuation(told, contrast, phase):
    (one,) = examinations(told(ct("2024-03-01", LESION, contrast=contrast)).known("ct_mri"))
    assert one.phase == phase


def test_two_phases_of_one_day_are_mixed_and_one_unknown_makes_all_unknown(told):
    def phase(*contrasts):
        entries = [ct("2024-03-01", f"T{n} target 50", id=f"ct{n}", contrast=c) for n, c in enumerate(contrasts)]
        return examinations(told(*entries).known("ct_mri"))[0].phase

    assert phase("arterial", "portal_venous") == "mixed"
    assert phase("portal_venous", {"unknown": "not_recorded"}) is None


def test_attenuation_and_modalities(told):
    entry = ct("2024-03-01", "T1 target 50 attenuation_hu: 92", "T2 target 20", modality="ct")
    (one,) = examinations(told(entry).known("ct_mri"))
    assert (one.attenuation_hu, one.modalities) == ({"T1": 92.0}, ("ct",))
