"""Sums over clusters."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from lutetia.survival import FollowUp, cox
from lutetia.survival.cox_model.robust import dfbeta, sandwich


def test_two_clusters_by_hand():
    influence = np.array([[1.0, 0], [2, 1], [-3, 5]])
    # clusters {0, 2} and {1}: sums (−2, 5) and (2, 1)
    assert_allclose(sandwich(influence, np.array([7, 9, 7])), [[8, -8], [-8, 26]])
    assert_allclose(sandwich(influence, None), influence.T @ influence)


def test_dfbeta_is_weighted():
    assert_allclose(dfbeta(np.array([[2.0], [1]]), np.array([3.0, 1]), np.array([[0.5]])), [[3], [0.5]])


def test_a_row_twice_in_one_cluster_is_one_patient(patients):
    f, x = patients(50, 1, digits=6)
    halves = FollowUp(
        start=np.concatenate([np.zeros(50), f.stop / 2]), stop=np.concatenate([f.stop / 2, f.stop]),
        event=np.concatenate([np.zeros(50), f.event]), cluster=np.tile(np.arange(50), 2),
    )  # fmt: skip
    whole = cox(FollowUp(stop=f.stop, event=f.event, cluster=np.arange(50)), x)
    assert_allclose(cox(halves, np.vstack([x, x])).std_error, whole.std_error, rtol=1e-9)
