"""Decay data of ENSDF, the public file of the US National Nuclear Data Center, in the place of ICRP 107.

The data sets come as JSON in the package paceENSDF (98 MB to download, 2.3 GB unpacked, so it is no dependency); its
files are read, its code is not imported. ENSDF lists endpoints and transitions: beta spectra (`beta_spectrum`),
conversion electrons, X-rays and Auger electrons (`vacancy`) are computed here. Simpler than ICRP 107: subshells are not
told apart, isomers of a daughter decay at once, and transitions listed without intensity are not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.dosimetry.beta_spectrum import MASS_MEV, Shape, branch_lines
from lutetia.dosimetry.emission import CLASSES, Emission, Lines, nuclide_name
from lutetia.dosimetry.vacancy import SHELLS, Vacancies, binding_energy_mev, relaxation
from lutetia.errors import Fault, InputError

_FILE = re.compile(r"j_input_([A-Z][a-z]?\d+)_([A-Z][a-z]?\d+)_\d+_\d+_([\d.]+)keV\.json")
_ICC = "calculatedInternalConversionCoefficientAtomicShell"
_CAPTURE = "calculatedElectronCaptureFractionAtomicShell"
_MASS_ALPHA_U = 4.0
_LEAST_BRANCHING = 0.98


class Ensdf:
    """The library of ENSDF; `folder` holds the data sets, by default those of the installed package paceENSDF.

    Raises InputError if neither is there, with what to install.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _installed()

    @property
    def name(self) -> str:
        """How results call it."""
        return "ENSDF, with spectra, X-rays and Auger electrons computed from it"

    def emission(self, nuclide: str) -> Emission:
        """Emissions of the nuclide; raises InputError if ENSDF holds no decay of it."""
        name = nuclide_name(nuclide)
        found = _Collected()
        for content in self._decays(name):
            _collect(content, found)
        return Emission(
            nuclide=name,
            half_life_h=self.half_life_h(name),
            lines={kind: _together(found.lines[kind]) for kind in CLASSES},
            library=self.name,
            ignored=tuple(dict.fromkeys(found.ignored)),
        )

    def half_life_h(self, nuclide: str) -> float:
        """Half-life in hours; infinite for a daughter whose ground state has none; InputError if it is not there."""
        name = nuclide_name(nuclide)
        for content in _contents(self._folder, name):
            return _seconds(content["parentDecay"][0]["halfLife"], name) / 3600
        for path, (_, daughter, _) in _index(self._folder).items():
            levels = _read(path)["levelScheme"] if daughter == name.replace("-", "") else []
            if levels:
                life = levels[0]["isomerDecay"]
                return _seconds(life, name) / 3600 if life else inf
        raise _unknown(name)

    def daughters(self, nuclide: str) -> tuple[tuple[str, float], ...]:
        """What it decays to, in its ground state, with the branching fraction of each; nothing if it is stable."""
        name = nuclide_name(nuclide)
        if self.half_life_h(name) == inf:
            return ()
        share: dict[str, float] = {}
        for content in self._decays(name):
            daughter = re.sub(r"(\d+)", r"-\1", content["daughterID"])
            share[daughter] = share.get(daughter, 0.0) + _branching(content)
        return tuple(share.items())

    def _decays(self, name: str) -> list[dict[str, Any]]:
        found = _contents(self._folder, name)
        if not found:
            raise _unknown(name)
        if sum(_branching(content) for content in found) < _LEAST_BRANCHING:
            raise InputError("nuclide", [_mostly_elsewhere(name)])
        return found


@dataclass(slots=True)
class _Collected:
    """Emissions of all decays of a nuclide as they are found."""

    lines: dict[str, list[Lines]] = field(default_factory=lambda: {kind: [] for kind in CLASSES})
    ignored: list[str] = field(default_factory=list)

    def add(self, kind: str, energy_mev: float, per_decay: float) -> None:
        if energy_mev > 0 and per_decay > 0:
            self.lines[kind].append(Lines(energy_mev=np.array([energy_mev]), per_decay=np.array([per_decay])))


