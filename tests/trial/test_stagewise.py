"""Stage-wise order: p at the bounds is what was spent, and the estimate has the chances it promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from lutetia.errors import InputError
from lutetia.trial import Spending, group_sequential, stagewise_drift, stagewise_p

DESIGN = group_sequential((0.5, 0.75, 1))


@pytest.mark.parametrize("look", [1, 2, 3])
def test_p_at_a_bound_is_the_alpha_spent_so_far(look):
    at = DESIGN.looks[look - 1]
    assert stagewise_p(DESIGN, look=look, z=at.efficacy_z) == pytest.approx(at.alpha_spent, abs=1e-9)


def test_the_first_look_is_the_plain_p():
    assert stagewise_p(DESIGN, look=1, z=3.2) == pytest.approx(norm.sf(3.2))
    assert stagewise_drift(DESIGN, look=1, z=3.2) == pytest.approx(3.2 / 0.5**0.5, abs=1e-6)


def test_an_early_stop_is_always_more_extreme():
    assert stagewise_p(DESIGN, look=2, z=4.0) > stagewise_p(DESIGN, look=1, z=DESIGN.value[0])


def test_binding_futility_counts():
    pair = {"efficacy": Spending.pocock(), "futility": Spending.pocock()}
    free, bound = group_sequential((0.5, 1), **pair), group_sequential((0.5, 1), **pair, binding=True)
    assert stagewise_p(bound, look=2, z=bound.value[1]) == pytest.approx(0.025, abs=1e-9)
    assert stagewise_p(free, look=2, z=free.value[1]) == pytest.approx(0.025, abs=1e-9)


def test_limits_cover_the_truth_as_often_as_they_say():
    """Made-up trials with drift 2.5: median-unbiased, and a one-sided limit that fails in 10 %."""
    rng = np.random.default_rng(3)
    below_half, below_limit, n = 0, 0, 400
    fractions = np.array(DESIGN.fractions)
    for _ in range(n):
        steps = np.diff(fractions, prepend=0)
        z = np.cumsum(rng.normal(2.5 * steps, np.sqrt(steps))) / np.sqrt(fractions)
        look = int(np.argmax(z >= DESIGN.value)) if (z >= DESIGN.value).any() else 2
        p = stagewise_p(DESIGN, look=look + 1, z=float(z[look]), drift=2.5)
        below_half += p < 0.5  # as: the estimate lies above the truth
        below_limit += p < 0.1
    assert below_half / n == pytest.approx(0.5, abs=0.1)
    assert below_limit / n == pytest.approx(0.1, abs=0.06)


def test_estimate_and_p_undo_each_other():
    drift = stagewise_drift(DESIGN, look=3, z=2.4, p=0.2)
    assert stagewise_p(DESIGN, look=3, z=2.4, drift=drift) == pytest.approx(0.2)


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        stagewise_p(DESIGN, look=4, z=float("nan"))
    assert [fault.place for fault in wrong.value.faults] == ["look", "z"]
    with pytest.raises(InputError, match="p: must lie"):
        stagewise_drift(DESIGN, look=1, z=2.0, p=1.5)
