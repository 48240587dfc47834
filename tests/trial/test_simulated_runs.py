"""A row of results is what the survival room finds on the same patients."""

import numpy as np
import pytest

from lutetia.survival import FollowUp, cox, kaplan_meier, log_rank
from lutetia.trial.simulate import simulate, simulate_trial
from lutetia.trial.simulated_runs import COLUMNS


@pytest.mark.parametrize("number", range(4))
def test_a_row_is_the_analysis_of_its_trial(full_model, number):
    row = {name: values[number] for name, values in simulate(full_model, 4, seed=5).columns.items()}
    trial = simulate_trial(full_model, seed=5, number=number)
    known, arm, stratum = trial.known, trial.paths["arm"], trial.paths["stratum"]
    follow = FollowUp(stop=known["pfs_days"], event=known["pfs_event"].astype(int))
    assert row["z"] ** 2 == pytest.approx(log_rank(follow, arm, strata=stratum).chi2, rel=1e-9)
    model = cox(follow, arm[:, None], ties="efron", strata=stratum)
    assert row["log_hazard_ratio"] == pytest.approx(model.coef[0], abs=1e-6)
    told = FollowUp(stop=known["investigator_days"], event=known["investigator_event"].astype(int))
    for name, curve in zip(("control", "experimental"), kaplan_meier(told, by=arm).values(), strict=True):
        median = curve.median().estimate
        assert row[f"investigator_median_days_{name}"] == pytest.approx(median, nan_ok=True) or median is None
    curves = kaplan_meier(follow, by=arm)
    for name, curve in zip(("control", "experimental"), curves.values(), strict=True):
        median = curve.median().estimate
        assert row[f"median_days_{name}"] == pytest.approx(median, nan_ok=True) or median is None
    assert row["events_control"] + row["events_experimental"] == known["pfs_event"].sum() >= 200
    assert row["cut_off_day"] == trial.cut_off_day


def test_counts_of_responses_close(full_model):
    columns = simulate(full_model, 50, seed=6).columns
    for arm in ("control", "experimental"):
        names = ("responses", "stable", "progressive_at_first", "response_unknown")
        assert (sum(columns[f"{name}_{arm}"] for name in names) == columns[f"patients_{arm}"]).all()


def test_every_column_is_filled(full_model):
    columns = simulate(full_model, 20, seed=7).columns
    assert tuple(columns) == COLUMNS
    assert all(np.isfinite(values).any() for values in columns.values())
