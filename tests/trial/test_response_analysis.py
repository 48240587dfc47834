"""Response: NETTER-2's printed counts give its printed rates; the published Wald interval; unknown counts as none."""

import numpy as np
import pytest
from scipy.stats import norm

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


def test_two_strata_by_hand(by_hand):
    """g2: 6/10 against 2/10, g3: 3/5 against 1/5. Odds ratio (6·8/20 + 3·4/10) / (4·2/20 + 2·1/10) = 3.6 / 0.6 = 6."""
    patients = [
        {"arm": arm, "STRAT1": grade, "best": "PR" if i < responders else "SD"}
        for arm, grade, responders, n in (("A", "g2", 6, 10), ("B", "g2", 2, 10), ("A", "g3", 3, 5), ("B", "g3", 1, 5))
        for i in range(n)
    ]
    found = response_analysis(by_hand(patients))
    assert found.odds_ratio.estimate == pytest.approx(6.0)
    away, variance = (6 - 4) + (3 - 2), 10 * 10 * 8 * 12 / (400 * 19) + 5 * 5 * 4 * 6 / (100 * 9)
    assert found.p_one_sided == pytest.approx(norm.sf(away / variance**0.5), rel=1e-9)


def test_the_level_is_that_of_every_interval(by_hand):
    patients = [{"arm": "AB"[i % 2], "best": "PR", "times": {"DOR": (100 + 10 * i, 1)}} for i in range(20)]
    data = by_hand([*patients, {"arm": "A"}, {"arm": "B"}])
    wide, narrow = (response_analysis(data, level=level) for level in (0.95, 0.8))
    for name in ("objective_response", "disease_control", "duration_days"):
        one, other = getattr(wide, name)[0], getattr(narrow, name)[0]
        assert one.lower < other.lower, name
    assert wide.odds_ratio.level == 0.95
    assert narrow.odds_ratio.level == narrow.difference.level == 0.8
