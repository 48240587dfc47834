"""What every part of a declaration shares."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from lutetia.cohort.declared import Day, Declared, LineNumber


class Part(Declared):
    on: Day
    line: LineNumber = 1


def test_a_day_is_a_whole_day():
    assert Part(on="2021-06-30").on == date(2021, 6, 30)
    assert Part(on="2021-06-30").model_dump(mode="json") == {"on": "2021-06-30", "line": 1}
    for wrong in ("2021-06", "30.06.2021", 2021):
        with pytest.raises(ValidationError, match="must be"):
            Part(on=wrong)


def test_no_word_beyond_the_schema_and_no_change_afterwards():
    with pytest.raises(ValidationError, match="xtra"):
        Part(on="2021-06-30", other=1)
    with pytest.raises(ValidationError, match="frozen"):
        Part(on="2021-06-30").line = 2


@pytest.mark.parametrize("wrong", [0, 21, "1", 1.0])
def test_a_line_is_a_whole_number_from_1(wrong):
    with pytest.raises(ValidationError):
        Part(on="2021-06-30", line=wrong)
