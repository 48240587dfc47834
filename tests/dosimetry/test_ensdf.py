"""ENSDF in the place of ICRP 107: made-up data sets by hand, and real ones where paceENSDF is installed."""

from __future__ import annotations

import json
from importlib.util import find_spec
from math import inf

import pytest

from lutetia.dosimetry import ensdf as module
from lutetia.dosimetry import nuclide, self_dose
from lutetia.dosimetry.ensdf import Ensdf
from lutetia.dosimetry.vacancy import binding_energy_mev
from lutetia.errors import InputError

ICC = "calculatedInternalConversionCoefficientAtomicShell"
needs_package = pytest.mark.skipif(find_spec("paceENSDF") is None, reason="paceENSDF is not installed (98 MB)")


def transition(energy_kev, intensity, shells, total, multipolarity="M1"):
    return {
        "gammaEnergy": energy_kev,
        "gammaIntensity": intensity,
        "multipolarity": multipolarity,
        "calculatedTotalInternalConversionCoefficient": total,
        "calculatedAtomicShellConversionCoefficients": [{f"{ICC}{shell}": value for shell, value in shells.items()}],
    }


def beta(endpoint_kev, intensity):
    return {
        "endPointBetaMinusEnergy": endpoint_kev,
        "betaMinusIntensity": intensity,
        "forbiddennessClassification": "allowed",
    }


def data_set(parent, daughter, charge, levels, branching=1.0, photon=1.0, seconds=36000.0):
    record = {
        "multiplerBranchingRatio": branching,
        "multiplerPhotonIntensity": photon,
        "multiplerLeptonIntensity": 1.0,
    }
    return {
        "daughterID": daughter,
        "daughterAtomicNumber": charge,
        "daughterAtomicMass": 177,
        "totalNumberGammas": 1,
        "decaySchemeNormalization": [{"normalizationRecord": [record]}],
        "parentDecay": [{"halfLife": [{"halfLifeConverted": seconds, "unitHalfLifeConverted": "s"}]}],
        "levelScheme": [{"isomerDecay": [], "gammaDecay": [], **level} for level in levels],
    }


@pytest.fixture
def folder(tmp_path):
    """177Lu (10 h, made up) → 177Hf: betas to the ground state and to 100 keV, which decays by a gamma of 50 %."""
    levels = [
        {"betaMinusDecay": [beta(500.0, 60.0)]},
        {
            "betaMinusDecay": [beta(400.0, 40.0)],
            "gammaDecay": [transition(100.0, 200.0, {"K": 0.6, "L": 0.2}, 1.0)],
        },
    ]
    content = data_set("Lu177", "Hf177", 72, levels, photon=0.1)
    (tmp_path / "j_input_Lu177_Hf177_071177_072177_0keV.json").write_text(json.dumps(content))
    return tmp_path


def test_a_made_up_decay_by_hand(folder):
    found = Ensdf(folder).emission("Lu-177")
    assert found.half_life_h == 10.0
    assert found.lines["beta"].per_decay.sum() == pytest.approx(1.0)
    gamma, conversion = found.lines["gamma"], found.lines["conversion"]
    assert (gamma.energy_mev.tolist(), gamma.per_decay.tolist()) == ([0.1], [0.2])  # 200 · 0.1 per 100 decays
    # K 0.6, L 0.2, and what the total has beyond them, 0.2, from M: each per gamma
    expected = [0.1 - binding_energy_mev(72, shell) for shell in "KLM"]
    assert conversion.energy_mev == pytest.approx(expected)
    assert conversion.per_decay == pytest.approx([0.12, 0.04, 0.04])
    missing = sum(n * binding_energy_mev(72, shell) for n, shell in zip((0.12, 0.04, 0.04), "KLM", strict=True))
    x_ray, auger = found.lines["x_ray"].mean_energy_mev, found.lines["auger"].mean_energy_mev
    assert x_ray + auger == pytest.approx(missing)
    # the level's 100 keV come out whole: 0.2 gammas + 0.2 conversions
    assert gamma.mean_energy_mev + conversion.mean_energy_mev + x_ray + auger == pytest.approx(0.4 * 0.1)


