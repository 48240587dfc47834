"""Columns of numbers beside the follow-up."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival.number_column import number_column, number_table


def test_a_column_becomes_floats_with_gaps():
    assert np.array_equal(number_column([1, None, True], "score", "test"), [1.0, np.nan, 1.0], equal_nan=True)


def test_a_column_is_a_table_of_one():
    assert number_table([1, 2], "survival", "test").shape == (2, 1)
    assert number_table([[1, 2], [3, 4]], "survival", "test").tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_what_is_no_number_is_refused():
    with pytest.raises(InputError, match="score: must be a column of numbers"):
        number_column(["a", "b"], "score", "test")
    with pytest.raises(InputError, match="must be a table of numbers"):
        number_table(["a", "b"], "survival", "test")
    with pytest.raises(InputError, match="3 dimensions"):
        number_table(np.zeros((1, 1, 1)), "survival", "test")
