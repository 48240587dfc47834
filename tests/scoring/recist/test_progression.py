"""Twin of src/lutetia/scoring/recist/progression.py: NETTER-2's schedule by hand, eight published patients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist

START = date(2024, 1, 1)
NETTER_2 = recist.Schedule(weeks=(0, 16, 24), then_every_weeks=12, window_before_days=7, window_after_days=7)
Overalls = Callable[..., list[Any]]
Shared = Callable[[str], list[dict[str, Any]]]


def week(number: float) -> str:
    return (START + timedelta(days=round(7 * number))).isoformat()


def policy(name: str, **more: Any) -> recist.Censoring:
    choices: dict[str, Any] = {"counting": "elapsed", "adequate": "evaluable", **more}
    if name != "treatment_policy":
        choices.setdefault("schedule", NETTER_2)
    if name == "back_dating":
        choices.setdefault("back_date_after_missed", 1)
    return recist.Censoring(policy=name, **choices)  # type: ignore[arg-type]


def pfs(overalls: Overalls, name: str, *visits: tuple[str, float], **more: Any) -> tuple[float, bool]:
    made = overalls([overall for overall, _ in visits], [week(at) for _, at in visits])
    choices = {key: more.pop(key) for key in ("counting", "adequate", "back_date_after_missed") if key in more}
    dates = {
        key: week(at) if isinstance(at, int | float) and not isinstance(at, bool) else at for key, at in more.items()
    }
    dates.setdefault("baseline_assessed", True)
    found = recist.progression_free_survival(made, start=START, censoring=policy(name, **choices), **dates)
    return found.value / 7, found.event


MISSED_TWO = [("SD", 16.0), ("SD", 24.0), ("PD", 60.0)]  # weeks 36 and 48 missed
MISSED_ONE = [("SD", 16.0), ("SD", 24.0), ("PD", 48.0)]


def test_progression_after_two_missed_visits(overalls: Overalls) -> None:
    assert pfs(overalls, "fda_2007_a", *MISSED_TWO) == (24, False)
    assert pfs(overalls, "treatment_policy", *MISSED_TWO) == (60, True)
    assert pfs(overalls, "back_dating", *MISSED_TWO) == (36, True)


def test_progression_after_one_missed_visit(overalls: Overalls) -> None:
    assert pfs(overalls, "fda_2007_a", *MISSED_ONE) == (48, True)
    assert pfs(overalls, "treatment_policy", *MISSED_ONE) == (48, True)
    assert pfs(overalls, "back_dating", *MISSED_ONE) == (36, True)
    assert pfs(overalls, "back_dating", *MISSED_ONE, back_date_after_missed=2) == (48, True)


def test_the_gap_allowed_follows_the_schedule_not_a_number(overalls: Overalls) -> None:
    # 32 weeks without a scan: weeks 16 and 24 early in the trial, only week 36 later on (window of week 48 reached).
    assert pfs(overalls, "fda_2007_a", ("PD", 32)) == (0, False)
    assert pfs(overalls, "fda_2007_a", ("SD", 16), ("PD", 47)) == (16, False)
    assert pfs(overalls, "fda_2007_a", ("SD", 24), ("PD", 47)) == (47, True)


def test_the_window_decides_whether_a_visit_was_missed(overalls: Overalls) -> None:
    assert pfs(overalls, "fda_2007_a", ("SD", 24), ("PD", 49)) == (49, True)  # last day of the window of week 48
    assert pfs(overalls, "fda_2007_a", ("SD", 24), ("PD", 50)) == (24, False)


def test_a_visit_that_is_not_evaluable_is_a_missed_one(overalls: Overalls) -> None:
    visits = [("SD", 24.0), ("NE", 36.0), ("NE", 48.0), ("PD", 60.0)]
    assert pfs(overalls, "fda_2007_a", *visits) == (24, False)
    assert pfs(overalls, "fda_2007_a", *visits, adequate="any") == (60, True)


def test_death(overalls: Overalls) -> None:
    assert pfs(overalls, "fda_2007_a", death=10) == (10, True)  # before the first assessment
    assert pfs(overalls, "fda_2007_a", ("SD", 16), death=20) == (20, True)
    assert pfs(overalls, "fda_2007_a", ("SD", 16), death=40) == (16, False)  # weeks 24 and 36 missed
    assert pfs(overalls, "treatment_policy", ("SD", 16), death=40) == (40, True)
    assert pfs(overalls, "back_dating", ("SD", 16), death=40) == (40, True)  # a death keeps its day
    assert pfs(overalls, "treatment_policy", ("PD", 16), death=20) == (16, True)


def test_no_event_is_censored_at_the_last_adequate_assessment(overalls: Overalls) -> None:
    for name in ("fda_2007_a", "treatment_policy", "back_dating"):
        assert pfs(overalls, name, ("SD", 16), ("PR", 24), ("NE", 36)) == (24, False)
        assert pfs(overalls, name) == (0, False)
    assert pfs(overalls, "treatment_policy", ("SD", 16), ("NE", 24), adequate="any") == (24, False)


@pytest.mark.parametrize("stop", ["new_therapy", "stopped"])
def test_a_new_therapy_or_a_stop_before_progression(overalls: Overalls, stop: str) -> None:
    visits = [("SD", 16.0), ("PD", 24.0)]
    assert pfs(overalls, "fda_2007_a", *visits, **{stop: 20}) == (16, False)
    assert pfs(overalls, "fda_2007_a", *visits, **{stop: 24}) == (24, True)  # on the day itself
    assert pfs(overalls, "fda_2007_a", *visits, **{stop: 30}) == (24, True)
    assert pfs(overalls, "treatment_policy", *visits, **{stop: 20}) == (24, True)
    assert pfs(overalls, "fda_2007_a", ("SD", 16), death=30, **{stop: 20}) == (16, False)


def test_no_baseline_is_censored_at_the_start_under_table_a(overalls: Overalls) -> None:
    assert pfs(overalls, "fda_2007_a", ("PD", 16), baseline_assessed=False) == (0, False)


def test_nothing_after_the_cut_off_counts(overalls: Overalls) -> None:
    visits = [("SD", 16.0), ("PD", 24.0)]
    assert pfs(overalls, "treatment_policy", *visits, cutoff=20) == (16, False)
    assert pfs(overalls, "treatment_policy", ("SD", 16), death=30, cutoff=20) == (16, False)


def test_the_first_progression_counts_and_visits_left_out_say_why(overalls: Overalls) -> None:
    made = overalls(["SD", "NE", "PD", "SD"], [week(at) for at in (-1, 16, 24, 36)])
    found = recist.progression_free_survival(made, start=START, censoring=policy("treatment_policy"))
    assert (found.value, found.event) == (168, True)
    assert [why for _, why in found.left_out] == ["before the start", "not adequate: overall NE", "after progression"]
    assert found.months == pytest.approx(168 / 30.4375)


def test_days_inclusive_or_elapsed(overalls: Overalls) -> None:
    assert pfs(overalls, "treatment_policy", ("PD", 16), counting="inclusive") == (113 / 7, True)
    assert pfs(overalls, "treatment_policy", ("PD", 16), counting="elapsed") == (16, True)


def test_the_reasons_and_conventions_name_policy_dates_and_missed_visits(overalls: Overalls) -> None:
    made = overalls(["SD", "PD"], [week(24), week(60)])
    found = recist.progression_free_survival(made, start=START, censoring=policy("fda_2007_a"), baseline_assessed=True)
    assert found.description == "censored at the last adequate assessment: progression after 2 missed visits"
    assert str(found.because[0]).endswith("missed visits day 252, day 336] (progression-free survival: fda_2007_a)")
    assert any(line.startswith("given: death none") for line in found.conventions)


def test_wrong_dates_are_refused_all_at_once() -> None:
    with pytest.raises(InputError) as refused:
        recist.progression_free_survival(
            [], start=START, censoring=policy("treatment_policy"), death="2023-01-01", cutoff="2024"
        )
    assert {fault.place for fault in refused.value.faults} == {"death", "cutoff"}
    with pytest.raises(InputError, match="start"):
        recist.progression_free_survival([], start=None, censoring=policy("treatment_policy"))  # type: ignore[arg-type]


# Patient → PFS in days and event (1) or censored (0): trial-and-scoring notes, section 4.
NOTES = {
    "01-701-1015": (64, False),
    "01-701-1028": (43, True),
    "01-701-1034": (43, False),
    "01-701-1097": (22, False),
    "01-701-1115": (64, False),
    "01-701-1118": (85, False),
    "01-701-1130": (64, True),
    "01-701-1133": (64, True),
}


def test_pfs_of_the_eight_published_patients(shared: Shared) -> None:
    published = {
        row["USUBJID"]: (int(float(row["AVAL"])), row["CNSR"] == "0", row["ADT"], row["STARTDT"])
        for row in shared("adtte_onco_8")
        if row["PARAMCD"] == "PFS"
    }
    courses = recist.visit_responses(shared("tu_onco_recist"), shared("tr_onco_recist")).by_course()
    censoring = recist.Censoring(
        policy="treatment_policy", counting="inclusive", adequate="any", partial_dates="last_day"
    )
    for subject, (value, event, day, start) in published.items():
        course = courses[subject, "INVESTIGATOR"]
        found = recist.progression_free_survival(course, start=start, censoring=censoring)
        assert (found.value, found.event, str(found.day)) == (value, event, day)
        assert (found.value, found.event) == NOTES[subject]
    assert set(published) == set(NOTES)
