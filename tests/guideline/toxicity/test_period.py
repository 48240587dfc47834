"""Since when toxicity is counted, and on which side of the start an entry lies."""

from __future__ import annotations

import pytest

from lutetia.dates import PartialDate
from lutetia.guideline.toxicity.period import Period, cycles_of, period_of

from .conftest import cycle, rlt, timeline

SSA = {"kind": "therapy_line", "id": "ssa", "date": "2022-05-01", "regimen": "ssa_standard", "ongoing": True}
EVEROLIMUS = {"kind": "therapy_line", "id": "eve", "date": "2024-06-01", "regimen": "everolimus", "ongoing": True}
AGAIN = {"kind": "therapy_line", "id": "rlt-2", "date": "2026-01-01", "regimen": "rlt", "ongoing": True}


def test_the_latest_rlt_counts_before_a_later_line_of_another_drug():
    period = period_of(timeline(SSA, rlt(ongoing=None, stop="2024-05-01"), EVEROLIMUS))
    assert period is not None
    assert (period.line.id, period.is_rlt) == ("rlt", True)


def test_of_two_lines_of_rlt_the_later_counts_once_it_has_begun():
    entries = (rlt(ongoing=None, stop="2024-05-01"), AGAIN)
    assert [period_of(timeline(*entries, week=week)).line.id for week in (60, 110)] == ["rlt", "rlt-2"]


def test_without_rlt_the_current_line_counts_and_without_that_there_is_no_period():
    assert period_of(timeline(SSA)).line.id == "ssa"
    assert not period_of(timeline(SSA)).is_rlt
    assert period_of(timeline({**SSA, "ongoing": False, "stop": "2023-01-01"})) is None
    assert period_of(timeline({name: cell for name, cell in SSA.items() if name != "ongoing"})) is None


# A value of the day of the start was taken before it, an event of that day came after it (as DM-SEQ-1).
@pytest.mark.parametrize(
    ("when", "sample", "onset"),
    [
        ("2023-12-31", "before", "before"),
        ("2024-01-01", "before", "after"),
        ("2024-01-02", "after", "after"),
        ("2023-12", "before", "before"),
        ("2024-01", "open", "after"),
        ("2024", "open", "after"),
        ("2024-02", "after", "after"),
    ],
)
def test_where_an_entry_lies(when, sample, onset):
    period = Period(line=timeline(rlt()).lines()[0])
    assert period.sample(PartialDate.parse(when)) == sample
    assert period.onset(PartialDate.parse(when)) == onset


def test_a_start_known_by_its_month_leaves_that_month_open():
    period = Period(line=timeline(rlt(date="2024-01")).lines()[0])
    assert period.sample(PartialDate.parse("2024-01-15")) == "open"
    assert period.onset(PartialDate.parse("2024-01-15")) == "open"
    assert period.onset(PartialDate.parse("2024-01-31")) == "after"
    assert period.sample(PartialDate.parse("2024-01-01")) == "before"


def test_a_corrected_line_keeps_its_cycles():
    corrected = rlt(id="rlt-corrected", supersedes="rlt", recorded_on="2024-02-01")
    known = timeline(rlt(), corrected, cycle(1, 0), cycle(2, 8))
    assert [one.id for one in cycles_of(known, known.lines()[0])] == ["c1", "c2"]
    assert known.lines()[0].id == "rlt-corrected"
