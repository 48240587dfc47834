"""A stepwise selection printed: the engine's path, its warning, and how often each factor is chosen again."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import endpoint_factors
from lutetia.cohort.factor_model import complete_rows, factor_columns
from lutetia.cohort.selection_table import selection_table
from lutetia.cohort.study import Selection
from lutetia.survival import stepwise

SPSS = Selection(method="spss_forward", pin=0.05, pout=0.10)


def test_path_and_final_model_are_those_of_the_engine(itanet):
    data, _ = itanet
    rows = endpoint_rows(data, "OS")
    factors = endpoint_factors(data, rows.endpoint)
    table = selection_table(rows, factors, SPSS, key="selection", bootstrap=10, seed=3)
    kept, _ = complete_rows(rows, factors.model)
    columns = factor_columns(factors.model, rows.members[kept])
    found = stepwise(
        rows.follow_up.at(kept), columns.table, names=columns.names, terms=columns.terms, bootstrap=10, seed=3
    )
    steps = [record for record in table.records if record["statistic"].startswith("step")]
    assert [record["term"] for record in steps] == [step.test.term for step in found.steps]
    ratios = {record["term"]: record for record in table.records if record["statistic"] == "hazard_ratio"}
    assert set(ratios) == set(found.selected)
    assert found.fit is not None
    at = found.fit.names.index("primary_resected=yes")
    assert ratios["primary_resected"]["estimate"] == pytest.approx(np.exp(found.fit.coef[at]))
    shares = {r["term"]: r["estimate"] for r in table.records if r["statistic"] == "inclusion_frequency"}
    assert shares == dict(found.inclusion)


def test_the_warning_stands_first(itanet):
    data, _ = itanet
    rows = endpoint_rows(data, "PFS2")
    table = selection_table(rows, endpoint_factors(data, rows.endpoint), SPSS, key="selection", bootstrap=0)
    assert table.notes[0].startswith("The covariates were chosen by their p-values in these same data.")
    assert "replication" in table.title


def test_a_selection_that_cannot_be_made_says_why(eight):
    rows = endpoint_rows(eight, "TTNT_LINE_2")  # nobody has the event
    table = selection_table(rows, endpoint_factors(eight, rows.endpoint), SPSS, key="selection", bootstrap=0)
    assert table.rows == ()
    assert table.notes[-1].startswith("not estimable: ")
