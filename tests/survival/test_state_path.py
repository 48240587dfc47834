"""The way of each patient through the states, and what is refused of it."""

import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp
from lutetia.survival.state_path import state_paths, state_place


def paths(f, from_state=None, states=None, patient=None):
    return state_paths(f, from_state=from_state, states=states, patient=patient)


# Rows in no order: patient 7 goes 0 → 1 → (cut) → 2, patient 3 stays in 0.
MIXED = FollowUp(start=[5, 0, 0, 3], stop=[9, 3, 8, 5], event=[2, 1, 0, 0], cluster=[7, 7, 3, 7])


def test_each_row_is_spent_where_the_last_move_led():
    found = paths(MIXED)
    assert found.origin.tolist() == [1, 0, 0, 1]
    assert found.target.tolist() == [2, 1, -1, -1]
    assert found.is_last.tolist() == [True, False, True, False]
    assert found.states == ("state 0", "state 1", "state 2")


def test_states_can_be_given_by_number_by_name_or_as_one_beginning():
    names = ("well", "ill", "dead")
    for given in ([1, 0, 0, 1], ["ill", "well", "well", "ill"], "well", 0):
        assert paths(MIXED, from_state=given, states=names).origin.tolist() == [1, 0, 0, 1]


def test_a_mapping_from_1_leaves_no_state_0():
    f = FollowUp(start=[0, 3], stop=[3, 5], event=[2, 1], cluster=[1, 1])
    found = paths(f, from_state=1, states={1: "well", 2: "ill"})
    assert found.states == ("well", "ill")
    assert found.origin.tolist() == [0, 1]
    assert found.target.tolist() == [1, 0]


def test_every_illegal_sequence_is_named():
    f = FollowUp(
        start=[0, 4, 0, 6, 0, 5], stop=[5, 6, 4, 7, 5, 6], event=[1, 2, 0, 2, 1, 0], cluster=[1, 1, 2, 2, 3, 3]
    )
    with pytest.raises(InputError) as refused:
        paths(f, from_state=[0, 1, 0, 2, 0, 0])
    told = str(refused.value)
    assert "start, row 1 (counted from 0): must not lie before the end of the patient's last row (overlap)" in told
    assert "start, row 3 (counted from 0): must be the end of the patient's last row (gap)" in told
    assert "from_state, rows 3, 5 (counted from 0): must be the state to which the patient's last row led" in told
    assert "event, row 3 (counted from 0): must be another state than the one the row is spent in" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"states": ("a", "b")}, "must name the states 0 to 2"),
        ({"states": ("a", "b", "b")}, "must differ from each other"),
        ({"states": {1: "a", 3: "b"}, "from_state": 1}, "no name for 2"),
        ({"states": {1: "a", 2: "b"}}, "must be given where there is no state 0"),
        ({"from_state": [0, 0]}, r"must have one state per row \(4\)"),
        ({"from_state": "elsewhere"}, "must be one of state 0, state 1, state 2"),
        ({"patient": [1, 2]}, r"must have one label per row \(4\), none missing"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, told):
    with pytest.raises(InputError, match=told):
        paths(MIXED, **arguments)


def test_pieces_need_patients():
    with pytest.raises(InputError, match="must tell which rows are one patient's"):
        paths(FollowUp(start=[0, 1], stop=[1, 2], event=[1, 2]))


def test_a_state_is_found_by_its_name():
    assert state_place(("well", "ill"), "ill") == 1
    with pytest.raises(InputError, match="must be one of well, ill, but got 'dead'"):
        state_place(("well", "ill"), "dead")
