"""Two-stage estimation: by hand, and on data whose stretch is known."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial.two_arms import cox_of, events_by_time
from lutetia.trial.two_stage_switch import SwitchData, _estimate, two_stage_switch, without_switch


def made_up(seed: int, n: int = 600, stretch: float = 2.0) -> tuple[SwitchData, float]:
    """Switching at progression hangs on a factor that also shortens life; the hazard ratio nobody would have seen."""
    draws = np.random.default_rng(seed)
    arm = np.repeat([1, 0], n // 2)
    progression = draws.exponential(np.where(arm == 1, 2.0, 1.0), n)
    factor = draws.integers(0, 2, n)
    after = draws.exponential(np.exp(-0.7 * factor), n)
    switches = (arm == 0) & (draws.random(n) < np.where(factor == 1, 0.7, 0.3))
    life = progression + after * np.where(switches, stretch, 1.0)
    censor = draws.uniform(2.0, 6.0, n)
    time, event = np.minimum(life, censor), (life <= censor).astype(int)
    seen = progression < time
    data = SwitchData.of(
        time=time, event=event, arm=arm, progression_time=np.where(seen, progression, np.nan),
        switch_time=np.where(switches & seen, progression, np.nan), censor_time=censor, factors=factor[:, None],
    )  # fmt: skip
    never = progression + after
    table = events_by_time(np.minimum(never, censor), (never <= censor).astype(int), arm, np.zeros(n, np.int64))
    return data, float(np.exp(cox_of(table)[0]))


def one_patient(**given):
    usual = {"time": [10, 9], "event": [1, 1], "arm": [0, 1], "progression_time": [2, np.nan],
             "switch_time": [4, np.nan], "censor_time": [12, 12]}  # fmt: skip
    return SwitchData.of(**{**usual, **given})


def test_time_given_back_by_hand():
    """Switched at 4, died at 10, stretched twofold: 4 + 6/2 = 7; the study's end shrinks to 2 + 10/2 = 7."""
    time, event = without_switch(one_patient(), 2.0, True)
    assert time.tolist() == pytest.approx([7.0, 9.0])
    assert event.tolist() == [1, 1]
    time, event = without_switch(one_patient(time=[11, 9]), 2.0, True)
    assert (time[0], event[0]) == (pytest.approx(7.0), 0)  # 7.5 lies beyond the end
    assert without_switch(one_patient(time=[11, 9]), 2.0, False)[0][0] == pytest.approx(7.5)


def test_the_stretch_and_the_ratio_are_found_again():
    stretches, ratios, truths = [], [], []
    for seed in range(30):
        data, truth = made_up(seed)
        found = two_stage_switch(data, bootstraps=0, seed=1)
        stretches.append(np.log(found.stretch.estimate))
        ratios.append(np.log(found.hazard_ratio_adjusted.estimate))
        truths.append(np.log(truth))
    assert np.mean(stretches) == pytest.approx(np.log(2), abs=3 * np.std(stretches) / np.sqrt(30))
    assert np.mean(ratios) == pytest.approx(np.mean(truths), abs=0.05)


def test_switching_hides_part_of_the_effect():
    data, _ = made_up(1)
    found = two_stage_switch(data, bootstraps=0, seed=1)
    assert found.hazard_ratio_adjusted.estimate < found.hazard_ratio_itt


def test_intervals_are_the_seeds_own_and_say_how_many():
    data, _ = made_up(2, n=200)
    one, same, other = (two_stage_switch(data, bootstraps=40, seed=s) for s in (1, 1, 2))
    assert one.hazard_ratio_adjusted == same.hazard_ratio_adjusted
    assert one.hazard_ratio_adjusted.lower != other.hazard_ratio_adjusted.lower
    assert one.stretch.lower < one.stretch.estimate < one.stretch.upper
    assert "40 bootstrap samples" in one.conventions[2]


def test_without_switches_there_is_no_number():
    found = two_stage_switch(one_patient(switch_time=[np.nan, np.nan]), bootstraps=0, seed=1)
    assert not found.converged
    assert found.hazard_ratio_adjusted.estimate is None
    assert found.why


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"switch_time": [1, np.nan]}, "switch_time, rows 0"),
        ({"switch_time": [4, 3]}, "switch_time, rows 1"),
        ({"progression_time": [np.nan, np.nan]}, "switch_time, rows 0"),
        ({"censor_time": [9, 12]}, "censor_time, rows 0"),
        ({"factors": [[np.nan], [1]]}, "factors, rows 0"),
    ],
)
def test_data_that_cannot_be_are_refused(given, place):
    with pytest.raises(InputError) as caught:
        one_patient(**given)
    assert place in {fault.place for fault in caught.value.faults}


def test_only_the_control_arm_is_recensored():
    """Both progressed at 2; twofold: the control's end shrinks to 7, the experimental patient keeps day 9."""
    both = one_patient(progression_time=[2, 2], switch_time=[np.nan, np.nan], time=[9, 9])
    time, event = without_switch(both, 2.0, True)
    assert time.tolist() == pytest.approx([7.0, 9.0])
    assert event.tolist() == [0, 1]


def test_who_died_on_the_day_of_progression_could_not_switch():
    data = one_patient(time=[2, 9], switch_time=[np.nan, np.nan])
    assert data.at_risk.tolist() == [False, False]
    assert one_patient().at_risk.tolist() == [True, False]


def test_limits_are_percentiles_of_the_resamples():
    found = _estimate(0.5, np.arange(101) / 100, 0.9)
    assert (found.lower, found.upper) == pytest.approx((0.05, 0.95))
    assert _estimate(0.5, np.arange(10) / 10, 0.9).lower is None  # too few to speak of percentiles


def test_resamples_without_an_answer_are_told():
    data, _ = made_up(3, n=30)
    found = two_stage_switch(data, bootstraps=60, seed=1)
    assert found.failed_bootstraps > 0
    assert f"{found.failed_bootstraps} more had no answer" in found.conventions[2]
