"""The models by name."""

from __future__ import annotations

from lutetia.dosimetry.curve_model import MODELS, USUAL_MODELS, model_faults


def test_parameters_of_each_model():
    counts = {name: (m.phases, m.uptake, m.n_parameters, m.n_rates) for name, m in MODELS.items()}
    assert counts == {
        "mono": (1, False, 2, 1),
        "mono_uptake": (1, True, 3, 2),
        "bi": (2, False, 4, 2),
        "bi_uptake": (2, True, 5, 3),
        "tri": (3, False, 6, 3),
        "tri_uptake": (3, True, 7, 4),
    }
    assert MODELS["bi_uptake"].words == "bi-exponential clearance after an uptake phase from 0"


def test_unknown_repeated_and_no_models_are_faults():
    assert model_faults(USUAL_MODELS) == []
    assert "'quad'" in str(model_faults(("mono", "quad"))[0])
    assert model_faults(("mono", "mono"))
    assert model_faults(())
