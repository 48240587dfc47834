"""The whole section of a course: what is told, by which tables and rules, and what is left out."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification import dose_rules
from lutetia.guideline.toxicity import board_conventions, toxicity_of

from .conftest import cycle, event, found, lab, rlt, timeline


def test_worst_grade_by_version():
    result = found(rlt(), cycle(1, 0), lab("neutrophils", 0.8, 6), lab("platelets", 112, 6), week=8)
    assert result.value == {"5.0": 3, "6.0": 2}


def test_nothing_graded_is_none_not_0():
    assert found(rlt(), cycle(1, 0)).value == {"5.0": None, "6.0": None}
    result = found(rlt(), lab("platelets", 112, 6, lower_limit=None))
    assert result.value == {"5.0": None, "6.0": None}


def test_without_a_period_no_worst_grade_is_told():
    result = found(lab("platelets", 40, 6))
    assert result.period is None
    assert result.laboratory[0].newest.by("5.0").value == "3"
    assert result.laboratory[0].worst == ()
    assert result.conventions[0].startswith("no line of RLT and no line recorded as ongoing")


def test_ids_are_those_of_tables_and_rules():
    result = found(rlt(), cycle(1, 0), lab("platelets", 70, 6), week=8)
    assert result.because[:2] == ("CTCAE-5.0", "CTCAE-6.0")
    assert {"DM-PLT-1", "DM-CUM-1", "DM-CUM-2"} <= set(result.because)
    assert set(result.because[2:]) <= set(dose_rules())


def test_conventions_name_the_versions_and_that_6_0_is_provisional():
    said = " | ".join(found(rlt(), lab("platelets", 70, 6)).conventions)
    assert "ctcae_versions: 5.0, 6.0" in said
    assert "PROVISIONAL" in said
    assert "since the start of rlt (2024-01-01)" in said


def test_other_and_no_jurisdiction_take_the_us_table_and_say_so():
    for place in ("other", None):
        said = found(rlt(), cycle(1, 0), jurisdiction=place).conventions
        assert any("no jurisdiction chosen: the US table is applied" in sentence for sentence in said)


def test_a_version_that_does_not_exist_is_refused():
    from dataclasses import replace

    with pytest.raises(InputError):
        toxicity_of(timeline(), jurisdiction=None, conventions=replace(board_conventions(), ctcae_versions=("4",)))


def test_what_is_known_later_is_not_known_yet():
    entries = (rlt(), cycle(1, 0), lab("platelets", 70, 6), event("Nausea", 2, 7))
    early = found(*entries, week=5)
    assert (early.laboratory, early.events, early.dose.because) == ((), (), ())


def test_every_row_is_told_or_left_out():
    # 3 laboratory entries: one graded since the start, one baseline, one of an analyte without criteria.
    result = found(rlt(), lab("platelets", 200, -1), lab("platelets", 100, 3), lab("chromogranin_a", 300, 4))
    assert len(result.laboratory[0].values) == 2
    assert [(line.count, line.rows) for line in result.left_out] == [(1, (2,))]  # rows in the order of time
