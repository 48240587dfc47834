"""Self-dose of spheres, ellipsoids and organs: the mean absorbed dose to a body from activity spread evenly in it.

With an endless medium around it the answer follows from the radial kernel and the body's shape alone, without Monte
Carlo: a point at distance r from a random point of an ellipsoid lies inside it with a probability known in closed
form. In vacuum the body is followed by Monte Carlo with the nuclide's own spectra, which is also an independent route
to the same physics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.emission import ALPHA_CLASSES, ELECTRON_CLASSES, PHOTON_CLASSES, Lines
from lutetia.dosimetry.kernel import COMPONENTS, RADII_G_PER_CM2, alpha_within_mev, radial_kernel
from lutetia.dosimetry.medium import medium as material_of
from lutetia.dosimetry.nuclide import JOULE_PER_MEV, Nuclide, nuclide
from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    from lutetia.dosimetry.transport import Beam

Floats = NDArray[np.float64]
Surroundings = Literal["same_medium", "vacuum"]

DIRECTIONS = 24  # Gauss nodes per angle over an octant of directions
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class RbeWeighted:
    """Absorbed doses weighted by relative biological effectiveness: no absorbed dose, and never added to one."""

    rbe_weighted_gy_per_bq_s: float
    alpha_rbe: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SelfDose:
    """Mean absorbed dose to a body per decay in it, by what carried the energy.

    `absorbed_mev` and `emitted_mev` are energies per decay by component (electron, alpha, photon, bremsstrahlung; what
    electrons turn into bremsstrahlung is counted there). `std_error_gy_per_bq_s` is 0 where no Monte Carlo was run.
    """

    nuclide: str
    medium: str
    mass_g: float
    semi_axes_mm: tuple[float, float, float]
    absorbed_mev: Mapping[str, float]
    emitted_mev: Mapping[str, float]
    std_error_gy_per_bq_s: float
    conventions: tuple[str, ...]

    @property
    def s_gy_per_bq_s(self) -> float:
        """The S-value: absorbed dose of all components per decay."""
        return self.component_gy_per_bq_s(*self.absorbed_mev)

    def component_gy_per_bq_s(self, *components: str) -> float:
        """Absorbed dose per decay of the components named."""
        return sum(self.absorbed_mev[name] for name in components) * JOULE_PER_MEV / (self.mass_g * 1e-3)

    def absorbed_fraction(self, component: str) -> float:
        """Share of the component's energy that stays in the body; raises ZeroDivisionError if there is none of it."""
        return self.absorbed_mev[component] / self.emitted_mev[component]

    def rbe_weighted(self, alpha_rbe: float) -> RbeWeighted:
        """Dose with that of alpha particles and recoiling nuclei multiplied; the factor is the caller's to justify."""
        alpha = self.component_gy_per_bq_s("alpha")
        weighted = self.s_gy_per_bq_s + (alpha_rbe - 1) * alpha
        return RbeWeighted(rbe_weighted_gy_per_bq_s=weighted, alpha_rbe=alpha_rbe)


def sphere_s_gy_per_bq_s(
    source: str | Nuclide, mass_g: float, *, medium: str = "soft_tissue", density_g_per_ml: float | None = None
) -> float:
    """Mean absorbed dose to a sphere per decay in it, with the same medium around; arguments as in `self_dose`."""
    return self_dose(source, mass_g, medium=medium, density_g_per_ml=density_g_per_ml).s_gy_per_bq_s


def ellipsoid_s_gy_per_bq_s(
    source: str | Nuclide,
    semi_axes_mm: tuple[float, float, float],
    *,
    medium: str = "soft_tissue",
    density_g_per_ml: float | None = None,
) -> float:
    """Mean absorbed dose to an ellipsoid per decay in it; its mass follows from the semi-axes and the density."""
    density = material_of(medium).density_g_per_ml if density_g_per_ml is None else density_g_per_ml
    a, b, c = semi_axes_mm
    mass_g = 4 / 3 * pi * a * b * c * 1e-3 * density
    found = self_dose(source, mass_g, axis_ratios=semi_axes_mm, medium=medium, density_g_per_ml=density)
    return found.s_gy_per_bq_s