def _collect(content: dict[str, Any], found: _Collected) -> None:
    record = content["decaySchemeNormalization"][0]["normalizationRecord"][0]
    branching = _branching(content)
    lepton = branching * (record["multiplerLeptonIntensity"] or 1.0) / 100
    per_photon = branching * (record["multiplerPhotonIntensity"] or 0.0) / 100
    missing = dict.fromkeys("KLM", 0.0)
    for level in content["levelScheme"]:
        for branch in level.get("betaMinusDecay") or ():
            _beta_minus(branch, content, lepton, found)
        for branch in level.get("betaPlusDecay") or ():
            _capture_or_beta_plus(branch, content, lepton, missing, found)
        for branch in level.get("alphaDecay") or ():
            _alpha(branch, content, branching / 100, found)
        for transition in level["gammaDecay"] or ():
            _gamma(transition, content["daughterAtomicNumber"], per_photon, missing, found)
    if per_photon == 0 and content["totalNumberGammas"]:
        found.ignored.append("gammas whose intensities ENSDF does not normalise")
    vacancies = Vacancies(k=missing["K"], l=missing["L"], m=missing["M"])
    x_ray, auger = relaxation(content["daughterAtomicNumber"], vacancies)
    found.lines["x_ray"].append(x_ray)
    found.lines["auger"].append(auger)


def _beta_minus(branch: dict[str, Any], content: dict[str, Any], per_unit: float, found: _Collected) -> None:
    endpoint_mev, number = (
        (branch["endPointBetaMinusEnergy"] or 0) / 1e3,
        (branch["betaMinusIntensity"] or 0) * per_unit,
    )
    if endpoint_mev > 0 and number > 0:
        charge, mass = content["daughterAtomicNumber"], content["daughterAtomicMass"]
        found.lines["beta"].append(branch_lines(endpoint_mev, number, charge, mass, _shape(branch)))


def _capture_or_beta_plus(
    branch: dict[str, Any], content: dict[str, Any], per_unit: float, missing: dict[str, float], found: _Collected
) -> None:
    captures = (branch["electronCaptureIntensity"] or 0) * per_unit
    fractions = branch["calculatedAtomicShellElectronCaptureFractions"][0]
    for shell in "KLM":
        missing[shell] += captures * (fractions[f"{_CAPTURE}{shell}"] or 0.0)
    if fractions[f"{_CAPTURE}K"] and not fractions[f"{_CAPTURE}M"]:  # only the sum of M and beyond is listed
        outer = branch["sumCalculatedAtomicShellElectronCaptureFractions"][0]
        missing["M"] += captures * (outer["sumElectronCaptureFractionAtomicShellPlusM"] or 0.0)
    positrons = (branch["betaPlusIntensity"] or 0) * per_unit
    endpoint_mev = (branch["electronCaptureEnergy"] or 0) / 1e3 - 2 * MASS_MEV
    if positrons > 0 and endpoint_mev > 0:
        charge, mass = -content["daughterAtomicNumber"], content["daughterAtomicMass"]
        found.lines["beta"].append(branch_lines(endpoint_mev, positrons, charge, mass, _shape(branch)))
        found.add("annihilation", MASS_MEV, 2 * positrons)


def _alpha(branch: dict[str, Any], content: dict[str, Any], per_unit: float, found: _Collected) -> None:
    energy_mev, number = (branch["alphaEnergy"] or 0) / 1e3, (branch["alphaIntensity"] or 0) * per_unit
    found.add("alpha", energy_mev, number)
    found.add("recoil", energy_mev * _MASS_ALPHA_U / content["daughterAtomicMass"], number)


def _gamma(
    transition: dict[str, Any], charge: int, per_unit: float, missing: dict[str, float], found: _Collected
) -> None:
    energy_mev, number = (transition["gammaEnergy"] or 0) / 1e3, (transition["gammaIntensity"] or 0) * per_unit
    if transition["multipolarity"] == "E0":  # no photon: an electron (that pairs are made now and then is left out)
        found.add("conversion", energy_mev - binding_energy_mev(charge, "K"), number)
        missing["K"] += number
        return
    found.add("gamma", energy_mev, number)
    for shell, coefficient in _conversion(transition, charge, energy_mev).items():
        found.add("conversion", energy_mev - binding_energy_mev(charge, shell), number * coefficient)
        if shell in missing:
            missing[shell] += number * coefficient


