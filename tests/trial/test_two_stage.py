"""Simon's two-stage designs against his tables (Control Clin Trials 1989; 10: 1, tables 1 and 2)."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial import simon_two_stage
from lutetia.trial.two_stage import exact_errors, single_stage


@pytest.mark.parametrize(
    ("rates", "alpha", "power", "optimal", "minimax"),
    [
        ((0.05, 0.25), 0.10, 0.9, (0, 9, 2, 24, 14.5), (0, 13, 2, 20, 16.4)),
        ((0.05, 0.25), 0.05, 0.8, (0, 9, 2, 17, 12.0), (0, 12, 2, 16, 13.8)),
        ((0.10, 0.30), 0.10, 0.9, (1, 12, 5, 35, 19.8), (1, 16, 4, 25, 20.4)),
        ((0.10, 0.30), 0.05, 0.8, (1, 10, 5, 29, 15.0), (1, 15, 5, 25, 19.5)),
        ((0.10, 0.30), 0.05, 0.9, (2, 18, 6, 35, 22.5), (2, 22, 6, 33, 26.2)),
        ((0.20, 0.40), 0.05, 0.8, (3, 13, 12, 43, 20.6), (4, 18, 10, 33, 22.3)),
        ((0.30, 0.50), 0.05, 0.9, (8, 24, 24, 63, 34.7), (7, 24, 21, 53, 36.6)),
    ],
)
def test_the_published_designs(rates, alpha, power, optimal, minimax):
    found = simon_two_stage(*rates, alpha=alpha, power=power)
    for kind, expected in (("optimal", optimal), ("minimax", minimax)):
        one = found[kind]
        assert (one.first_stop, one.first_patients, one.last_stop, one.patients) == expected[:4]
        assert one.expected_patients == pytest.approx(expected[4], abs=0.06)
        assert one.type_one_error <= alpha
        assert one.power >= power


def test_errors_by_simulated_patients():
    found = simon_two_stage(0.1, 0.3)["optimal"]
    rng = np.random.default_rng(8)
    first = rng.binomial(found.first_patients, 0.3, 200_000)
    second = rng.binomial(found.patients - found.first_patients, 0.3, 200_000)
    promising = (first > found.first_stop) & (first + second > found.last_stop)
    assert promising.mean() == pytest.approx(found.power, abs=0.004)


def test_a_single_stage_by_hand():
    """0 of n is all that stops: alpha 0.5 with p = 0.5 needs one patient, who responds for sure half the time."""
    r, n = single_stage(0.1, 0.3, alpha=0.05, power=0.8)
    assert (r, n) == (5, 25)  # A'Hern 2001, table: p0 0.1, p1 0.3
    assert exact_errors(0.5, 0, 1, 1, 2) == (0.25, 0.5, 1.5)


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        simon_two_stage(10, 0.3, alpha=0.6, power=0.8, most_patients=1)
    assert [fault.place for fault in wrong.value.faults] == ["uninteresting", "alpha", "most_patients"]
    with pytest.raises(InputError, match="above the uninteresting rate"):
        simon_two_stage(0.3, 0.3)
    with pytest.raises(InputError, match="no design keeps them"):
        simon_two_stage(0.1, 0.3, most_patients=10)