def organ_self_s_gy_per_bq_s(
    source: str | Nuclide,
    mass_g: float,
    *,
    parts: int = 1,
    axis_ratios: tuple[float, float, float] = (1, 1, 1),
    medium: str = "soft_tissue",
    density_g_per_ml: float | None = None,
) -> float:
    """(E_e φ_e + E_ph φ_ph) / m of an organ of the patient's mass, in equal parts (two kidneys) of ellipsoidal shape.

    Per decay in the whole organ. What one part gives to another is left out. Raises InputError as `self_dose` does.
    """
    part = self_dose(source, mass_g / parts, axis_ratios=axis_ratios, medium=medium, density_g_per_ml=density_g_per_ml)
    return part.s_gy_per_bq_s / parts


def self_dose(
    source: str | Nuclide,
    mass_g: float,
    *,
    axis_ratios: tuple[float, float, float] = (1, 1, 1),
    medium: str = "soft_tissue",
    density_g_per_ml: float | None = None,
    surroundings: Surroundings = "same_medium",
    histories: int = 200_000,
    seed: int = 1,
) -> SelfDose:
    """Self-dose of an ellipsoid of this mass whose axes have these ratios, activity spread evenly in it.

    `source` is a nuclide or its name (then with daughters in equilibrium). In "same_medium" the medium goes on around
    the body and the result is exact for the kernel; in "vacuum" nothing comes back from outside and electrons and
    photons are followed, `histories` of each. Raises InputError for a mass, ratio or density that is not positive, and
    for an unknown nuclide or medium.
    """
    known = nuclide(source) if isinstance(source, str) else source
    density = material_of(medium).density_g_per_ml if density_g_per_ml is None else density_g_per_ml
    _check(mass_g, axis_ratios, density)
    scale_mm = 10 * (mass_g / density / (4 / 3 * pi * float(np.prod(axis_ratios)))) ** (1 / 3)
    semi_axes_mm = (axis_ratios[0] * scale_mm, axis_ratios[1] * scale_mm, axis_ratios[2] * scale_mm)
    axes = (semi_axes_mm[0] * density / 10, semi_axes_mm[1] * density / 10, semi_axes_mm[2] * density / 10)
    if surroundings == "same_medium":
        radial = radial_kernel(source, medium)
        absorbed = {name: _within_body_mev(radial.within_mev[name], axes) for name in COMPONENTS}
        emitted, error_mev = {name: radial.energy_mev(name) for name in COMPONENTS}, 0.0
        words = "The same medium goes on around the body."
    else:
        absorbed, emitted, error_mev = _followed_mev(known, medium, axes, histories, seed)
        words = f"Vacuum around the body; Monte Carlo, {histories} electrons and photons, seed {seed}."
    return SelfDose(
        nuclide=known.name,
        medium=medium,
        mass_g=mass_g,
        semi_axes_mm=semi_axes_mm,
        absorbed_mev=absorbed,
        emitted_mev=emitted,
        std_error_gy_per_bq_s=error_mev * JOULE_PER_MEV / (mass_g * 1e-3),
        conventions=(
            *known.conventions,
            f"Activity spread evenly in the body, {density:g} g/mL of {medium.replace('_', ' ')}.",
            words,
        ),
    )


def overlap_fraction(distance: ArrayLike, semi_axes: tuple[float, float, float]) -> Floats:
    """Chance that a point at the distance, in any direction, from a random point of an ellipsoid lies inside it too.

    For a sphere of radius R and s = r / R < 2 it is 1 − 3 s / 4 + s³ / 16 (the overlap of the sphere with itself moved
    by r); an ellipsoid is a sphere in stretched coordinates, so the mean over directions remains. Same shape as the
    distance.
    """
    if len(set(semi_axes)) == 1:
        s = np.minimum(np.asarray(distance, dtype=np.float64) / semi_axes[0], 2.0)
        return np.asarray(1 - 0.75 * s + s**3 / 16)
    nodes, weights = np.polynomial.legendre.leggauss(DIRECTIONS)
    cosine, azimuth = (nodes + 1) / 2, (nodes + 1) * pi / 4
    sine = np.sqrt(1 - cosine**2)
    across = np.outer(sine, np.cos(azimuth)) / semi_axes[0], np.outer(sine, np.sin(azimuth)) / semi_axes[1]
    stretch = np.sqrt(across[0] ** 2 + across[1] ** 2 + (cosine / semi_axes[2])[:, None] ** 2)
    share = np.outer(weights, weights) / 4
    s = np.minimum(np.multiply.outer(np.asarray(distance, dtype=np.float64), stretch), 2.0)
    return np.asarray(np.tensordot(1 - 0.75 * s + s**3 / 16, share, axes=([-2, -1], [0, 1])))


