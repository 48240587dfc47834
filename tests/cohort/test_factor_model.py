"""Models of factors against Cox models of columns written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import covariate_factor, endpoint_factors, treatment_factor
from lutetia.cohort.factor_model import factor_columns, factor_model
from lutetia.survival import FollowUp, cox

DAYS = [400, 200, 600, 300, 500, 350, 450, 250]
DEAD = [1, 1, 0, 1, 1, 1, 0, 1]
MALE = [0, 0, 1, 1, 0, 1, 1, 0]
OTHER = [0, 1, 0, 1, 0, 1, 1, 1]


def eight_factors(data):
    return [covariate_factor(data, data.study.covariate("sex")), treatment_factor(data)]


def test_the_ratio_of_a_level_is_that_of_cox_on_the_same_column(eight):
    sex, _ = eight_factors(eight)
    model = factor_model(endpoint_rows(eight, "OS"), [sex])
    by_hand = cox(FollowUp(stop=DAYS, event=DEAD), np.array(MALE, dtype=float)[:, None])
    assert (model.n, model.events) == (8, 6)
    assert model.ratio(sex, "male").estimate == pytest.approx(np.exp(by_hand.coef[0]), rel=1e-12)
    assert model.p(sex, "male") == pytest.approx(by_hand.p[0], rel=1e-12)
    assert model.ratio(sex, "female") is None  # the reference
    assert model.references == {"sex": "female"}


def test_the_p_of_a_factor_is_twice_the_gain_in_log_likelihood(eight):
    sex, group = eight_factors(eight)
    model = factor_model(endpoint_rows(eight, "OS"), [sex, group])
    follow_up = FollowUp(stop=DAYS, event=DEAD)
    both = cox(follow_up, np.column_stack([MALE, OTHER]).astype(float))
    alone = cox(follow_up, np.array(OTHER, dtype=float)[:, None])
    assert not both.converged  # sex and group together separate the deaths
    assert not model.usable
    assert model.test(sex) is None
    assert "monotone likelihood" in model.cautions[0]
    single = factor_model(endpoint_rows(eight, "OS"), [group])
    assert single.test(group).chi2 == pytest.approx(2 * (alone.log_likelihood - alone.log_likelihood_null), rel=1e-9)


def test_a_factor_of_several_levels_has_one_test(itanet):
    data, _ = itanet
    rows = endpoint_rows(data, "OS")
    factors = endpoint_factors(data, rows.endpoint)
    model = factor_model(rows, factors.model)
    known = np.array([data.column("ki67_class")[member] is not None for member in rows.members])
    groups = np.array(data.column("group"))[rows.members]

    def column(name, level):
        return np.array([value == level for value in np.array(data.column(name), dtype=object)[rows.members]])

    shared = [column("sex", "male"), column("ki67_class", ">10"), column("functional", True)]
    shared += [column("primary_resected", True), column("extrahepatic_disease", True)]
    levels = [groups == name for name in ("RLT-other", "SSA-other", "other sequences")]
    follow_up = rows.follow_up.at(np.flatnonzero(known))
    full = cox(follow_up, np.column_stack(shared + levels)[known].astype(float))
    less = cox(follow_up, np.column_stack(shared)[known].astype(float))
    test = model.test(factors.treatment)
    assert test.df == 3
    assert test.chi2 == pytest.approx(2 * (full.log_likelihood - less.log_likelihood), abs=1e-7)
    assert model.ratio(factors.treatment, "SSA-other").estimate == pytest.approx(np.exp(full.coef[6]), rel=1e-9)
    assert (model.n, model.events) == (int(known.sum()), full.events)
    assert [left.count for left in model.left_out] == [int((~known).sum())]


def test_what_cannot_be_fitted_says_why(eight):
    sex, group = eight_factors(eight)
    rows = endpoint_rows(eight, "OS")
    female = rows.of(np.array([value == "female" for value in sex.values]))
    one_level = factor_model(female, [sex])
    assert (one_level.fit, one_level.why) == (None, "sex: does not vary among these patients")
    nobody = factor_model(endpoint_rows(eight, "TTNT_LINE_2"), [group])
    assert (nobody.usable, nobody.why) == (False, "no event")
    assert nobody.ratio(group, "other") is None


def test_strata_have_hazards_of_their_own(itanet):
    data, _ = itanet
    rows, group = endpoint_rows(data, "OS"), treatment_factor(data)
    sex = covariate_factor(data, data.study.covariate("sex"))
    model = factor_model(rows, [group], strata=sex)
    columns = factor_columns([group], rows.members)
    by_hand = cox(rows.follow_up, columns.table, strata=sex.labels(rows.members))
    assert [model.ratio(group, level).estimate for level in group.levels[1:]] == pytest.approx(np.exp(by_hand.coef))
