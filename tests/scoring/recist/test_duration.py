"""Twin of src/lutetia/scoring/recist/duration.py: the published durations 1, 22, 43, 43 days, and cases by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist

Overalls = Callable[..., list[Any]]
Shared = Callable[[str], list[dict[str, Any]]]
PLAIN = recist.Censoring(policy="treatment_policy", counting="elapsed", adequate="evaluable")
DAYS = ["2024-04-22", "2024-06-17", "2024-09-09", "2025-02-24"]  # weeks 16, 24, 36 and 60 after 2024-01-01


def rated(overalls: Overalls, responses: list[str], confirm: int | None = None) -> Any:
    visits = overalls(responses, DAYS[: len(responses)])
    chosen = recist.best_response(
        visits,
        reference_date="2024-01-01",
        min_sd_days=42,
        confirm_days=confirm,
        max_ne_between=1,
        accept_sd_between=False,
        cr_breaks_pr=False,
    )
    return visits, chosen


def test_from_the_first_response_to_progression(overalls: Overalls) -> None:
    found = recist.duration_of_response(*rated(overalls, ["SD", "PR", "PD"]), censoring=PLAIN)
    assert found is not None
    assert (found.value, found.event, str(found.start)) == (84, True, "2024-06-17")
    assert found.because[0].rule == "duration of response: treatment_policy"


def test_no_response_no_duration(overalls: Overalls) -> None:
    assert recist.duration_of_response(*rated(overalls, ["SD", "SD", "PD"]), censoring=PLAIN) is None
    assert recist.duration_of_response(*rated(overalls, ["PR", "PD"], confirm=28), censoring=PLAIN) is None


def test_death_ends_it_and_a_confirmed_response_counts_from_its_first_visit(overalls: Overalls) -> None:
    visits, chosen = rated(overalls, ["PR", "CR", "CR"], confirm=28)
    found = recist.duration_of_response(visits, chosen, censoring=PLAIN, death="2024-10-01")
    assert found is not None
    assert (found.event, str(found.start), str(found.day)) == (True, "2024-04-22", "2024-10-01")


def test_the_schedule_runs_from_the_reference_date(overalls: Overalls) -> None:
    schedule = recist.Schedule(weeks=(0, 16, 24), then_every_weeks=12, window_before_days=7, window_after_days=7)
    censoring = recist.Censoring(policy="fda_2007_a", counting="elapsed", adequate="evaluable", schedule=schedule)
    # Response at week 16, week 24 read, week 36 read, progression at week 60: week 48 alone was missed.
    visits, chosen = rated(overalls, ["PR", "PR", "PR", "PD"])
    found = recist.duration_of_response(visits, chosen, censoring=censoring)
    assert found is not None
    assert (found.value, found.event, [visit.nominal_day for visit in found.missed]) == (308, True, [336])


def test_a_best_response_of_another_course_is_refused(overalls: Overalls) -> None:
    visits, chosen = rated(overalls, ["PR"])
    with pytest.raises(InputError, match="same patient and reader"):
        recist.duration_of_response([visits[0]._replace(subject="MU-2")], chosen, censoring=PLAIN)


def test_durations_of_the_eight_published_patients(shared: Shared) -> None:
    published = {row["USUBJID"]: row for row in shared("adtte_onco_8") if row["PARAMCD"] == "RSD"}
    starts = {row["USUBJID"]: row["RANDDT"] for row in shared("adrs_onco_8")}
    courses = recist.visit_responses(shared("tu_onco_recist"), shared("tr_onco_recist")).by_course()
    censoring = recist.Censoring(
        policy="treatment_policy", counting="inclusive", adequate="any", partial_dates="last_day"
    )
    values = []
    for subject, start in starts.items():
        course = courses[subject, "INVESTIGATOR"]
        chosen = recist.best_response(
            course, reference_date=start, min_sd_days=42, confirm_days=None, partial_dates="last_day"
        )
        found = recist.duration_of_response(course, chosen, censoring=censoring)
        assert (found is not None) is (subject in published)
        if found is not None:
            row = published[subject]
            assert (found.value, found.event) == (int(float(row["AVAL"])), row["CNSR"] == "0")
            assert (str(found.start), str(found.day)) == (row["STARTDT"], row["ADT"])
            values.append(found.value)
    assert sorted(values) == [1, 22, 43, 43]  # notes, section 6, A9
