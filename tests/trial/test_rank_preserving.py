"""RPSFT: by hand, against a plain implementation, and on data whose acceleration factor is known."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, log_rank
from lutetia.trial.rank_preserving import CrossoverData, rank_preserving, untreated_times, z_of

PSI = -0.5
PATIENTS = ("time", "event", "arm", "on_treatment", "censor_time")


def trial_with_crossover(seed: int, *, psi: float = PSI, n: int = 300, switch_share: float = 0.5) -> CrossoverData:
    """Untreated times are exponential with mean 1 in both arms; treated time runs slower by e^ψ. Controls may switch at
    a moment of their own; the study ends between 1 and 3 after entry."""
    draws = np.random.default_rng(seed)
    arm = np.repeat([1, 0], [n // 2, n - n // 2])
    untreated = draws.exponential(1.0, n)
    switches = (draws.random(n) < switch_share) & (arm == 0)
    moment = np.where(arm == 1, 0.0, np.where(switches, draws.exponential(0.5, n), np.inf))
    late = np.maximum(untreated - moment, 0) * np.exp(-psi)
    time = np.where(untreated <= moment, untreated, moment + late)
    censor = draws.uniform(1.0, 3.0, n)
    event = time <= censor
    time = np.minimum(time, censor)
    return CrossoverData.of(
        time=time, event=event, arm=arm, on_treatment=np.maximum(time - moment, 0.0), censor_time=censor
    )


def plain_z(data: CrossoverData, psi: float) -> float:
    """The test statistic patient by patient, with the log-rank test of the survival room."""
    time, event = [], []
    for t, d, on, c in zip(data.time, data.event, data.on_treatment, data.censor_time, strict=True):
        own = (t - on) + np.exp(psi) * on
        limit = min(c, c * np.exp(psi))
        time.append(min(own, limit))
        event.append(int(d) if own <= limit * (1 + 1e-12) else 0)
    found = log_rank(FollowUp(stop=time, event=event), data.arm)
    here = np.array(time), np.array(event)
    deaths_1 = here[1][data.arm == 1].sum()
    return float(np.sqrt(found.chi2)) * (1 if deaths_1 > expected_deaths(*here, data.arm) else -1)


def expected_deaths(time, event, arm) -> float:
    """Deaths expected in arm 1."""
    return sum(
        event[time == t].sum() * ((time >= t) & (arm == 1)).sum() / (time >= t).sum() for t in set(time[event == 1])
    )


def test_untreated_times_by_hand():
    """8 months, 3 of them on treatment, e^ψ = ½: 5 + 1.5; censored at 10 · ½ = 5."""
    data = CrossoverData.of(time=[8, 4], event=[1, 1], arm=[0, 1], on_treatment=[3, 4], censor_time=[10, 10])
    psi = np.log(0.5)
    assert untreated_times(data, psi, "none")[0].tolist() == pytest.approx([6.5, 2.0])
    time, event = untreated_times(data, psi, "all")
    assert time.tolist() == pytest.approx([5.0, 2.0])
    assert event.tolist() == [0, 1]
    kept, _ = untreated_times(data, psi, "arms with switching")
    assert kept.tolist() == pytest.approx([5.0, 2.0])


@pytest.mark.parametrize("psi", [-1.0, -0.3, 0.0, 0.4])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_statistic_is_that_of_a_plain_implementation(seed, psi):
    data = trial_with_crossover(seed)
    assert z_of(data, psi, "all") == pytest.approx(plain_z(data, psi), abs=1e-6)


def test_at_no_effect_the_statistic_is_that_of_intention_to_treat():
    data = trial_with_crossover(3)
    found = rank_preserving(data)
    assert found.itt_z == pytest.approx(z_of(data, 0.0, "all"))


def test_the_adjusted_ratio_keeps_the_p_value():
    found = rank_preserving(trial_with_crossover(4))
    ratio = found.hazard_ratio_adjusted
    assert np.log(ratio.estimate) / (ratio.std_error / ratio.estimate) == pytest.approx(found.itt_z, rel=1e-9)
    assert ratio.estimate < found.hazard_ratio_itt.estimate  # crossover had hidden part of the effect


def coverage(trials: int) -> float:
    """Share of trials whose 95 % interval holds the true ψ."""
    held = 0
    for seed in range(trials):
        psi = rank_preserving(trial_with_crossover(10_000 + seed)).psi
        held += psi.lower is not None and psi.upper is not None and psi.lower <= PSI <= psi.upper
    return held / trials


def test_the_interval_holds_the_truth_nearly_always_short():
    assert coverage(60) >= 0.87  # below 0.87 with a chance of 0.5 % at a true 95 %


@pytest.mark.long
def test_the_interval_holds_the_truth_as_often_as_it_says():
    assert 0.93 <= coverage(1000) <= 0.97


def test_without_recensoring_is_another_answer_and_says_so():
    data = trial_with_crossover(5)
    loose, strict = rank_preserving(data, recensoring="none"), rank_preserving(data)
    assert "biased" in loose.conventions[1]
    assert loose.psi.estimate != strict.psi.estimate


def test_no_root_is_no_number():
    """Nobody dies in the control arm: no ψ makes the arms alike within the search."""
    data = CrossoverData.of(
        time=[1, 2, 3, 9, 9, 9], event=[1, 1, 1, 0, 0, 0], arm=[1, 1, 1, 0, 0, 0],
        on_treatment=[1, 2, 3, 0, 0, 0], censor_time=[9] * 6,
    )  # fmt: skip
    found = rank_preserving(data, search=(-0.1, 0.1))
    assert not found.converged
    assert found.psi.estimate is None
    assert "does not change its sign" in found.why
    assert found.hazard_ratio_adjusted.estimate is None


def test_who_switched_is_counted():
    data = trial_with_crossover(6, switch_share=1.0)
    assert rank_preserving(data).switched == int(((data.arm == 0) & (data.on_treatment > 0)).sum())


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        CrossoverData.of(time=[5, -1], event=[1, 2], arm=[0, 1], on_treatment=[6, 0], censor_time=[9, 9])
    places = " ".join(fault.place for fault in caught.value.faults)
    assert "time, rows 1" in places
    assert "event, rows 1" in places
    assert "on_treatment, rows 0" in places


def test_one_arm_is_no_trial():
    with pytest.raises(InputError, match="both arms"):
        CrossoverData.of(time=[1, 2], event=[1, 1], arm=[1, 1], on_treatment=[1, 2], censor_time=[3, 3])


def test_an_interval_between_two_points_of_the_grid_is_still_told():
    """A coarse search of one step each side of the truth: limits come from the bisection, not from the grid."""
    data = trial_with_crossover(7, n=3000)
    fine, coarse = rank_preserving(data).psi, rank_preserving(data, search=(-120.5, 119.5)).psi
    assert (coarse.lower, coarse.upper) == pytest.approx((fine.lower, fine.upper), abs=1e-9)


def test_an_arm_that_keeps_to_its_treatment_is_not_recensored():
    """Published default of other programs: only the arm with switching is recensored; the other keeps its events."""
    data = trial_with_crossover(8)
    time, event = untreated_times(data, 0.4, "arms with switching")
    kept = data.arm == 1
    assert (event[kept] == data.event[kept]).all()
    assert time[kept] == pytest.approx(data.time[kept] * np.exp(0.4))
    strict, seen = untreated_times(data, 0.4, "all")
    assert time[~kept] == pytest.approx(strict[~kept])
    assert seen[kept].sum() < data.event[kept].sum()


def test_strata_are_compared_within_themselves():
    """The stratified statistic is the sum over strata of observed minus expected and of variances."""
    data = trial_with_crossover(9)
    stratum = np.arange(data.n) % 3
    both = CrossoverData.of(**{name: getattr(data, name) for name in PATIENTS}, stratum=stratum)
    time, event = untreated_times(data, -0.3, "all")
    found = log_rank(FollowUp(stop=time, event=event), data.arm, strata=stratum)
    assert z_of(both, -0.3, "all") == pytest.approx(found.z, rel=1e-9)
    assert z_of(both, -0.3, "all") != pytest.approx(z_of(data, -0.3, "all"), abs=1e-6)


def test_the_limits_are_where_z_is_at_its_bound():
    data = trial_with_crossover(11)
    psi = rank_preserving(data, level=0.9).psi
    for side, sign in ((psi.lower, 1), (psi.upper, -1)):
        below, above = z_of(data, side - 1e-6, "all"), z_of(data, side + 1e-6, "all")
        assert min(abs(below), abs(above)) <= 1.6448537 <= max(abs(below), abs(above))
        assert np.sign(below) == sign


@pytest.mark.parametrize("psi", [-0.5, -0.2, 0.3])
def test_the_statistic_is_what_r_says(said_by_r, shared_rows, psi):
    """R computes U, recensors, and tests by survdiff in strata: an implementation of its own, to 1e-6."""
    time, status, trt, cell = shared_rows("veteran", ("time", "status", "trt", "celltype"))
    arm, row = trt == 2, np.arange(1, time.size + 1)
    on = np.where(arm, time, np.where(row % 3 == 0, time / 2, 0.0))
    data = CrossoverData.of(
        time=time, event=status, arm=arm.astype(int), on_treatment=on, censor_time=1000.0 + row, stratum=cell
    )
    assert z_of(data, psi, "all") == pytest.approx(said_by_r("rpsft veteran")[f"z at {psi:g}"], abs=1e-6)
