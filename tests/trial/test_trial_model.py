"""A trial model refuses what cannot be, all faults at once, and tells its conventions."""

from dataclasses import replace

import pytest

from lutetia.errors import InputError
from lutetia.trial.hazard import Hazard
from lutetia.trial.trial_model import Arm, Readers, Stratum, Visits


def test_visits_run_on_from_the_first_ones():
    visits = Visits(first_weeks=(16, 24), every_weeks=12, window_days=7)
    assert visits.weeks(60) == (16, 24, 36, 48, 60)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"first_weeks": ()}, "first_weeks"),
        ({"first_weeks": (16, 12)}, "first_weeks"),
        ({"first_weeks": (0, 12)}, "first_weeks"),
        ({"every_weeks": 0}, "every_weeks"),
        ({"window_days": 28}, "window_days"),
        ({"missed_fraction": 15}, "missed_fraction"),
    ],
)
def test_visits_that_cannot_be_are_refused(given, place):
    with pytest.raises(InputError, match=place):
        Visits(**{"first_weeks": (16, 24), "every_weeks": 12, **given})


def test_readers_cannot_disagree_more_often_than_always():
    with pytest.raises(InputError, match="must not exceed 1"):
        Readers(earlier_fraction=0.7, later_fraction=0.4)


def test_an_arm_tells_all_its_faults():
    with pytest.raises(InputError) as caught:
        Arm(
            name="a",
            progression=Hazard.of_median(10),
            death=Hazard(rates_per_month=(0.1,)),
            death_after_progression_per_month=-1,
            untreated_fraction=3,
            response_by_visit_fraction=(0.5, 0.4),
        )
    places = {fault.place for fault in caught.value.faults}
    assert places == {"death_after_progression_per_month", "untreated_fraction", "response_by_visit_fraction"}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"allocation": (0, 1)}, "allocation"),
        ({"block_size": 4}, "block_size"),
        ({"analysis_events": 601}, "analysis_events"),
        ({"analysis_events": None}, "analysis_events, analysis_months"),
        ({"analysis_months": 30.0}, "analysis_events, analysis_months"),
        ({"strata": ()}, "strata"),
        ({"patients": 1.5}, "patients"),
        ({"missed_visits_allowed": -1}, "missed_visits_allowed"),
    ],
)
def test_a_model_that_cannot_be_is_refused(plain_model, given, place):
    with pytest.raises(InputError) as caught:
        replace(plain_model, **given)
    assert place in {fault.place for fault in caught.value.faults}


def test_strata_have_names_of_their_own(plain_model):
    with pytest.raises(InputError, match="names of their own"):
        replace(plain_model, strata=(Stratum(name="a", share=1), Stratum(name="a", share=1)))


def test_the_model_says_that_its_patients_are_made_up(plain_model):
    assert "every patient is made up" in plain_model.sentences[0]
    assert "200 centrally read events" in plain_model.sentences[1]
