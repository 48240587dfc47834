"""The uncertainty chain: terms by hand, the whole against 20,000 draws, each component removed, published sizes."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, log, pi, sqrt

import numpy as np
import pytest

from lutetia.dosimetry.recovery import diameter_of_volume_mm, fit_recovery, recovery_of_blurred_sphere
from lutetia.dosimetry.uncertainty import DoseChain, chain_steps, volume_u_fraction, with_uncertainty
from lutetia.errors import InputError

NEMA_ML = pi / 6 * np.array([10, 13, 17, 22, 28, 37.0]) ** 3 / 1000
RECOVERY = fit_recovery(NEMA_ML, 1 - 1 / (1 + (NEMA_ML / 4.0) ** 0.6), form="gear_2018", u_recoveries=np.full(6, 0.02))
CHAIN = DoseChain(
    volume_ml=26.5,
    u_volume_fraction=0.06,
    image_fwhm_mm=10,
    recovery=RECOVERY,
    u_calibration_fraction=0.03,
    u_counts_fraction=0.02,
    u_curve_fraction=0.05,
    s_exponent=0.98,
    u_s_fraction=0.02,
)


def test_volume_by_hand():
    """37 mm sphere, voxels 4.8 mm, FWHM 10 mm: u(d)² = 4.8²/6 + 10²/(4 ln 2) = 3.84 + 36.07; 3 · 6.317 / 37."""
    found = volume_u_fraction(pi / 6 * 37**3 / 1000, voxel_mm=4.8, outline_fwhm_mm=10)
    assert found == pytest.approx(3 * sqrt(3.84 + 100 / (4 * log(2))) / 37, rel=1e-9)
    joined = volume_u_fraction(26.5, voxel_mm=0, outline_fwhm_mm=0, u_observer_fraction=0.1)
    assert joined == pytest.approx(0.1)


def test_the_edge_terms_are_two_edges():
    """A voxel edge is uniform over a (a²/12), a blurred edge normal with FWHM/(2√(2 ln 2)); a diameter has two."""
    rng = np.random.default_rng(0)
    uniform = rng.uniform(-2.4, 2.4, (2, 200_000)).sum(axis=0)
    normal = rng.normal(scale=10 / (2 * sqrt(2 * log(2))), size=(2, 200_000)).sum(axis=0)
    assert (uniform + normal).std() == pytest.approx(sqrt(4.8**2 / 6 + 100 / (4 * log(2))), rel=0.01)


def draws(chain, n=20_000, seed=1):
    """Relative doses from the chain itself: outline, counts within it, recovery, mass, and the independent factors."""
    rng = np.random.default_rng(seed)
    volume = chain.volume_ml * (1 + chain.u_volume_fraction * rng.standard_normal(n))
    true_diameter = float(diameter_of_volume_mm(chain.volume_ml))
    counts = _counts_within(diameter_of_volume_mm(volume), true_diameter, chain.image_fwhm_mm)
    if chain.recovery is None:
        recovery = np.ones(n)
    else:
        parameters = rng.multivariate_normal(chain.recovery.parameters, chain.recovery.covariance, n)
        raised = (volume / parameters[:, 0]) ** parameters[:, 1]
        recovery = raised / (1 + raised)
        # the counts that would give the true activity at the true outline with this recovery curve
        counts = (
            counts
            * float(chain.recovery.recovery(chain.volume_ml))
            / _counts_within(np.array([true_diameter]), true_diameter, chain.image_fwhm_mm)
        )
    factors = [
        1 + u * rng.standard_normal(n)
        for u in (chain.u_counts_fraction, chain.u_curve_fraction, chain.u_s_fraction, chain.u_calibration_fraction)
    ]
    return counts / recovery * volume**-chain.s_exponent * factors[0] * factors[1] * factors[2] / factors[3]


def _counts_within(diameters, true_diameter, fwhm):
    """Counts of a blurred ball within spheres of these diameters, by integrating its profile."""
    sigma, radius = fwhm / (2 * sqrt(2 * log(2))), true_diameter / 2
    grid = np.linspace(1e-6, 2 * radius, 2001)
    inner = np.linspace(0, radius, 801)
    profile = np.trapezoid(
        inner * (np.exp(-((grid[:, None] - inner) ** 2) / (2 * sigma**2))
                 - np.exp(-((grid[:, None] + inner) ** 2) / (2 * sigma**2))),
        inner, axis=1,
    ) / (grid * sigma * sqrt(2 * pi))  # fmt: skip
    shells = 4 * pi * grid**2 * profile
    within = np.concatenate([[0], np.cumsum((shells[1:] + shells[:-1]) / 2 * np.diff(grid))])
    return np.interp(diameters / 2, grid, within)


COMPONENTS = ("u_volume_fraction", "u_calibration_fraction", "u_counts_fraction", "u_curve_fraction", "u_s_fraction")


@pytest.mark.parametrize("without", [None, *COMPONENTS])
@pytest.mark.parametrize("recovery", [None, RECOVERY], ids=["no correction", "corrected"])
def test_the_analytic_chain_is_monte_carlo(without, recovery):
    chain = replace(CHAIN, recovery=recovery, **({} if without is None else {without: 0.0}))
    drawn = draws(chain)
    assert with_uncertainty(1.0, chain).u_gy == pytest.approx(drawn.std() / drawn.mean(), rel=0.03)


def test_taking_a_component_away_takes_its_square_away():
    whole = with_uncertainty(10.0, CHAIN)
    for component, name in zip(COMPONENTS, ("volume", "calibration", "counts", "curve", "S value"), strict=True):
        rest = with_uncertainty(10.0, replace(CHAIN, **{component: 0.0}))
        effect = next(c.effect_gy for c in whole.budget if c.name == name)
        assert whole.u_gy**2 - rest.u_gy**2 == pytest.approx(effect**2)


def test_the_steps_end_where_the_budget_does():
    steps = chain_steps(CHAIN)
    assert steps.absorbed_fraction == pytest.approx(with_uncertainty(1.0, CHAIN).u_gy)
    assert steps.time_integrated_activity_fraction == pytest.approx(hypot(steps.activity_fraction, 0.05))
    assert steps.recovery_fraction == pytest.approx(hypot(CHAIN.recovery_slope * 0.06, CHAIN.u_recovery_curve_fraction))
    naive = hypot(steps.time_integrated_activity_fraction, steps.s_value_fraction)
    assert steps.absorbed_fraction < naive  # more volume: more counts, but less dose per decay


def test_a_large_region_of_local_energy_feels_its_volume_by_half():
    """Edge density ½, recovery 1, S ∝ 1/m: a volume 2 % too large makes the dose 1 % too small."""
    chain = replace(CHAIN, volume_ml=1e9, recovery=None, s_exponent=1.0, u_volume_fraction=0.02)
    effect = next(c.effect_gy for c in with_uncertainty(1.0, chain).budget if c.name == "volume")
    assert effect == pytest.approx(-0.01, abs=2e-4)


def test_what_is_shared_between_regions_and_cycles():
    shared = {c.name for c in with_uncertainty(1.0, CHAIN).budget if c.shared}
    assert shared == {"recovery curve", "calibration", "S value"}
    two = with_uncertainty(2.0, CHAIN) + with_uncertainty(2.0, CHAIN)
    assert 2 * sqrt(2) < two.u_gy / with_uncertainty(1.0, CHAIN).u_gy < 4


def test_sizes_are_those_published():
    """13 % for kidneys (three SPECT/CT, PMC8590641), 14 to 102 % for tumours (Finocchiaro 2020): so here."""
    kidney = replace(
        CHAIN, volume_ml=155, u_volume_fraction=volume_u_fraction(155, voxel_mm=1, outline_fwhm_mm=1.5),
        u_curve_fraction=0.1,
    )  # fmt: skip
    assert 0.1 < with_uncertainty(1.0, kidney).u_gy < 0.16
    tumour = replace(CHAIN, volume_ml=7, u_volume_fraction=volume_u_fraction(7, voxel_mm=4.8, outline_fwhm_mm=10))
    assert 0.14 < with_uncertainty(1.0, tumour).u_gy < 1.02


def test_the_blurred_sphere_may_be_the_recovery_curve():
    values = recovery_of_blurred_sphere(diameter_of_volume_mm(NEMA_ML), 10)
    curve = fit_recovery(NEMA_ML, values, form="blurred_sphere", u_recoveries=np.full(6, 0.02))
    chain = replace(CHAIN, recovery=curve)
    # counts within the outline are recovery · volume: their slopes differ by edge density alone
    step = 1e-4
    up, down = (_counts_within(np.array([37 * (1 + way * step)]), 37, 10)[0] for way in (1, -1))
    slope = (np.log(up) - np.log(down)) / (2 * step) / 3
    assert replace(chain, volume_ml=pi / 6 * 37**3 / 1000).counts_slope == pytest.approx(slope, rel=2e-3)


def test_bad_input_is_refused():
    with pytest.raises(InputError) as refused:
        replace(CHAIN, volume_ml=0, u_s_fraction=-1, u_curve_fraction=float("nan"))
    assert len(refused.value.faults) == 3
    with pytest.raises(InputError, match="voxel_mm"):
        volume_u_fraction(10, voxel_mm=-1, outline_fwhm_mm=1)
    with pytest.raises(InputError, match="volume_ml"):
        volume_u_fraction(0, voxel_mm=1, outline_fwhm_mm=1)
