"""Acceptance of the physics of dosimetry, figure by figure, as the Markdown page that docs/validation keeps.

    python scripts/validate_physics.py [--date 2026-11-21] [--write docs/validation]

Everything is computed anew from the package and compared with single published numbers (tests/dosimetry/reference and
the few below). With --write the page goes into that folder as <date>-physics.md, else to the screen. Exit code 1 when a
figure is outside its tolerance. Takes about a minute, most of it the one Monte Carlo run of point 4.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from collections.abc import Iterator
from datetime import date
from math import log
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lutetia.dosimetry import nuclide, organ_self_s_gy_per_bq_s, radial_kernel, self_dose, sphere_s_gy_per_bq_s
from lutetia.dosimetry import voxel_kernel as voxel_s
from lutetia.dosimetry.decay_chain import activities_after_bq
from lutetia.dosimetry.emission import ELECTRON_CLASSES, Lines
from lutetia.dosimetry.kernel import RADII_G_PER_CM2, photon_within_mev
from lutetia.dosimetry.monoenergetic import monoenergetic_kernels
from lutetia.dosimetry.stopping import alpha_stopping, electron_stopping
from lutetia.dosimetry.transport import Accuracy, Beam, Shells, follow

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "dosimetry" / "reference"
SEVEN_G = (0.0146, 0.116, 0.932, 4.31, 14.6, 116.0, 932.0)
ORGANS = (
    ("kidneys, 2 × 155 g", 310, 2, 7.76e-5),
    ("liver, 1800 g", 1800, 1, 1.37e-5),
    ("spleen, 150 g", 150, 1, 1.60e-4),
)
COLUMNS = {
    "half-life, h": "half_life_h",
    "betas": "beta_mev",
    "conversion and Auger electrons": "conversion_auger_mev",
    "alphas and recoil": "alpha_recoil_mev",
    "photons": "photon_mev",
}

HEAD = """# {day}: physics of the dosimetry

Points 1 to 4 of the acceptance of the dosimetry (kernels, spheres, organs, nuclides): every figure, ours beside the
published one. Made by `python scripts/validate_physics.py`, which computes all of it anew. {machine}.

*Ratio* is ours / published; *within* is the tolerance it is judged by. Tolerances of figures that the acceptance names
are those of the acceptance; the others, marked ¹, were chosen by us with the figures known and serve as alarms.
**{verdict}**.

| point | what | ours | published | ratio | within | holds |
|---|---|---|---|---|---|---|"""
TAIL = """
Point 1: ICRP 107 (energies in MeV per decay of the parent, daughters in equilibrium; the published side was summed from
its lists before this code was written). Bateman: radioactivedecay {radioactivedecay}. Point 2: MIRDcalc's spheres,
1.03 g/mL soft tissue, 1.92 g/mL bone, Gy/(Bq s). Point 3: OLINDA's adult male, mGy/(MBq s); mass scaling: electrons as
1 / mass, photons as mass^(−2/3). Point 4: voxels of Lanconelli et al. 2012, mGy/(MBq s), offsets in voxels (z, y, x);
ranges, yields and stopping powers as NIST prints them; the dose-rate constant from Luxton and Jozsef 1999. Sidecars in
`tests/dosimetry/reference` name the sources.

**Not judged.** The centre voxel of 177Lu in Lanconelli's table is 7 to 8 % lower than ours. That table holds 0.139 MeV
of electrons per decay where the nuclide emits 0.148, and the spheres of point 2 contradict it; nothing was tuned to it.

