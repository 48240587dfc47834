"""Resamples in compiled code are the fits of the rows drawn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lutetia.errors import InputError
from lutetia.survival import FollowUp, bootstrap_cox, cox
from lutetia.survival.cox_model.resample import draws


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("kind", [{}, {"delayed": True, "weighted": True, "stratified": True}], ids=str)
def test_each_resample_is_the_fit_of_its_rows(patients, kind, ties):
    f, x = patients(80, 2, **kind)
    found = bootstrap_cox(f, x, seed=5, replicates=4, ties=ties)
    counts = next(draws(found.fit._model, 4, 5))
    for nth in range(4):
        of_row = np.zeros(80, dtype=int)
        of_row[found.fit._model.arranged.order] = counts[nth]
        rows = np.repeat(np.arange(80), of_row)
        assert_allclose(found.coef[nth], cox(f.at(rows), x[rows], ties=ties, robust=False).coef, atol=1e-10)


def test_same_seed_same_answer_on_any_number_of_threads(patients):
    f, x = patients(60, 1)
    one, three = (bootstrap_cox(f, x, seed=7, replicates=40, threads=threads) for threads in (1, 3))
    assert_array_equal(one.coef, three.coef)
    assert not np.array_equal(one.coef, bootstrap_cox(f, x, seed=8, replicates=40).coef)


def test_clusters_are_drawn_whole(patients):
    f, x = patients(60, 1)
    clustered = FollowUp(stop=f.stop, event=f.event, cluster=np.arange(60) // 2)
    found = bootstrap_cox(clustered, x, seed=1, replicates=3)
    model = found.fit._model
    for counts in next(draws(model, 3, 1)):
        of_row = np.full(60, -1)
        of_row[model.arranged.order] = counts
        pairs = of_row.reshape(30, 2)
        known = (pairs >= 0).all(axis=1)
        assert (pairs[known, 0] == pairs[known, 1]).all()
    assert "samples of clusters" in found.conventions[-1]


def test_intervals_and_failures(patients):
    f, x = patients(60, 1)
    found = bootstrap_cox(f, x, seed=1, replicates=200)
    for estimate, coef in zip(found.interval(), found.fit.coef, strict=True):
        assert estimate.lower < coef < estimate.upper
    assert_allclose(found.std_error, found.fit.std_error, rtol=0.5)
    few = FollowUp(stop=np.arange(1.0, 9), event=[1, 0, 0, 1, 0, 0, 0, 0])
    failing = bootstrap_cox(few, [1.0, 2, 0, 1, 1, 0, 2, 1], seed=1, replicates=50)
    assert sum(left.count for left in failing.left_out) == int((~failing.converged).sum()) > 0
    assert np.isnan(failing.coef[~failing.converged]).all()


def test_choices_are_refused(patients):
    with pytest.raises(InputError) as caught:
        bootstrap_cox(*patients(), seed=1, replicates=0, ties="exact")
    assert [fault.place for fault in caught.value.faults] == ["replicates", "ties"]
