"""Problems as data, and many of them in one error."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.problem import Problem, refuse


def test_all_problems_come_in_one_error():
    first = Problem(place=("a",), must="a must be 1", got="2", do="Write 1.")
    second = Problem(place=("b", 0), must="b must be given")
    with pytest.raises(ValidationError) as caught:
        refuse("Thing", [first, second])
    one, two = caught.value.errors()
    assert one["loc"] == ("a",)
    assert one["msg"] == "a must be 1, but got 2. Write 1."
    assert one["ctx"]["must"] == "a must be 1"
    assert (two["loc"], two["msg"]) == (("b", 0), "b must be given.")


def test_no_problem_no_error():
    refuse("Thing", [])
