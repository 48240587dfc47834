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