Not covered: no measurement stands behind any of these figures, they compare calculations. The published side was taken
from files in which others store the tables, not from the papers themselves; nobody outside the team has checked it."""


class Limits(NamedTuple):
    """Between what the ratio ours / published has to lie, and how the page calls it."""

    low: float
    high: float
    words: str


class Line(NamedTuple):
    """One figure: the ratio ours / published has to lie between the two limits; no limits: told, not judged."""

    point: str
    what: str
    ours: float
    published: float
    limits: Limits | None

    @property
    def holds(self) -> bool:
        return self.limits is None or self.limits.low <= self.ours / self.published <= self.limits.high

    def markdown(self) -> str:
        within = "not judged" if self.limits is None else self.limits.words
        verdict = "–" if self.limits is None else "yes" if self.holds else "**no**"
        figures = f"{self.ours:.4g} | {self.published:.4g} | {self.ours / self.published:.4f}"
        return f"| {self.point} | {self.what} | {figures} | {within} | {verdict} |"


def percent(tolerance: float, note: str = "") -> Limits:
    """Limits of the ratio for a tolerance in percent; ¹ as a note says that the acceptance does not name it."""
    return Limits(1 - tolerance / 100, 1 + tolerance / 100, f"{tolerance:g} %{note}")


def factor(most: float, note: str = "") -> Limits:
    """Limits of the ratio for a factor either way."""
    return Limits(1 / most, most, f"factor {most:g}{note}")


def rows(name: str) -> list[dict[str, str]]:
    """A reference table of the tests."""
    return list(csv.DictReader((REFERENCE / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def nuclides() -> Iterator[Line]:
    """Point 1: half-lives, energies per decay, branching."""
    for row in rows("decay_energies"):
        name, found = row["nuclide"], nuclide(row["nuclide"])
        ours = (
            found.half_life_h,
            found.energy_mev("beta"),
            found.energy_mev("conversion", "auger"),
            found.alpha_energy_mev,
            found.photon_energy_mev,
        )
        for (words, column), value in zip(COLUMNS.items(), ours, strict=True):
            published = float(row[column])
            if published > 0:
                yield Line("1", f"{name}, {words}", value, published, _or_rounding(row[column]))
        for part in row["per_parent"].split(";"):
            member, number = part.split()
            if member != name:
                decays = found.per_parent_decay[member]
                yield Line("1", f"{name}, decays of {member}", decays, float(number), percent(0.1))
    lutetium = nuclide("Lu-177").decay_constant_per_h
    yield Line("1", "177Lu, decay constant, 1/h", lutetium, log(2) / 159.528, percent(0.1))


def _or_rounding(published: str) -> Limits:
    """0.1 %, or half a unit of the last digit that was published, if that is more."""
    half_unit = 0.5 * 10.0 ** -len(published.partition(".")[2])
    percents = 100 * half_unit / float(published)
    return percent(0.1) if percents < 0.1 else percent(round(percents, 2), ", rounding")


def bateman() -> Iterator[Line]:
    """Point 1: activities of whole chains against radioactivedecay; the worst of all members."""
    import radioactivedecay as rd

    for parent, hours in (("Pb-212", 3.0), ("Ac-225", 100.0), ("Bi-213", 2.0), ("Sr-90", 64.1)):
        theirs = rd.Inventory({parent: 1e6}, "Bq").decay(hours, "h").activities("Bq")
        ours = activities_after_bq(parent, 1e6, hours)
        seen = {name: (ours[name], activity) for name, activity in theirs.items() if activity > 1e-3}
        worst = max(seen, key=lambda name: abs(seen[name][0] / seen[name][1] - 1))
        words = f"1 MBq {parent} after {hours:g} h: worst of {len(seen)} activities, {worst}, Bq"
        yield Line("1", words, *seen[worst], percent(0.0001))


def spheres() -> Iterator[Line]:
    """Point 2: the seven masses in soft tissue at 2 %, and the range of all 30 of the table."""
    table = rows("sphere_s_values")
    found = {(row["medium"], float(row["mass_g"])): _sphere(row) for row in table}
    published = {(row["medium"], float(row["mass_g"])): float(row["s_gy_per_bq_s"]) for row in table}
    for mass in SEVEN_G:
        key = ("soft_tissue", mass)
        yield Line("2", f"177Lu, sphere of {mass:g} g, S", found[key], published[key], percent(2))
    for medium in ("soft_tissue", "bone_cortical"):
        mine = [key for key in found if key[0] == medium]
        for words, choose in (("lowest", min), ("highest", max)):
            key = choose(mine, key=lambda k: found[k] / published[k])
            what = f"177Lu, {len(mine)} spheres of {medium.replace('_', ' ')}, {words} ratio ({key[1]:g} g)"
            yield Line("2", what, found[key], published[key], percent(2))


def _sphere(row: dict[str, str]) -> float:
    density = float(row["density_g_per_ml"])
    return sphere_s_gy_per_bq_s("Lu-177", float(row["mass_g"]), medium=row["medium"], density_g_per_ml=density)


def organs() -> Iterator[Line]:
    """Point 3: self-S of organs at 2 %, the law of mass scaling at 0.5 %."""
    for name, mass_g, parts, published in ORGANS:
        ours = organ_self_s_gy_per_bq_s("Lu-177", mass_g, parts=parts) * 1e9
        yield Line("3", f"177Lu, {name}, self-S", ours, published, percent(2))
    for name, mass_g, parts, _ in ORGANS:
        reference = self_dose("Lu-177", mass_g / parts)
        for factor in (0.5, 2.0):
            electrons = reference.component_gy_per_bq_s("electron") / factor
            photons = reference.component_gy_per_bq_s("photon", "bremsstrahlung") * factor ** (-2 / 3)
            ours = organ_self_s_gy_per_bq_s("Lu-177", mass_g * factor, parts=parts) * 1e9
            what = f"177Lu, {name} × {factor:g}, self-S against the scaled one"
            yield Line("3", what, ours, (electrons + photons) / parts * 1e9, percent(0.5))


def kernels() -> Iterator[Line]:
    """Point 4: energy of the kernels, voxels, reach."""
    for name, published, tolerance in (("Lu-177", 0.1479, 0.5), ("Y-90", 0.933, 1.0)):
        energy = radial_kernel(name).energy_mev("electron", "bremsstrahlung")
        yield Line("4", f"{name}, electron energy in the radial kernel, MeV", energy, published, percent(tolerance))
        voxels = voxel_s(name, (4.42,) * 3, (41, 41, 41), components=("electron", "bremsstrahlung"))
        ours = voxels.energy_mev + voxels.beyond_mev
        yield Line("4", f"{name}, the same in voxels of 4.42 mm, MeV", ours, published, percent(tolerance))
    named = {"near": percent(2), "last_electrons": factor(1.3), "bremsstrahlung": factor(1.3)}
    others = {"near": percent(3, " ¹"), "last_electrons": factor(1.3, " ¹"), "bremsstrahlung": factor(1.3, " ¹")}
    for row in rows("voxel_s_values"):
        place = tuple(5 + int(row[axis]) for axis in "zyx")
        edge, reach = float(row["edge_mm"]), row["reach"].replace("_", " ")
        s = voxel_s(row["nuclide"], (edge,) * 3, (11, 11, 11), medium=row["medium"]).s_gy_per_bq_s * 1e9
        where = f"({row['z']}, {row['y']}, {row['x']})"
        what = f"{row['nuclide']}, {edge:g} mm, {row['medium'].replace('_', ' ')}, {where}, {reach}"
        limits = named if row["nuclide"] == "Y-90" and row["medium"] == "soft_tissue" else others
        yield Line("4", what, float(s[place]), float(row["s_mgy_per_mbq_s"]), limits[row["reach"]])
    for edge, published in ((4.42, 2.26e-1), (4.80, 1.78e-1)):
        centre = voxel_s("Lu-177", (edge,) * 3, (3, 3, 3)).s_gy_per_bq_s[1, 1, 1] * 1e9
        yield Line("4", f"Lu-177, {edge:g} mm, soft tissue, (0, 0, 0)", centre, published, None)


def radiation() -> Iterator[Line]:
    """Point 4: what the kernels rest on: ranges, yields, photons."""
    for name, energy, reach, radiated in (
        ("water", 0.1, 1.431e-2, 5.842e-4),
        ("water", 1.0, 0.4367, 3.579e-3),
        ("bone_cortical", 1.0, 0.4857, 5.755e-3),
    ):
        power, words = electron_stopping(name), f"electron of {energy:g} MeV in {name.replace('_', ' ')}"
        yield Line("4", f"{words}, range, g/cm²", float(power.csda_range_g_per_cm2(energy)), reach, percent(0.1, " ¹"))
        yield Line(
            "4", f"{words}, radiation yield", power.radiation_yield_fraction(energy), radiated, percent(0.5, " ¹")
        )
    alpha = float(alpha_stopping("water").total_mev_cm2_per_g(5.0))
    yield Line("4", "alpha particle of 5 MeV in water, stopping power, MeV cm²/g", alpha, 885.5, percent(0.1, " ¹"))
    within = radial_kernel("Y-90", "water").radius_of_share_mm(0.9, 1.0, "electron")
    yield Line("4", "90Y, radius of 90 % of the energy in water, mm", within, 5.3, percent(3, " ¹"))
    yield Line("4", "60 keV photons, dose-rate constant, cGy/(h U)", dose_rate_constant(), 1.355, percent(2.5, " ¹"))
    share, expected = followed("Y-90", 40_000)
    row = int(np.argmax(abs(share - expected)))
    what = "90Y spectrum followed by Monte Carlo: share of energy where it differs most from the kernel"
    yield Line("4", what, float(share[row]), float(expected[row]), percent(2, " ¹"))


def dose_rate_constant() -> float:
    """Dose to water at 1 cm per air kerma strength of 60 keV photons (μen/ρ of air 0.03041 cm²/g, NISTIR 5632)."""
    lines = Lines(energy_mev=np.array([0.06]), per_decay=np.ones(1))
    running = photon_within_mev(lines, monoenergetic_kernels("water"))
    inner, outer = np.searchsorted(RADII_G_PER_CM2, [0.8, 1.25])
    per_distance = (running[outer] - running[inner]) / (RADII_G_PER_CM2[outer] - RADII_G_PER_CM2[inner])
    return float(per_distance / (0.06 * 0.03041))


def followed(name: str, histories: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of the electrons' energy within 0.1 … 1.2 g/cm²: by transport with the spectrum itself, by the kernel."""
    lines = nuclide(name).lines(ELECTRON_CLASSES)
    number = lines.per_decay / lines.per_decay.sum()
    found = follow(
        Beam(particle="electron", energy_mev=lines.energy_mev, probability=number),
        "soft_tissue",
        Shells(charged_width_g_per_cm2=0.01, charged_count=120, photon_edges_g_per_cm2=np.geomspace(1e-2, 60, 40)),
        histories=histories,
        seed=9,
        accuracy=Accuracy(rest_g_per_cm2=1e-3),
    )
    whole = (found.charged.sum() + found.photon_borne.sum()) / len(found.charged)
    share = np.cumsum(found.charged.mean(axis=0))[9:-1] / whole
    at = np.arange(10, 121) * 0.01
    running = radial_kernel(name).within_mev["electron"]
    return share, np.interp(at, RADII_G_PER_CM2, running) / lines.mean_energy_mev


def page(day: str) -> tuple[str, bool]:
    """The page, and whether every figure is within its tolerance."""
    import radioactivedecay as rd

    lines = [line for point in (nuclides, bateman, spheres, organs, kernels, radiation) for line in point()]
    judged = [line for line in lines if line.limits is not None]
    held = sum(line.holds for line in judged)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
    head = HEAD.format(day=day, machine=machine, verdict=f"{held} of {len(judged)} figures hold")
    tail = TAIL.format(radioactivedecay=rd.__version__)
    return "\n".join([head, *(line.markdown() for line in lines), tail, ""]), held == len(judged)


def main() -> int:
    """Print or write the page; exit code 1 when a figure does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", default=date.today().isoformat())
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    text, fine = page(options.date)
    if options.write:
        (options.write / f"{options.date}-physics.md").write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
