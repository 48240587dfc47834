"""Two nuclides: the best pair by hand and against scipy's linear programme."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from lutetia.dosimetry.tandem import tandem_activities
from lutetia.errors import InputError


def test_by_hand():
    """0.5 x + 1.5 y = 15 Gy (kidneys) and 0.02 x + 0.04 y = 0.5 Gy (marrow) cross at x = 15, y = 5 GBq."""
    found = tandem_activities(
        (4.0, 10.0),
        {"kidneys": (0.5, 1.5), "marrow": (0.02, 0.04)},
        {"kidneys": 15.0, "marrow": 0.5},
        most_mbq=(50_000, 50_000),
    )
    assert (found.first_mbq, found.second_mbq) == (pytest.approx(15_000), pytest.approx(5_000))
    assert found.tumour_gy == pytest.approx(110)
    assert found.organs_gy == {"kidneys": pytest.approx(15), "marrow": pytest.approx(0.5)}
    assert found.met == ("kidneys", "marrow")


def test_only_the_better_nuclide_where_one_limit_rules():
    found = tandem_activities((4.0, 5.0), {"kidneys": (0.5, 1.0)}, {"kidneys": 10.0}, most_mbq=(1e5, 1e5))
    assert (found.first_mbq, found.second_mbq) == (pytest.approx(20_000), 0)
    assert found.tumour_gy == pytest.approx(80)
    assert found.met == ("kidneys",)


def test_random_programmes_against_scipy():
    rng = np.random.default_rng(8)
    for _ in range(40):
        tumour, a, b = rng.uniform(0.1, 5, 2), rng.uniform(0.01, 1, (3, 2)), rng.uniform(0.1, 20, 3)
        most = rng.uniform(1, 40, 2)
        best = linprog(-tumour, A_ub=a, b_ub=b, bounds=[(0, most[0]), (0, most[1])])
        organs = {str(i): tuple(row) for i, row in enumerate(a)}
        found = tandem_activities(
            tuple(tumour), organs, {str(i): v for i, v in enumerate(b)}, most_mbq=tuple(1000 * most)
        )
        assert found.tumour_gy == pytest.approx(-best.fun, rel=1e-7)


def test_nothing_left_gives_nothing():
    found = tandem_activities((4.0, 5.0), {"kidneys": (0.5, 1.0)}, {"kidneys": 0.0}, most_mbq=(1e5, 1e5))
    assert (found.first_mbq, found.second_mbq, found.tumour_gy) == (0, 0, 0)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="same organs"):
        tandem_activities((1, 1), {"kidneys": (1, 1)}, {"marrow": 1}, most_mbq=(1, 1))
    with pytest.raises(InputError, match="leaves no activity"):
        tandem_activities((1, 1), {"kidneys": (1, 1)}, {"kidneys": -1}, most_mbq=(1, 1))
    with pytest.raises(InputError, match="two numbers"):
        tandem_activities((1, -1), {"kidneys": (1, 1)}, {"kidneys": 1}, most_mbq=(1, 1))
