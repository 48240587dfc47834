"""Later treatment against none: by hand, on the Stanford heart data, and on data in which nothing has an effect."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.exposure import ever_exposed, landmark, pieces, time_dependent
from lutetia.errors import InputError

JASA = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival" / "jasa.csv"


def by_hand():
    return DecisionPoint.of(
        follow_up_days=[4, 20, 30, 15], event=[1, 1, 0, 1], exposed_after_days=[np.inf, 3, 0, np.inf]
    )


def test_the_pieces_by_hand():
    start, stop, event, exposed, patient = pieces(by_hand())
    rows = sorted(zip(patient.tolist(), start.tolist(), stop.tolist(), event.tolist(), exposed.tolist(), strict=True))
    assert rows == [
        (0, 0, 4, True, False),
        (1, 0, 3, False, False),
        (1, 3, 20, True, True),
        (2, 0, 30, False, True),
        (3, 0, 15, True, False),
    ]


def test_the_landmark_counts_who_does_not_reach_it():
    found = landmark(by_hand(), day=4, adjust="none")
    assert found.n == 3
    assert [(left.count, left.rows) for left in found.left_out] == [(1, (0,))]


def test_the_naive_comparison_is_marked_as_not_to_be_believed():
    assert ever_exposed(by_hand(), adjust="none").believe is False
    assert time_dependent(by_hand(), adjust="none").believe is True


@pytest.fixture(scope="module")
def heart():
    """The patients accepted to the Stanford transplant programme (R package survival), as `jasa` holds them.

    As in R's `heart`, the day of acceptance counts as day 1, and the patient transplanted on the day of death counts as
    transplanted half a day before.
    """
    if not JASA.exists():
        pytest.skip("../shared/data/survival/jasa.csv is not on this machine")
    with JASA.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    follow_up = np.array([float(row["futime"]) for row in rows]) + 1
    wait = np.array([float(row["wait.time"]) if row["transplant"] == "1" else np.inf for row in rows]) + 1
    return DecisionPoint.of(
        follow_up_days=follow_up,
        event=[int(row["fustat"]) for row in rows],
        exposed_after_days=np.where(np.isfinite(wait) & (wait >= follow_up), follow_up - 0.5, wait),
        covariates=[[float(row["age"]), float(row["surgery"])] for row in rows],
        names=["age", "surgery"],
    )


def test_the_naive_hazard_ratio_of_the_heart_data(heart):
    # R survival 3.5-3: coxph(Surv(futime, fustat) ~ transplant + age + surgery, jasa)
    assert ever_exposed(heart, adjust="covariates").value == pytest.approx(0.1795838741, abs=1e-7)
    assert ever_exposed(heart, adjust="none").value == pytest.approx(0.2662166446, abs=1e-7)


def test_the_landmark_of_the_heart_data(heart):
    # R survival 3.5-3: subset(jasa, futime > 30), transplanted by then: 78 patients, 35 of them transplanted
    found = landmark(heart, day=31, adjust="covariates")
    assert found.n == 78
    assert found.value == pytest.approx(0.7802894097, abs=1e-7)


def test_the_time_dependent_analysis_of_the_heart_data(heart):
    # R survival 3.5-3: coxph(Surv(start, stop, event) ~ transplant + age + surgery, heart)
    assert time_dependent(heart, adjust="covariates").value == pytest.approx(1.0162258373, abs=1e-7)


def without_effect(seed, n=20000):
    """Made-up patients whose exposure does nothing and comes after a mean of six months."""
    draw = np.random.default_rng(seed)
    death, censored = np.ceil(draw.exponential(1500, n)), np.ceil(draw.uniform(400, 4000, n))
    return DecisionPoint.of(
        follow_up_days=np.minimum(death, censored),
        event=death <= censored,
        exposed_after_days=np.floor(draw.exponential(182, n)),
    )


def test_only_the_naive_comparison_finds_an_effect_where_there_is_none():
    decision = without_effect(1)
    assert ever_exposed(decision, adjust="none").log_hazard_ratio < -1
    for found in (time_dependent(decision, adjust="none"), landmark(decision, day=182, adjust="none")):
        assert abs(found.log_hazard_ratio) < 3 * found.std_error


@pytest.mark.parametrize(("day", "words"), [(0, "must be above 0"), (40, "no exposed patient")])
def test_a_landmark_that_cannot_be_is_refused(day, words):
    decision = DecisionPoint.of(follow_up_days=[50, 60, 70], event=[1, 1, 0], exposed_after_days=[45, np.inf, np.inf])
    with pytest.raises(InputError, match=words):
        landmark(decision, day=day, adjust="none")
