"""Write the radial kernels of electrons and photons of one energy that are kept as package data.

    python scripts/make_kernels.py src/lutetia/dosimetry/data [medium…] [--histories 200000] [--photons-only]
    python scripts/seal_data.py

Six minutes per medium on two free cores, half of it for photons. The same seed gives the same file on any number of
cores. With --photons-only the rows of electrons stay as they are in the package. What comes out is made by our own
transport and is marked `regression`: it validates nothing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from lutetia.dosimetry.monoenergetic import (
    STORED_MEDIA,
    MonoenergeticKernels,
    computed_kernels,
    computed_photon_rows,
    monoenergetic_kernels,
)


def kernel_csv(kernels: MonoenergeticKernels) -> str:
    """One line per kind and energy with the share of each shell, four significant digits."""
    lines = ["kind,energy_mev,share of the energy in each shell from the source outwards"]
    for kind, energies, table in (
        ("charged", kernels.electron_mev, kernels.charged),
        ("braking", kernels.electron_mev, kernels.braking),
        ("photon", kernels.photon_mev, kernels.photon),
    ):
        for energy, row in zip(energies, table, strict=True):
            lines.append(",".join([kind, f"{energy:g}", *(_short(share) for share in row)]))
    return "\n".join(lines) + "\n"


def _short(share: np.float64) -> str:
    return "0" if share == 0 else np.format_float_scientific(share, precision=3, trim="-", exp_digits=1)


def main() -> None:
    """Write kernels_<medium>.csv into the folder given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("media", nargs="*", default=list(STORED_MEDIA))
    parser.add_argument("--histories", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=177)
    parser.add_argument("--photons-only", action="store_true")
    options = parser.parse_args()
    for name in options.media:
        begun = time.perf_counter()
        if options.photons_only:
            rows = computed_photon_rows(name, options.histories, options.seed)
            kernels = replace(monoenergetic_kernels(name), photon=rows)
        else:
            kernels = computed_kernels(name, options.histories, options.seed)
        (options.folder / f"kernels_{name}.csv").write_text(kernel_csv(kernels), encoding="utf-8")
        print(f"{name}: {options.histories} histories an energy, {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
