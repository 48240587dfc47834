"""Choi from a course: portal venous CT is judged, everything else says why it cannot be."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.scoring.course_lesions import choi_visits

from .conftest import LINE, ct

PORTAL = {"contrast": "portal_venous", "modality": "ct"}
CHOICES = {"criteria": "choi", "attenuation_average": "mean_of_lesions", "progression_against": "baseline"}
BASE = ct("2024-01-20", "T1 target 50 attenuation_hu: 100", **PORTAL)


@pytest.fixture
def visits(found, judged):
    def find(*entries, unstated="absent", **choices):
        (series,) = found(LINE, *entries).series
        return choi_visits(series, judged(LINE, *entries), unstated=unstated, **{**CHOICES, **choices})

    return find


def test_fifteen_percent_fainter_is_a_response(visits):
    faint, less = (ct("2024-05-20", f"T1 target 50 attenuation_hu: {hu}", **PORTAL) for hu in (85, 86))
    assert visits(BASE, faint).value[0].response.value == "PR"
    assert visits(BASE, less).value[0].response.value == "SD"


def test_findings_the_record_has_no_field_for_leave_classes_open(visits):
    same = ct("2024-05-20", "T1 target 50 attenuation_hu: 100", **PORTAL)
    (one,) = visits(BASE, same, unstated="unknown").value
    assert (one.response.value, one.response.possible) == (None, ("PD", "SD"))
    assert "unstated=unknown" in " ".join(visits(BASE, same, unstated="unknown").conventions)


def test_a_new_lesion_and_non_targets_come_from_recist(visits):
    base = BASE | {"lesions": [*BASE["lesions"], *ct("", "N1 non_target present")["lesions"]]}
    new = ct("2024-05-20", "T1 target 40 attenuation_hu: 80", "N1 non_target present", "X1 new 12", **PORTAL)
    worse = ct("2024-05-20", "T1 target 40 attenuation_hu: 80", "N1 non_target unequivocal_progression", **PORTAL)
    unread = ct("2024-05-20", "T1 target 40 attenuation_hu: 80", "N1 non_target not_evaluable", **PORTAL)
    assert visits(base, new).value[0].response.possible == ("PD",)
    assert visits(base, worse).value[0].response.possible == ("PD", "SD")
    assert visits(base, unread).value[0].response.possible == ("PD", "PR", "SD")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (
            {"contrast": "multiphase", "modality": "ct"},
            "several phases, from which the attenuation comes is not recorded",
        ),
        ({"contrast": "arterial", "modality": "ct"}, "only the portal venous phase counts: arterial phase"),
        ({"modality": "ct"}, "the contrast phase of ct-2024-05-20 is not recorded"),
        ({"contrast": "portal_venous", "modality": "mri"}, "attenuation is measured on CT, ct-2024-05-20 is MRI"),
    ],
)
def test_what_is_not_assessable_says_why(visits, more, why):
    (one,) = visits(BASE, ct("2024-05-20", "T1 target 40 attenuation_hu: 80", **more)).value
    assert why in one.why
    assert one.response is None or not one.response.assessable


def test_a_target_without_a_diameter_or_no_target_at_all(visits):
    (one,) = visits(BASE, ct("2024-05-20", "T1 target not_evaluable", **PORTAL)).value
    assert (one.response, one.why) == (None, "not measured: T1")
    base, later = (ct(day, "N1 non_target present", **PORTAL) for day in ("2024-01-20", "2024-05-20"))
    assert visits(base, later).value[0].why == "no target lesions"


def test_growth_from_the_nadir(visits):
    small = ct("2024-05-20", "T1 target 40 attenuation_hu: 100", **PORTAL)
    grown = ct("2024-08-20", "T1 target 44 attenuation_hu: 100", **PORTAL)
    by_baseline, by_nadir = (
        visits(BASE, small, grown, progression_against=against).value[1].response.value
        for against in ("baseline", "nadir")
    )
    assert (by_baseline, by_nadir) == ("PR", "PD")
    gone = ct("2024-05-20", "T1 target 0", **PORTAL)
    assert "nadir of 0 mm" in visits(BASE, gone, grown, progression_against="nadir").value[1].why


def test_a_choice_that_does_not_exist_is_refused(visits):
    with pytest.raises(InputError, match="unstated"):
        visits(BASE, BASE | {"id": "x", "date": "2024-05-20"}, unstated="no")
