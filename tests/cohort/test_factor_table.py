"""The table of factors: medians on paper, sums over levels, and every number equal to the engine asked separately."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import endpoint_factors
from lutetia.cohort.factor_table import REFERENCE, factor_models, factor_table, level_curves, level_log_rank
from lutetia.results.record import KEYS
from lutetia.survival import FollowUp, cox, log_rank


def made(data, name):
    rows = endpoint_rows(data, name)
    factors = endpoint_factors(data, rows.endpoint)
    return rows, factors, factor_table(rows, factors, factor_models(rows, factors), key=f"factors-{name}", title=name)


def cells(table):
    """First cell → the other cells; levels are named by the factor they stand under."""
    found, under = {}, ""
    for row in table.rows:
        first = row.cells[0]
        under = under if first.startswith("\u2003") else first
        found[first if first == under else (under, first.strip())] = row.cells[1:]
    return found


def test_medians_worked_on_paper(eight):
    # Deaths on days 200, 250, 300, 350: S = 7/8, 6/8, 5/8, 4/8; it stays at 0.5 until day 400, so the median is 375.
    _, _, table = made(eight, "OS")
    found = cells(table)
    assert found["All patients"][:2] == ("8", "6")
    assert found["All patients"][2].startswith(f"{375 / 30.4375:.1f} (")
    # Women died on days 200, 250, 400 and 500: S = 0.5 from 250 to 400, median 325.
    assert found["sex", "female"][2].startswith(f"{325 / 30.4375:.1f} (")
    spss = next(r for r in table.records if r["level"] == "female" and r["method"] == "spss")
    assert spss["estimate"] == 250  # the first day with S ≤ 0.5


def test_n_and_events_of_the_levels_sum_to_all(itanet):
    data, _ = itanet
    for name in ("OS", "PFS1", "PFS2"):
        rows, factors, table = made(data, name)
        found = cells(table)
        for factor in factors.factors:
            if factor.kind == "number":
                continue
            mine = [numbers for key, numbers in found.items() if isinstance(key, tuple) and key[0] == factor.title]
            assert sum(int(numbers[0]) for numbers in mine) == rows.n
            assert sum(int(numbers[1]) for numbers in mine) == rows.events


def test_ratios_and_p_are_those_of_the_engine(eight):
    _, _, table = made(eight, "OS")
    found = cells(table)
    male = np.array([0, 0, 1, 1, 0, 1, 1, 0], dtype=float)
    days, dead = [400, 200, 600, 300, 500, 350, 450, 250], [1, 1, 0, 1, 1, 1, 0, 1]
    fit = cox(FollowUp(stop=days, event=dead), male[:, None])
    ratio = next(r for r in table.records if r["statistic"] == "hazard_ratio" and r["level"] == "male")
    assert ratio["estimate"] == pytest.approx(np.exp(fit.coef[0]), rel=1e-12)
    assert ratio["p"] == pytest.approx(fit.p[0], rel=1e-12)
    assert found["sex", "male"][5:7] == (f"{np.exp(fit.coef[0]):.2f} (0.07–2.17)", f"{fit.p[0]:.3f}")
    assert found["sex", "female"][5:7] == (REFERENCE, "")
    whole = next(r for r in table.records if r["statistic"] == "likelihood_ratio" and r["term"] == "sex")
    assert whole["estimate"] == pytest.approx(2 * (fit.log_likelihood - fit.log_likelihood_null), rel=1e-9)
    rank = next(r for r in table.records if r["statistic"] == "log_rank" and r["term"] == "sex")
    assert rank["p"] == pytest.approx(log_rank(FollowUp(stop=days, event=dead), male).p, rel=1e-12)
    assert found["sex"][4] == f"{rank['p']:.3f}"


def test_a_fit_that_failed_says_so_in_cells_notes_and_records(eight):
    _, _, table = made(eight, "OS")
    found = cells(table)
    assert found["Ki-67, %", ">10"][5] == "not estimable"  # both died before anybody else: the ratio is infinite
    assert found["Ki-67, %", "<=10"][5] == "–"
    assert found["sex", "male"][7] == "not estimable"
    record = next(r for r in table.records if r["statistic"] == "hazard_ratio" and r["level"] == ">10")
    assert (record["estimate"], record["p"]) == (None, None)
    assert "monotone likelihood" in record["note"]
    assert any("monotone likelihood" in note for note in table.notes)


def test_patients_of_unknown_level_have_a_row(eight):
    _, _, table = made(eight, "OS")
    assert cells(table)["Ki-67, %", "not known"][:2] == ("1", "1")
    assert "1 of the multivariable model left out: Ki-67, % not known" in table.notes


def test_an_endpoint_with_competing_events_has_no_kaplan_meier_median(itanet):
    data, _ = itanet
    rows, _, table = made(data, "TTNT_LINE_2")
    assert rows.competing
    assert cells(table)["All patients"][2:4] == ("–", "–")
    assert not [record for record in table.records if record["statistic"] == "median"]
    assert "With competing events see the cumulative incidence" in "\n".join(table.notes)


def test_records_have_the_same_keys(itanet):
    data, _ = itanet
    _, _, table = made(data, "OS")
    assert {tuple(record) for record in table.records} == {KEYS}


def test_curves_and_test_by_level(eight):
    rows = endpoint_rows(eight, "OS")
    treatment = endpoint_factors(eight, rows.endpoint).treatment
    curves = level_curves(rows, treatment)
    assert {name: (curve.n, curve.n_events) for name, curve in curves.items()} == {"RLT": (3, 2), "other": (5, 4)}
    one = rows.of(treatment.has("RLT", np.arange(8)))
    assert level_log_rank(one, treatment) is None
