"""Bootstrap areas: their spread is that of repeated measurement, whatever the number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.curve_bootstrap import bootstrap_areas
from lutetia.dosimetry.fit import fit_curve
from lutetia.errors import InputError

T = np.array([1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])
BI = ExponentialSum(amplitudes_mbq=(100, 80), effective_half_lives_h=(60, 6)).activity_mbq(T)
MONO = 50 * 2 ** (-T / 70)
ORGANS, SIGMAS = np.stack([BI, MONO]), 0.04 * np.stack([BI, MONO])


def bootstrap(organs=ORGANS, sigmas=SIGMAS, replicates=400, seed=7, **more):
    return bootstrap_areas(T, organs, sigmas, physical_half_life_h=159.528, replicates=replicates, seed=seed, **more)


def test_the_spread_is_the_u_of_the_fit():
    found = bootstrap(models=("mono", "bi"))
    linear = fit_curve(T, MONO, sigmas_mbq=SIGMAS[1], physical_half_life_h=159.528, model="mono")
    assert found.u_tia_mbq_h()[1, 0] == pytest.approx(linear.tia_mbq_h.std_error, rel=0.1)
    assert found.estimates_mbq_h[1, 0] == pytest.approx(linear.tia_mbq_h.estimate, rel=1e-9)
    assert found.tia_mbq_h[1, 0].mean() == pytest.approx(linear.tia_mbq_h.estimate, rel=0.01)
    linear = fit_curve(T, BI, sigmas_mbq=SIGMAS[0], physical_half_life_h=159.528, model="bi")
    assert found.u_tia_mbq_h()[0, 1] == pytest.approx(linear.tia_mbq_h.std_error, rel=0.1)
    assert found.settled_fraction == pytest.approx(1, abs=1e-3)


def test_replicates_are_near_what_a_full_search_finds():
    found = bootstrap(models=("mono",), replicates=50)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(7).spawn(2)[1]))
    drawn = MONO + rng.standard_normal((50, T.size)) * SIGMAS[1]
    full = [
        fit_curve(
            T, np.maximum(row, 0), sigmas_mbq=SIGMAS[1], physical_half_life_h=159.528, model="mono"
        ).tia_mbq_h.estimate
        for row in drawn
    ]
    assert found.tia_mbq_h[1, 0] == pytest.approx(full, rel=2e-3)


def test_shapes_choice_and_average():
    found = bootstrap()
    assert found.tia_mbq_h.shape == (2, 4, 400)
    assert found.weights.sum(axis=1) == pytest.approx(np.ones((2, 400)))
    assert np.bincount(found.chosen[0], minlength=4).argmax() == 2  # bi
    assert np.bincount(found.chosen[1], minlength=4).argmax() == 0  # mono
    low, high = found.limits_mbq_h()
    assert (low < found.estimates_mbq_h).all()
    assert (found.estimates_mbq_h < high).all()
    inside = found.averaged_mbq_h()
    assert inside.shape == (2, 400)
    assert (inside <= found.tia_mbq_h.max(axis=1)).all()


def test_the_same_seed_gives_the_same_answer_with_any_number_of_workers():
    one, two = bootstrap(workers=1, replicates=20), bootstrap(workers=2, replicates=20)
    assert (one.tia_mbq_h == two.tia_mbq_h).all()
    assert not (bootstrap(seed=8, replicates=20).tia_mbq_h == one.tia_mbq_h).any()


def test_where_no_model_has_an_aicc_none_is_chosen():
    found = bootstrap_areas(
        T[:3], MONO[:3], SIGMAS[1, :3], physical_half_life_h=159.528, replicates=10, seed=1, models=("mono",)
    )
    assert (found.chosen == -1).all()
    assert np.isnan(found.weights).all()


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="2 or more"):
        bootstrap(replicates=1)
    with pytest.raises(InputError, match="tri needs 6"):
        bootstrap_areas(T[:5], MONO[:5], SIGMAS[1, :5], physical_half_life_h=159.528, seed=1, models=("tri",))
    with pytest.raises(InputError, match="must be one of"):
        bootstrap(models=("quad",))