def test_daughters_and_their_half_lives(folder):
    library = Ensdf(folder)
    assert library.daughters("Lu-177") == (("Hf-177", 1.0),)
    assert library.half_life_h("Hf-177") == inf
    assert library.daughters("Hf-177") == ()
    with pytest.raises(InputError, match="ENSDF holds"):
        library.emission("Hf-177")
    with pytest.raises(InputError, match="ENSDF holds"):
        library.half_life_h("Y-90")


def test_a_nuclide_of_ensdf_can_be_given_wherever_a_nuclide_can(folder):
    found = nuclide("Lu-177", library=Ensdf(folder))
    assert found.half_life_h == 10.0
    assert "ENSDF" in found.conventions[0]
    assert self_dose(found, 10.0).absorbed_mev["electron"] == pytest.approx(found.electron_energy_mev, rel=0.03)


def test_a_level_without_photon_gives_its_energy_to_an_electron(tmp_path):
    levels = [{}, {"gammaDecay": [transition(1760.0, 1.0, {}, 0.0, "E0")]}]
    content = data_set("Y90", "Zr90", 40, levels)
    (tmp_path / "j_input_Y90_Zr90_039090_040090_0keV.json").write_text(json.dumps(content))
    lines = Ensdf(tmp_path).emission("Y-90").lines
    assert lines["gamma"].per_decay.size == 0
    assert lines["conversion"].energy_mev == pytest.approx([1.76 - binding_energy_mev(40, "K")])


def test_what_decays_mostly_by_isomeric_transition_is_refused(tmp_path):
    content = data_set("Tc99", "Ru99", 44, [{"betaMinusDecay": [beta(300.0, 100.0)]}], branching=3.7e-5)
    (tmp_path / "j_input_Tc99_Ru99_043099_044099_142.6836keV.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match="isomeric transitions are not in paceENSDF"):
        Ensdf(tmp_path).emission("Tc-99m")


def test_an_absent_package_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs the package paceENSDF(.|\n)*pip install paceENSDF"):
        Ensdf()


# ICRP 107 and ENSDF are other evaluations: photons and conversion of 177Lu are 5 % lower in ENSDF (10.4 % at 208 keV).
EXPECTED = {
    "Lu-177": {"beta": 0.005, "conversion": 0.06, "auger": 0.08, "gamma": 0.06, "x_ray": 0.08},
    "Y-90": {"beta": 0.002},
    "In-111": {"conversion": 0.06, "auger": 0.06, "gamma": 0.005, "x_ray": 0.03},
    "Tb-161": {"beta": 0.02, "conversion": 0.04, "auger": 0.02, "gamma": 0.005, "x_ray": 0.1},
    "Pb-212": {"beta": 0.015, "conversion": 0.12, "alpha": 0.001, "gamma": 0.01},
    "Ac-225": {"beta": 0.015, "conversion": 0.25, "alpha": 0.003, "gamma": 0.01},
    "F-18": {"beta": 0.005, "annihilation": 0.001},
}


@needs_package
@pytest.mark.parametrize("name", EXPECTED)
def test_energies_per_decay_are_near_those_of_icrp_107(name):
    ours, theirs = nuclide(name, library=Ensdf()), nuclide(name)
    assert ours.half_life_h == pytest.approx(theirs.half_life_h, rel=3e-3)
    frequent = {member: number for member, number in theirs.per_parent_decay.items() if number > 0.01}
    assert dict(ours.per_parent_decay) == pytest.approx(frequent, rel=0.03)  # 0.005 % of 111In go through 111mCd
    for kind, tolerance in EXPECTED[name].items():
        assert ours.energy_mev(kind) == pytest.approx(theirs.energy_mev(kind), rel=tolerance), kind


@needs_package
def test_electrons_of_lutetium_177_agree_within_one_percent():
    ours, theirs = nuclide("Lu-177", library=Ensdf()), nuclide("Lu-177")
    assert ours.electron_energy_mev == pytest.approx(theirs.electron_energy_mev, rel=0.01)
    s = [self_dose(source, 20.0).s_gy_per_bq_s for source in (ours, theirs)]
    assert s[0] == pytest.approx(s[1], rel=0.01)


@needs_package
def test_an_isomer_is_told_from_the_ground_state():
    assert Ensdf().half_life_h("Lu-177m") == pytest.approx(160.4 * 24, rel=0.01)
