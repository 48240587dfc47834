"""IPCW: weights by hand, and data in which switching hangs on a factor that changes over time."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial.switch_weights import SwitchRows, switch_weighted


def made_up(seed: int, n: int = 800, ratio: float = 0.5, drive: float = 1.5):
    """Steps of one month. A patient who is ill dies faster and, in the control arm, switches faster; switching halves
    the hazard of death. True hazard ratio without switching: `ratio`."""
    draws = np.random.default_rng(seed)
    rows = {name: [] for name in ("patient", "start", "stop", "event", "switched", "arm", "factors")}
    for i in range(n):
        arm, ill = i % 2, 0
        for month in range(24):
            ill = ill or int(draws.random() < 0.08)
            dies = draws.random() < 0.02 * (ratio if arm else 1.0) * (3.0 if ill else 1.0)
            switches = arm == 0 and not dies and draws.random() < 0.02 * np.exp(drive * ill)
            values = (i, month, month + 1, int(dies), int(switches), arm, ill)
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
            if dies or switches:
                break
    return SwitchRows.of(**{**rows, "factors": np.array(rows["factors"])[:, None]})


def test_without_switches_weights_are_one():
    rows = made_up(1, n=200)
    quiet = SwitchRows.of(
        patient=rows.patient, start=rows.start, stop=rows.stop, event=rows.event,
        switched=np.zeros_like(rows.switched), arm=rows.arm, factors=rows.factors,
    )  # fmt: skip
    found = switch_weighted(quiet)
    assert (found.least_weight, found.greatest_weight) == (1.0, 1.0)
    assert found.hazard_ratio == found.hazard_ratio_censored


def test_weights_undo_the_choice_of_who_switches():
    """Over 12 trials the weighted log ratio lies nearer to the truth than censoring at the switch, and not off it."""
    plain, weighted = [], []
    for seed in range(12):
        found = switch_weighted(made_up(seed))
        plain.append(np.log(found.hazard_ratio_censored.estimate))
        weighted.append(np.log(found.hazard_ratio.estimate))
    truth = np.log(0.5)
    error = np.std(weighted, ddof=1) / np.sqrt(12)
    assert abs(np.mean(weighted) - truth) < abs(np.mean(plain) - truth)
    assert abs(np.mean(weighted) - truth) < 3 * error + 0.05  # a marginal ratio is not exactly that of a month


def test_weights_have_a_mean_near_one():
    found = switch_weighted(made_up(3))
    assert found.mean_weight == pytest.approx(1.0, abs=0.05)
    assert found.least_weight < 1 < found.greatest_weight


def test_truncation_is_told_and_cuts():
    loose, cut = switch_weighted(made_up(4)), switch_weighted(made_up(4), truncate_at=0.9)
    assert cut.greatest_weight < loose.greatest_weight
    assert "0.9 quantile" in cut.conventions[1]


def test_a_weight_by_hand():
    """Two controls until 2, one switches at 1; no covariate in either model: both hazards are alike, weights 1."""
    rows = SwitchRows.of(
        patient=[0, 1, 2, 3], start=[0, 0, 0, 0], stop=[1, 2, 3, 2.5], event=[0, 1, 1, 0], switched=[1, 0, 0, 0],
        arm=[0, 0, 1, 1], factors=np.zeros((4, 0)),
    )  # fmt: skip
    found = switch_weighted(rows)
    assert (found.least_weight, found.greatest_weight, found.switches) == (1.0, 1.0, 1)


def test_rows_after_the_switch_are_left_out_and_counted():
    rows = SwitchRows.of(
        patient=[0, 0, 1], start=[0, 1, 0], stop=[1, 2, 2], event=[0, 1, 1], switched=[1, 0, 0], arm=[0, 0, 1],
        factors=[[0], [1], [0]],
    )  # fmt: skip
    assert rows.patient.size == 2
    assert rows.left_out[0].count == 1


def test_bad_rows_are_named_together():
    with pytest.raises(InputError) as caught:
        SwitchRows.of(
            patient=[0, 0, 1], start=[0, 0.5, 0], stop=[1, 2, 0], event=[0, 1, 2], switched=[0, 1, 1], arm=[0, 0, 1],
            factors=[[0], [np.nan], [0]],
        )  # fmt: skip
    places = {fault.place for fault in caught.value.faults}
    assert {"stop, rows 2", "event, rows 2", "switched, rows 2", "switched, rows 1", "factors, rows 1"} <= places
    assert "start, rows 1" in places


def gated(seed: int, n: int = 800, ratio: float = 0.5):
    """Switching is possible only once ill, and likely then; no other covariate."""
    draws = np.random.default_rng(seed)
    names = ("patient", "start", "stop", "event", "switched", "arm", "could_switch")
    rows = {name: [] for name in names}
    for i in range(n):
        arm, ill = i % 2, 0
        for month in range(24):
            ill = ill or int(draws.random() < 0.08)
            dies = draws.random() < 0.02 * (ratio if arm else 1.0) * (3.0 if ill else 1.0)
            switches = arm == 0 and not dies and bool(ill) and draws.random() < 0.15
            values = (i, month, month + 1, int(dies), int(switches), arm, ill)
            for name, value in zip(names, values, strict=True):
                rows[name].append(value)
            if dies or switches:
                break
    return SwitchRows.of(**rows, factors=np.zeros((len(rows["arm"]), 0)))


def test_who_could_switch_is_weighted_for_those_who_did():
    """The stabilising model must not know who could switch: with it the weights were 1, and the ratio 0.62."""
    plain, weighted = [], []
    for seed in range(8):
        found = switch_weighted(gated(seed))
        plain.append(np.log(found.hazard_ratio_censored.estimate))
        weighted.append(np.log(found.hazard_ratio.estimate))
    assert np.mean(plain) > np.log(0.57)
    assert np.exp(np.mean(weighted)) == pytest.approx(0.5, abs=0.06)


def test_weights_of_those_who_could_switch_by_hand():
    """Controls 0 to 3, of whom 0, 1 could switch from 1 on; 0 does at 2. Then 1 has e^(1/2 - 1/4), 2 and 3 e^(-1/4)."""
    rows = SwitchRows.of(
        patient=[0, 0, 1, 1, 2, 3, 4], start=[0, 1, 0, 1, 0, 0, 0], stop=[1, 2, 1, 4, 5, 6, 4.5],
        event=[0, 0, 0, 1, 1, 0, 1], switched=[0, 1, 0, 0, 0, 0, 0], arm=[0, 0, 0, 0, 0, 0, 1],
        could_switch=[0, 1, 0, 1, 0, 0, 0], factors=np.zeros((7, 0)),
    )  # fmt: skip
    found = switch_weighted(rows)
    assert found.greatest_weight == pytest.approx(np.exp(0.25))
    assert found.least_weight == pytest.approx(np.exp(-0.25))
    weight = np.exp([0, 0, 0, 0, 0.25, -0.25, -0.25])  # until the switch at 2, then what is left of each control
    assert found.mean_weight == pytest.approx(np.average(weight, weights=[2, 2, 2, 2, 2, 3, 4]))


def test_a_row_cut_in_two_changes_nothing():
    """The variance goes by patient: halves of a row are no new patients."""
    draws = np.random.default_rng(5)
    n = 150
    stop, arm = draws.exponential(10.0, n), np.arange(n) % 2
    switched = ((draws.random(n) < 0.3) & (arm == 0)).astype(int)
    event = ((draws.random(n) < 0.7) & (switched == 0)).astype(int)
    zero, none = np.zeros(n), np.zeros(n, int)
    whole = {"patient": np.arange(n), "start": zero, "stop": stop, "event": event, "switched": switched, "arm": arm}
    first = {**whole, "stop": stop / 2, "event": none, "switched": none}
    second = {**whole, "start": stop / 2}
    halves = {name: np.concatenate([first[name], second[name]]) for name in whole}
    one = switch_weighted(SwitchRows.of(**whole, factors=np.zeros((n, 0)))).hazard_ratio
    two = switch_weighted(SwitchRows.of(**halves, factors=np.zeros((2 * n, 0)))).hazard_ratio
    assert two.estimate == pytest.approx(one.estimate, rel=1e-8)
    assert two.std_error == pytest.approx(one.std_error, rel=1e-6)
