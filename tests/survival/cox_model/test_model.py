"""The likelihoods of a model, and the model with fewer columns."""

from __future__ import annotations

import numpy as np

from lutetia.survival.cox_model.covariates import Term
from lutetia.survival.cox_model.exact import ExactLikelihood
from lutetia.survival.cox_model.likelihood import PartialLikelihood
from lutetia.survival.cox_model.penalty import FirthLikelihood, RidgeLikelihood, firth, ridge


def test_each_choice_has_its_likelihood(patients, model_of):
    f, x = patients()
    kinds = (
        ({}, PartialLikelihood),
        ({"ties": "exact"}, ExactLikelihood),
        ({"penalty": ridge(1)}, RidgeLikelihood),
        ({"penalty": firth}, FirthLikelihood),
    )
    for options, kind in kinds:
        assert isinstance(model_of(f, x, **options).likelihood(), kind)


def test_fewer_columns_keep_names_and_values(patients, model_of):
    f, x = patients()
    model = model_of(f, x)
    fewer = model.with_columns(np.array([2, 0]), (Term(name="pair", columns=(0, 1)),))
    assert fewer.names == ("x3", "x1")
    assert (fewer.arranged.z[1] == model.arranged.z[0]).all()
