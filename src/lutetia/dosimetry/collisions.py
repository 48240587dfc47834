"""Single collisions, compiled: what an electron or photon has left afterwards, and in which direction it goes."""

from __future__ import annotations

from math import cos, exp, log, pi, sin, sqrt

from numba import njit

from lutetia.random_stream import Floats, State, uniform

_MASS_MEV = 0.51099895
_FINE_STRUCTURE = 7.2973525693e-3
_KEV_ANGSTROM = 12.398419843


@njit(cache=True, error_model="numpy")
def turn(u: float, v: float, w: float, cosine: float, state: State) -> tuple[float, float, float]:
    """Unit vector (u, v, w) turned by the polar angle of that cosine and a random azimuth."""
    sine = sqrt(max(0.0, 1.0 - cosine * cosine))
    azimuth = 2.0 * pi * uniform(state)
    a, b = sine * cos(azimuth), sine * sin(azimuth)
    across = sqrt(max(0.0, 1.0 - w * w))
    if across < 1e-8:
        return a, b if w > 0.0 else -b, cosine if w > 0.0 else -cosine
    return (
        u * cosine + (u * w * a - v * b) / across,
        v * cosine + (v * w * a + u * b) / across,
        w * cosine - across * a,
    )


@njit(cache=True, error_model="numpy")
def any_direction(state: State) -> tuple[float, float, float]:
    """A unit vector, evenly spread over the sphere."""
    w = 2.0 * uniform(state) - 1.0
    azimuth = 2.0 * pi * uniform(state)
    across = sqrt(max(0.0, 1.0 - w * w))
    return across * cos(azimuth), across * sin(azimuth), w


@njit(cache=True, error_model="numpy")
def knock_on(energy_mev: float, cut_mev: float, state: State) -> tuple[float, float]:
    """Møller: energy of the knocked-on electron (above the cut, at most half) and the cosine of its angle."""
    gamma = energy_mev / _MASS_MEV + 1.0
    mixed, constant = (2.0 * gamma - 1.0) / gamma**2, ((gamma - 1.0) / gamma) ** 2
    share = cut_mev / energy_mev
    highest = max(1.0, 2.0 - mixed + 0.25 * constant)
    while True:
        part = share / (1.0 - uniform(state) * (1.0 - 2.0 * share))
        ratio = part / (1.0 - part)
        if uniform(state) * highest <= 1.0 + ratio * ratio - mixed * ratio + constant * part * part:
            break
    given = part * energy_mev
    return given, sqrt(given * (energy_mev + 2.0 * _MASS_MEV) / (energy_mev * (given + 2.0 * _MASS_MEV)))


@njit(cache=True, error_model="numpy")
def compton(energy_mev: float, state: State) -> tuple[float, float, float]:
    """Klein and Nishina: energy of the scattered photon, cosine of its angle and of the electron's."""
    scaled = energy_mev / _MASS_MEV
    least = 1.0 / (1.0 + 2.0 * scaled)
    log_part, square_part = -log(least), 0.5 * (1.0 - least * least)
    while True:
        if uniform(state) * (log_part + square_part) < log_part:
            kept = exp(-uniform(state) * log_part)
        else:
            kept = sqrt(least * least + uniform(state) * (1.0 - least * least))
        away = (1.0 - kept) / (kept * scaled)
        if uniform(state) <= 1.0 - kept * away * (2.0 - away) / (1.0 + kept * kept):
            break
    left = kept * energy_mev
    given = energy_mev - left
    momentum = sqrt(given * (given + 2.0 * _MASS_MEV))
    cosine = (energy_mev - left * (1.0 - away)) / momentum if momentum > 0.0 else 1.0
    return left, 1.0 - away, min(1.0, cosine)