def _within_body_mev(running_mev: Floats, semi_axes_g_per_cm2: tuple[float, float, float]) -> float:
    """Energy per decay that stays in the body: each shell of the kernel times the chance to be inside."""
    low, high = RADII_G_PER_CM2[:-1], RADII_G_PER_CM2[1:]
    used = low < 2 * max(semi_axes_g_per_cm2)
    distance = (low + high)[used, None] / 2 + np.outer((high - low)[used] / 2, _NODES)
    chance = overlap_fraction(distance, semi_axes_g_per_cm2) @ _WEIGHTS / 2
    return float(running_mev[0] + np.diff(running_mev)[used] @ chance)


def _followed_mev(
    source: Nuclide, medium: str, axes: tuple[float, float, float], histories: int, seed: int
) -> tuple[dict[str, float], dict[str, float], float]:
    """Absorbed and emitted energy by component in vacuum, and the standard error of the absorbed sum."""
    from lutetia.dosimetry.transport import Accuracy, Shells, follow

    shortest = min(axes)
    shells = Shells(
        charged_width_g_per_cm2=10 * max(axes),
        charged_count=1,
        photon_edges_g_per_cm2=np.array([10 * max(axes), 20 * max(axes)]),
    )
    absorbed = dict.fromkeys(COMPONENTS, 0.0)
    emitted, variance = dict.fromkeys(COMPONENTS, 0.0), 0.0
    alphas = source.lines(ALPHA_CLASSES)
    running = alpha_within_mev(alphas, medium)
    emitted["alpha"], absorbed["alpha"] = float(running[-1]), _within_body_mev(running, axes)
    for particle, classes in (("electron", ELECTRON_CLASSES), ("photon", PHOTON_CLASSES)):
        beam_lines = source.lines(classes)
        emitted[particle] = beam_lines.mean_energy_mev
        if emitted[particle] <= 0:
            continue
        found = follow(
            _beam(beam_lines, "photon" if particle == "photon" else "electron"),
            medium,
            shells,
            histories=histories,
            seed=seed,
            semi_axes_g_per_cm2=axes,
            source="uniform",
            accuracy=Accuracy(rest_g_per_cm2=1e-3 * shortest, knock_on_cut_mev=0.01, brems_copies=5),
        )
        fraction, error = found.absorbed_fraction()
        carried = found.photon_borne.sum() / (found.photon_borne.sum() + found.charged.sum())
        absorbed[particle] = fraction * emitted[particle]
        if particle == "electron":
            absorbed["bremsstrahlung"] = absorbed[particle] * float(carried)
            absorbed[particle] -= absorbed["bremsstrahlung"]
        variance += (error * emitted[particle]) ** 2
    return absorbed, emitted, float(np.sqrt(variance))


def _beam(lines: Lines, particle: Literal["electron", "photon"]) -> Beam:
    from lutetia.dosimetry.transport import Beam

    chosen = lines.per_decay > 0
    number = lines.per_decay[chosen]
    return Beam(particle=particle, energy_mev=lines.energy_mev[chosen], probability=number / number.sum())


def _check(mass_g: float, axis_ratios: tuple[float, ...], density_g_per_ml: float) -> None:
    faults = [
        Fault(place=place, must="must be a positive number", got=repr(value))
        for place, value in (("mass_g", mass_g), ("density_g_per_ml", density_g_per_ml))
        if not 0 < value < np.inf
    ]
    if len(axis_ratios) != 3 or not all(0 < ratio < np.inf for ratio in axis_ratios):
        must = "must be three positive numbers"
        faults.append(Fault(place="axis_ratios", must=must, got=repr(axis_ratios)))
    if faults:
        raise InputError("self-dose", faults)
