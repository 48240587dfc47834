"""A whole analysis: all tables, a flow that closes, figures that the plots know."""

from dataclasses import replace

import pytest

from lutetia.errors import InputError
from lutetia.trial.analyse import AnalysisChoices, analyse_trial, participant_flow
from lutetia.trial.arms import arms_of


@pytest.fixture(scope="module")
def analysis(replayed):
    choices = AnalysisChoices(screened=261, excluded={"screening failure": 35}, crossover=("rpsft",))
    return analyse_trial(replayed, choices)


def test_all_tables_are_there_with_names_of_their_own(analysis):
    keys = [table.key for table in analysis.tables]
    assert keys[:5] == ["table-1", "table-2", "table-3", "table-4", "table-5"]
    assert len(set(keys)) == len(keys)
    assert [figure.kind for figure in analysis.figures] == ["flow", "kaplan_meier", "kaplan_meier", "forest"]


def test_it_says_that_patients_are_made_up(analysis):
    assert "made up" in analysis.made_up


def test_the_flow_closes(analysis):
    assert analysis.flow.first.n == 261
    assert analysis.flow.box("randomised").n == 226
    assert sum(group for _, group in analysis.figures[0].groups) == 226


def test_one_wrong_number_is_refused_with_its_box(replayed):
    full = arms_of(replayed, "FASFL")
    with pytest.raises(InputError, match="screened"):
        participant_flow(full, AnalysisChoices(screened=262, excluded={"screening failure": 35}))


def test_endpoints_not_in_the_data_are_left_out_by_name(by_hand):
    patients = [{"arm": arm, "times": {"PFS": (100 + i, 1)}} for i, arm in enumerate("ABABAB")]
    found = analyse_trial(by_hand(patients), AnalysisChoices(hierarchy=("PFS",), subgroups=()))
    assert {left.why.split(":")[0] for left in found.left_out} == {
        "Progression-free survival, investigator", "Time to deterioration, global health status",
    }  # fmt: skip


def test_choices_are_printed(replayed):
    found = analyse_trial(replayed, AnalysisChoices(difference_method="newcombe", crossover=(), ctcae_version="6.0"))
    said = " ".join(note for table in found.tables for note in table.notes)
    assert "newcombe" in said
    assert "CTCAE version 6.0" in said


def test_a_level_outside_its_range_is_refused():
    with pytest.raises(InputError, match="level"):
        AnalysisChoices(level=95)
    assert replace(AnalysisChoices(), level=0.9).level == 0.9


def test_who_is_not_in_the_full_analysis_set_stands_in_the_flow(by_hand):
    patients = [{"arm": arm, "times": {"PFS": (100 + i, 1)}} for i, arm in enumerate("ABABAB")]
    patients[0]["FASFL"] = "N"
    flow = analyse_trial(by_hand(patients), AnalysisChoices(hierarchy=("PFS",), subgroups=())).flow
    assert flow.box("randomised").n == 6
    assert (flow.box("A").n, flow.box("A").left) == (3, {"not in the full analysis set": 1})


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"ties": "coin"}, "ties: must be one of efron"),
        ({"ctcae_version": "7"}, "ctcae_version: must be one of 5.0"),
        ({"excluded": {"age": 3}}, "screened: must be there"),
        ({"screened": 0}, "screened: must be a whole number"),
        ({"screened": 9, "excluded": {"age": -1}}, "excluded, age: must be a whole number"),
        ({"alpha_one_sided": 0.6}, "alpha_one_sided"),
    ],
)
def test_choices_that_cannot_be_are_refused(given, place):
    with pytest.raises(InputError, match=place):
        AnalysisChoices(**given)


def test_names_that_are_not_there_are_refused(replayed):
    with pytest.raises(InputError, match="hierarchy, XYZ"):
        analyse_trial(replayed, AnalysisChoices(hierarchy=("PFS", "XYZ"), crossover=()))
    with pytest.raises(InputError, match="subgroups, XYZ"):
        analyse_trial(replayed, AnalysisChoices(subgroups=("XYZ",), crossover=()))
    with pytest.raises(InputError, match="method"):
        analyse_trial(replayed, AnalysisChoices(difference_method="guess", crossover=()))


def test_the_level_of_the_intervals_is_the_one_asked_for(replayed):
    wide, narrow = (analyse_trial(replayed, AnalysisChoices(level=level, crossover=())) for level in (0.95, 0.8))
    one, other = (found.endpoints["PFS"].medians[0] for found in (wide, narrow))
    assert one.lower < other.lower < other.estimate == one.estimate
    words = [row.cells[0] for table in narrow.tables for row in table.rows]
    assert any("80 % CI" in word for word in words)
    assert not any("95 % CI" in word for word in words)


def test_flow_counts_by_hand(by_hand):
    """Arm A: one never treated, one stopped for progression, one on treatment."""
    stopped = {"ONTRTFL": "N", "DCTREAS": "progressive disease"}
    patients = [{"arm": "A", "SAFFL": "N", "ONTRTFL": "N"}, {"arm": "A", **stopped}, {"arm": "A"}, {"arm": "B"}]
    full = arms_of(by_hand(patients), "FASFL")
    flow = participant_flow(full, AnalysisChoices())
    assert flow.box("A").left == {"not treated": 1}
    assert (flow.box("A, treated").n, flow.box("A, treated").left) == (2, {"progressive disease": 1})
    assert flow.box("A, on treatment at cut-off").n == 1


def test_the_level_of_the_tests_is_the_one_asked_for(by_hand):
    patients = [{"arm": arm, "times": {"PFS": (100 + i, 1)}} for i, arm in enumerate("BABABA")]
    for alpha in (0.2, 0.3):
        choices = AnalysisChoices(hierarchy=("PFS",), subgroups=(), alpha_one_sided=alpha)
        found = analyse_trial(by_hand(patients), choices)
        table = next(table for table in found.tables if table.key == "table-hierarchy")
        p = found.endpoints["PFS"].p_one_sided
        assert table.rows[0].cells[3] == ("rejected" if p <= alpha else "not rejected")
        assert f"level {alpha:g}" in table.notes[0]
    assert 0.2 < p < 0.3
