"""The test of proportional hazards: that of the fit, for every factor."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import endpoint_factors
from lutetia.cohort.factor_table import factor_models
from lutetia.cohort.proportionality_table import proportionality_table
from lutetia.survival import cox


def models(data, name):
    rows = endpoint_rows(data, name)
    return rows, factor_models(rows, endpoint_factors(data, rows.endpoint))


def test_the_treatment_alone_equals_zph_on_columns_by_hand(itanet):
    data, _ = itanet
    rows, found = models(data, "OS")
    table = proportionality_table({"OS": (rows, found)}, key="ph")
    mine = [r for r in table.records if r["analysis"] == "treatment alone"]
    groups = np.array(data.column("group"))[rows.members]
    x = np.column_stack([groups == name for name in ("RLT-other", "SSA-other", "other sequences")]).astype(float)
    test = cox(rows.follow_up, x, names=["a", "b", "c"], terms={"group": ["a", "b", "c"]}).zph("km")["group"]
    assert [(r["term"], r["estimate"], r["p"]) for r in mine] == [
        ("group", pytest.approx(test.chi2, rel=1e-6), pytest.approx(test.p, rel=1e-6))
    ]


def test_every_factor_of_the_model_and_all_together(itanet):
    data, _ = itanet
    rows, found = models(data, "OS")
    table = proportionality_table({"OS": (rows, found)}, key="ph")
    terms = [r["term"] for r in table.records if r["analysis"] == "multivariable"]
    assert terms == [*(factor.key for factor in found.multivariable.factors), "all terms"]
    assert table.rows[0].kind == "heading"


def test_a_model_that_failed_says_so(eight):
    table = proportionality_table({"OS": models(eight, "OS")}, key="ph")
    assert [r["analysis"] for r in table.records] == ["treatment alone"]
    assert any("OS, multivariable: not estimable" in note for note in table.notes)