@njit(cache=True, error_model="numpy")
def bound_compton(energy_mev: float, form_x2: Floats, bound_share: Floats, state: State) -> tuple[float, float, float]:
    """Compton scattering on electrons that are bound: `compton`, kept as often as the atom lets go of the electron.

    `bound_share` is S / Z, the incoherent scattering function, at `form_x2`. Angles only; the energies stay those of an
    electron at rest.
    """
    backwards = (energy_mev * 1e3 / _KEV_ANGSTROM) ** 2
    most = _at(form_x2, bound_share, backwards)
    while True:
        left, cosine, electron_cosine = compton(energy_mev, state)
        if uniform(state) * most <= _at(form_x2, bound_share, backwards * 0.5 * (1.0 - cosine)):
            return left, cosine, electron_cosine


@njit(cache=True, error_model="numpy")
def coherent_cosine(energy_mev: float, form_x2: Floats, form_area: Floats, state: State) -> float:
    """Cosine of the angle of coherent scattering: form factor squared times (1 + cos² θ)."""
    largest = (energy_mev * 1e3 / _KEV_ANGSTROM) ** 2
    reach = _at(form_x2, form_area, largest)
    cosine = _form_cosine(uniform(state) * reach, largest, form_x2, form_area)
    while 2.0 * uniform(state) > 1.0 + cosine * cosine:
        cosine = _form_cosine(uniform(state) * reach, largest, form_x2, form_area)
    return cosine


@njit(cache=True, error_model="numpy")
def _form_cosine(wanted: float, largest: float, form_x2: Floats, form_area: Floats) -> float:
    """Cosine of the angle at which ∫ F² has reached the wanted area."""
    row = _place(form_area, wanted)
    step = (wanted - form_area[row]) / max(form_area[row + 1] - form_area[row], 1e-300)
    x2 = form_x2[row] + step * (form_x2[row + 1] - form_x2[row])
    return max(-1.0, 1.0 - 2.0 * float(x2) / largest)


@njit(cache=True, error_model="numpy")
def _at(grid: Floats, table: Floats, value: float) -> float:
    """The table over the ascending grid, linear between its points, at the value."""
    row = _place(grid, value)
    part = (value - grid[row]) / (grid[row + 1] - grid[row])
    return float(table[row] + part * (table[row + 1] - table[row]))


@njit(cache=True, error_model="numpy")
def _place(grid: Floats, value: float) -> int:
    """The row of the ascending grid below the value, so that row + 1 exists."""
    low, high = 0, grid.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= value:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, error_model="numpy")
def braking_cosine(energy_mev: float, state: State) -> float:
    """Cosine of the angle between electron and its bremsstrahlung: a dipole's radiation seen from the laboratory."""
    beta = sqrt(1.0 - (energy_mev / _MASS_MEV + 1.0) ** -2)
    at_rest = 2.0 * uniform(state) - 1.0
    while 2.0 * uniform(state) > 1.0 + at_rest * at_rest:
        at_rest = 2.0 * uniform(state) - 1.0
    return (at_rest + beta) / (1.0 + beta * at_rest)


@njit(cache=True, error_model="numpy")
def elastic_cosine(screen: float, least: float, beta2: float, charge: float, state: State) -> float:
    """Cosine of a hard elastic deflection, or 2 when the spin correction rejects it (McKinley and Feshbach 1948).

    Between the least μ and 1 it follows 1 / (η + μ)², η the screening, times 1 − β² μ + spin (√μ − μ) with spin = π α
    Z β; the caller must have raised its rate by 1 + spin / 4.
    """
    spin = pi * _FINE_STRUCTURE * charge * sqrt(beta2)
    first, last = 1.0 / (screen + least), 1.0 / (1.0 + screen)
    half = 1.0 / (first - uniform(state) * (first - last)) - screen
    root = sqrt(max(0.0, half))
    if uniform(state) * (1.0 + 0.25 * spin) > 1.0 - beta2 * half + spin * root * (1.0 - root):
        return 2.0
    return 1.0 - 2.0 * half
