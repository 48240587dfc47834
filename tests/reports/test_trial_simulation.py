"""The page of many simulated trials: each mean with its error, beside the printed value where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dates import DAYS_PER_MONTH
from lutetia.reports.result_page import Provenance
from lutetia.reports.trial_simulation import simulation_page
from lutetia.trial.netter2 import netter2_model, netter2_printed
from lutetia.trial.simulate import simulate


@pytest.fixture(scope="module")
def found():
    return simulate(netter2_model(), 30, seed=2)


def page(found, printed):
    return simulation_page(
        found, None, model=netter2_model(), title="t", printed=printed, provenance=Provenance(version="1")
    )


def record(made, table, term, group):
    records = next(t for t in made.tables if t.key == table).records
    return next(one for one in records if one["term"] == term and one["group"] == group)


def test_means_are_means_and_errors_are_those_of_the_mean(found):
    made = page(found, {})
    events = found.columns["events_control"] + found.columns["events_experimental"]
    one = record(made, "means", "events", "both")
    assert one["estimate"] == pytest.approx(np.mean(events))
    assert one["std_error"] == pytest.approx(np.std(events, ddof=1) / np.sqrt(30))
    months = record(made, "means-by-arm", "median_months", "control")
    assert months["estimate"] == pytest.approx(np.nanmean(found.columns["median_days_control"]) / DAYS_PER_MONTH)


def test_printed_values_stand_beside_or_not_at_all(found):
    with_printed, without = page(found, netter2_printed()), page(found, {})
    table = next(t for t in with_printed.tables if t.key == "means")
    assert table.head[-1] == "Printed"
    assert table.rows[0].cells[-1] == "0.276"
    assert table.rows[-1].cells[-1] == "101"  # 55 + 46
    assert "Printed" not in next(t for t in without.tables if t.key == "means").head
    assert any("proves nothing" in line for line in with_printed.lead)
    assert not any("printed" in line for line in without.lead)


def test_the_patients_are_called_made_up(found):
    assert page(found, {}).made_up.startswith("Every patient is made up")
