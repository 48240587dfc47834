"""What an atom sends out when an inner electron is missing: X-rays and Auger electrons, from xraylib's atomic data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from lutetia.dosimetry.emission import Lines

SHELLS = "KLMNOPQ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancies:
    """How many electrons are missing in the K, L and M shells per decay; what lies further out is not followed."""

    k: float
    l: float  # noqa: E741 – the shell's name
    m: float


@cache
def binding_energy_mev(charge: int, shell: str) -> float:
    """Mean binding energy over the subshells of a shell, "K" to "Q", in the element; 0 where xraylib lists none."""
    import xraylib

    names = ["K_SHELL"] if shell == "K" else [f"{shell}{n}_SHELL" for n in range(1, 8)]
    found = []
    for name in names:
        try:
            found.append(xraylib.EdgeEnergy(charge, getattr(xraylib, name)) / 1e3)
        except (AttributeError, ValueError):  # no such subshell, or not in this element
            continue
    return float(np.mean(found)) if found else 0.0


def relaxation(charge: int, vacancies: Vacancies) -> tuple[Lines, Lines]:
    """X-rays and Auger electrons per decay; together they carry the binding energy of what was missing, exactly.

    A K vacancy is filled from L or M with a K X-ray (fluorescence yield, Kα : Kβ) or ejects an electron of L (KLL), an
    L vacancy with an L X-ray from M or an electron of M, an M vacancy with an electron. Subshells are not told apart.
    """
    k, l, m = (binding_energy_mev(charge, shell) for shell in "KLM")  # noqa: E741
    k_yield, from_l, l_yield = _yields(charge)
    radiated, ejected = vacancies.k * k_yield, vacancies.k * (1 - k_yield)
    in_l = vacancies.l + radiated * from_l + 2 * ejected
    from_k_to_m = radiated * (1 - from_l)
    in_m = vacancies.m + from_k_to_m + in_l * l_yield + 2 * in_l * (1 - l_yield)
    x_ray = [(k - l, radiated * from_l), (k - m, from_k_to_m), (l - m, in_l * l_yield)]
    auger = [(k - 2 * l, ejected), (l - 2 * m, in_l * (1 - l_yield)), (m, in_m)]
    return _lines(x_ray), _lines(auger)


@cache
def _yields(charge: int) -> tuple[float, float, float]:
    """Fluorescence yield of K, share of Kα among K X-rays, yield of L (the mean of L2 and L3)."""
    import xraylib

    def found(function: str, *names: str) -> float:
        values = []
        for name in names:
            try:
                values.append(getattr(xraylib, function)(charge, getattr(xraylib, name)))
            except ValueError:  # not in this element
                continue
        return float(np.mean(values)) if values else 0.0

    alpha = found("RadRate", "KA_LINE")
    beta = found("RadRate", "KB_LINE")
    share = alpha / (alpha + beta) if alpha + beta > 0 else 1.0
    return found("FluorYield", "K_SHELL"), share, found("FluorYield", "L2_SHELL", "L3_SHELL")


def _lines(pairs: list[tuple[float, float]]) -> Lines:
    kept = [(energy, number) for energy, number in pairs if energy > 0 and number > 0]
    table = np.array(kept, dtype=np.float64).reshape(-1, 2)
    return Lines(energy_mev=table[:, 0], per_decay=table[:, 1])