def _conversion(transition: dict[str, Any], charge: int, energy_mev: float) -> dict[str, float]:
    """Conversion coefficient by shell; what a total has beyond its shells goes to the innermost one without any."""
    listed = transition["calculatedAtomicShellConversionCoefficients"]
    shells = {shell: (listed[0].get(f"{_ICC}{shell}") or 0.0) if listed else 0.0 for shell in SHELLS}
    total = transition["calculatedTotalInternalConversionCoefficient"] or 0.0
    rest = total - sum(shells.values())
    if rest > 0.01 * total:
        last = max((SHELLS.index(shell) for shell, value in shells.items() if value > 0), default=-1)
        beyond = SHELLS[last + 1 :]
        shells[next((s for s in beyond if energy_mev > binding_energy_mev(charge, s)), SHELLS[-1])] += rest
    return shells


def _shape(branch: dict[str, Any]) -> Shape:
    unique = branch["forbiddennessClassification"] == "firstForbiddenUnique"
    return "first_forbidden_unique" if unique else "allowed"


def _branching(content: dict[str, Any]) -> float:
    record = content["decaySchemeNormalization"][0]["normalizationRecord"][0]
    return float(record["multiplerBranchingRatio"] or 1.0)


def _together(parts: list[Lines]) -> Lines:
    if not parts:
        return Lines(energy_mev=np.zeros(0), per_decay=np.zeros(0))
    return Lines(
        energy_mev=np.concatenate([part.energy_mev for part in parts]),
        per_decay=np.concatenate([part.per_decay for part in parts]),
    )


def _seconds(half_life: list[dict[str, Any]], name: str) -> float:
    for record in half_life:
        if record["halfLifeConverted"] and record["unitHalfLifeConverted"] == "s":
            return float(record["halfLifeConverted"])
    raise InputError("nuclide", [Fault(place="name", must="must have a half-life in ENSDF", got=repr(name))])


def _contents(folder: Path, name: str) -> list[dict[str, Any]]:
    """Data sets of the decays of a nuclide: of the ground state, of the first isomer (…m), of the second (…n)."""
    symbol, rank = name.rstrip("mn").replace("-", ""), {"m": 1, "n": 2}.get(name[-1], 0)
    mine = {path: level for path, (parent, _, level) in _index(folder).items() if parent == symbol}
    levels = [0.0, *sorted(set(mine.values()) - {0.0})]
    return [_read(path) for path, level in mine.items() if rank < len(levels) and level == levels[rank]]


@cache
def _index(folder: Path) -> dict[Path, tuple[str, str, float]]:
    """Data set → parent, daughter, energy of the parent's level in keV."""
    return {path: (found[1], found[2], float(found[3])) for path, found in _named(folder)}


def _named(folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in sorted(folder.glob("j_input_*.json")):
        found = _FILE.fullmatch(path.name)
        if found:
            yield path, found


@cache
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _mostly_elsewhere(name: str) -> Fault:
    must = "must be one whose decays are alpha, beta or capture; isomeric transitions are not in paceENSDF"
    return Fault(place="name", must=must, got=repr(name), do="Use the library of ICRP 107 for it.")


def _unknown(name: str) -> InputError:
    return InputError("nuclide", [Fault(place="name", must="must be one whose decay ENSDF holds", got=repr(name))])


def _installed() -> Path:
    spec = find_spec("paceENSDF")
    if spec is None or not spec.submodule_search_locations:
        fault = Fault(
            place="library",
            must="needs the package paceENSDF",
            got="none is installed",
            do="Install it (98 MB, 2.3 GB unpacked): pip install paceENSDF. Or give the folder of its ENSDF_JSON.",
        )
        raise InputError("emissions of ENSDF", [fault])
    return Path(spec.submodule_search_locations[0]) / "ENSDF_JSON"
