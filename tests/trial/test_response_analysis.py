"""Response: NETTER-2's printed counts give its printed rates; the published Wald interval; unknown counts as none."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial.response_analysis import fisher_p, response_analysis, response_table

PRINTED = {"A": {"CR": 8, "PR": 57, "SD": 72, "PD": 8, "NE": 6},
           "B": {"PR": 7, "SD": 42, "NON-CR/NON-PD": 1, "PD": 14, "NE": 11}}  # fmt: skip


@pytest.fixture(scope="module")
def found(by_hand):
    patients = [
        {"arm": arm, "best": best} for arm, counts in PRINTED.items() for best, n in counts.items() for _ in range(n)
    ]
    return response_analysis(by_hand(patients))


def percents(estimate):
    return tuple(round(100 * value, 1) for value in (estimate.estimate, estimate.lower, estimate.upper))


def test_rates_are_the_printed_ones(found):
    assert percents(found.objective_response[0]) == (43.0, 35.0, 51.3)
    assert percents(found.objective_response[1]) == (9.3, 3.8, 18.3)
    assert percents(found.disease_control[0]) == (90.7, 84.9, 94.8)
    assert percents(found.disease_control[1]) == (66.7, 54.8, 77.1)


def test_the_difference_is_walds(found):
    assert percents(found.difference) == (33.7, 23.4, 44.0)


def test_one_stratum_gives_the_crude_odds_ratio(found):
    assert found.odds_ratio.estimate == pytest.approx(65 * 68 / (86 * 7))
    assert found.p_one_sided == pytest.approx(1.6e-7, rel=0.05)
    assert fisher_p(found) == pytest.approx(2 * 6.5e-8, rel=0.6)  # two-sided against the printed one-sided value


def test_the_direction_of_the_test(by_hand):
    turned = [{"arm": "A", "best": "SD"}] * 10 + [{"arm": "B", "best": "PR"}] * 8 + [{"arm": "B"}] * 2
    assert response_analysis(by_hand(turned)).p_one_sided > 0.99


def test_durations_are_of_responders(by_hand):
    data = by_hand([{"arm": "A", "best": "PR", "times": {"DOR": (100, 1)}}, {"arm": "A"}, {"arm": "B"}, {"arm": "B"}])
    found = response_analysis(data)
    assert found.duration_days[0].estimate == 100
    assert found.duration_days[1].estimate is None


def test_the_table_prints_counts_and_rates(found):
    table = response_table(found)
    texts = {row.cells[0].strip(): row.cells[1:] for row in table.rows}
    assert texts["Complete response"] == ("8 (5.3)", "0 (0.0)")
    assert texts["Objective response, % (95 % CI)"] == ("43.0 (35.0–51.3)", "9.3 (3.8–18.3)")
    assert texts["Difference of response rates, percentage points"][0] == "+33.7 (+23.4 to +44.0)"
    assert "wald" in table.notes[1]


def test_counts_of_the_replayed_trial_close(replayed):
    found = response_analysis(replayed)
    assert len(found.best) == sum(found.arms.n)
    assert np.isfinite(found.p_one_sided)


def test_unknown_responses_and_lacking_patients_are_refused(by_hand):
    with pytest.raises(InputError, match="must be one of CR"):
        response_analysis(by_hand([{"arm": "A", "best": "VGPR"}, {"arm": "B"}]))
