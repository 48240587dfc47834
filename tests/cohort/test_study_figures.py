"""Figure data: the same numbers as the tables, and flows that close."""

from __future__ import annotations

import pytest

from lutetia.cohort.emulation_result import emulation_result
from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import treatment_factor
from lutetia.cohort.study_figures import (
    analyses_figure,
    balance_figure,
    clones_figure,
    curve_figure,
    flow_figure,
    sequence_figure,
)
from lutetia.cohort.target_trial import decision_data


def test_the_flow_closes(itanet):
    data, _ = itanet
    figure = flow_figure(data)
    for step, following in zip(figure.steps, figure.steps[1:], strict=False):
        assert step.patients - sum(count for _, count in step.left_out) == following.patients
    assert figure.steps[0].patients == data.selection.flow.screened
    assert figure.steps[-1].patients == data.n == sum(count for _, count in figure.groups)


def test_curves_with_their_test_and_ratio(eight):
    figure = curve_figure(endpoint_rows(eight, "OS"), treatment_factor(eight), key="curves")
    assert {name: curve.n for name, curve in figure.curves.items()} == {"RLT": 3, "other": 5}
    assert figure.outcome == "Overall survival"
    assert figure.note == "log-rank p = 0.124\nHR, other against RLT: 5.07 (0.53–48.38)"


def test_no_ratio_between_more_than_two_curves(itanet):
    data, _ = itanet
    note = curve_figure(endpoint_rows(data, "OS"), treatment_factor(data), key="curves").note
    assert note.startswith("log-rank p")
    assert "HR" not in note


def test_every_patient_goes_into_the_sequences_and_comes_out(eight, itanet):
    figure = sequence_figure(eight)
    assert figure.columns == ("Line 1", "Line 2", "Line 3")
    assert [(link.target, link.patients) for link in figure.links if link.column == 0] == [
        ("RLT", 3), ("TT", 3), ("CHT", 2),
    ]  # fmt: skip
    data, _ = itanet
    links = sequence_figure(data).links
    assert sum(link.patients for link in links if link.column == 0) == data.n
    assert sum(link.patients for link in links if link.column == 1) == data.n


@pytest.fixture(scope="module")
def found(itanet):
    """The example's target trial."""
    data, courses = itanet
    return emulation_result(data, decision_data(courses, data.study))


def test_analyses_are_sorted_by_whether_to_believe_them(found):
    rows = analyses_figure(found).rows
    labels = [row.label for row in rows]
    assert labels.index("Not to be believed") < labels.index("ever against never (naive)")
    assert labels.index("ever against never (naive)") < labels.index("To be believed") < labels.index("landmark")
    contrasts = {result.analysis: result.contrast for result in found.results}
    for row in rows:
        if row.ratio is not None:
            assert row.ratio == contrasts[row.label].hazard_ratio


def test_weighted_curves_of_the_two_arms(found):
    figure = clones_figure(found)
    assert list(figure.curves) == ["RLT next", "another treatment next"]
    treat, against = found.clones.survival_at(1000)
    assert figure.curves["another treatment next"].survival_at(1000).estimate == pytest.approx(treat)
    assert figure.curves["RLT next"].survival_at(1000).estimate == pytest.approx(against)


def test_balance_points(found):
    figure = balance_figure(found)
    assert [(point.name, point.before) for point in figure.points] == [
        (row.name, row.before) for row in found.next_line.balance
    ]
    assert figure.imbalance == 0.1
