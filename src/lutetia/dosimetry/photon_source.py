"""The photons that go out from a decay in tissue, and what its charged particles leave close by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lutetia.dosimetry.bremsstrahlung_source import bremsstrahlung_lines
from lutetia.dosimetry.emission import ELECTRON_CLASSES, PHOTON_CLASSES, Lines
from lutetia.dosimetry.kernel import RadialKernel, radial_kernel
from lutetia.dosimetry.nuclide import Nuclide, nuclide

MEDIUM = "soft_tissue"
SHORT_RANGE_MEV = 0.5  # an electron of 0.5 MeV comes 1.8 mm far at most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhotonSource:
    """Photons per decay as `lines`, the line with the most energy first: gamma, X-rays, annihilation, bremsstrahlung.

    `charged_mev` is what electrons and alpha particles deposit close by; with the photons' energy it adds up to all the
    energy of the decay. `kernel` is the nuclide's radial kernel in soft tissue, from which the charged energy comes.
    """

    nuclide: str
    lines: Lines
    charged_mev: float
    kernel: RadialKernel
    conventions: tuple[str, ...]

    @property
    def photon_mev(self) -> float:
        """Energy of all photons per decay."""
        return self.lines.mean_energy_mev


def photon_source(source: str | Nuclide) -> PhotonSource:
    """The photons of a nuclide, such as "Lu-177" (with daughters in equilibrium), in soft tissue.

    Bremsstrahlung has the spectrum of electrons that stop in soft tissue and the energy the kernel gives it. Raises
    InputError for an unknown nuclide.
    """
    emitter = nuclide(source) if isinstance(source, str) else source
    kernel = radial_kernel(emitter if not isinstance(source, str) else source, MEDIUM)
    own = emitter.lines(PHOTON_CLASSES)
    braking = bremsstrahlung_lines(emitter.lines(ELECTRON_CLASSES), MEDIUM)
    scale = kernel.energy_mev("bremsstrahlung") / braking.mean_energy_mev if braking.per_decay.size else 0.0
    energy = np.concatenate([own.energy_mev, braking.energy_mev])
    number = np.concatenate([own.per_decay, braking.per_decay * scale])
    order = np.argsort(-energy * number, kind="stable")
    lines = Lines(energy_mev=energy[order], per_decay=number[order])
    return PhotonSource(
        nuclide=emitter.name,
        lines=lines,
        charged_mev=kernel.energy_mev("electron", "alpha"),
        kernel=kernel,
        conventions=(*emitter.conventions, *_sentences(lines, kernel.energy_mev("bremsstrahlung"))),
    )


def _sentences(lines: Lines, braking_mev: float) -> tuple[str, ...]:
    total = lines.mean_energy_mev
    hard = lines.energy_mev > SHORT_RANGE_MEV
    share = float(lines.energy_mev[hard] @ lines.per_decay[hard]) / total if total > 0 else 0.0
    words = [
        f"Photons carry {total:.4g} MeV per decay, of that {braking_mev:.3g} MeV bremsstrahlung, "
        "which starts at the decay."
    ]
    if share > 0.001:
        words.append(
            f"{100 * share:.1f} % of the photon energy comes above 0.5 MeV, whose electrons may leave a voxel of "
            "millimetres."
        )
    return tuple(words)
