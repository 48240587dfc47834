"""The analysis data: typed columns, one row a patient, None where there is nothing."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.cohort.analysis_rows import analysis_data

LINES = [("ssa_standard", "2015-01-01", {"progression": "2015-12-31"}), ("rlt", "2016-02-01")]


@pytest.fixture
def data(course, study):
    declared = study(
        exposure={"rule": "treatment_of_line", "line": 1},
        endpoints=[{"endpoint": "OS"}, {"endpoint": "PFS2"}],
        covariates=[{"name": "sex"}, {"name": "functional"}, {"name": "age_years"}],
    )
    functional = [{"kind": "diagnosis", "date": "2014-01-01", "functional": True}]
    one = course("A", lines=LINES, death="2018-01-01", sex="male", birth="1950-01-01", entries=functional)
    return analysis_data([one, course("B", lines=LINES[:1], last_contact="2016-01-01")], declared)


def test_rows_by_hand(data):
    """A: 2015-01-01 to 2018-01-01 is 1096 days; line 2 to death 700 (29 days left of February 2016 …: 1096 - 396)."""
    by_name = [dict(zip(data.columns, row, strict=True)) for row in data.rows]
    assert by_name[0] | {"age_years": 65} == {
        "patient_id": "A",
        "position": 0,
        "group": "SSA",
        "time_zero": date(2015, 1, 1),
        "entry_days": 0,
        "group_known_days": 0,
        "sex": "male",
        "functional": True,
        "age_years": 65,
        "OS_days": 1096,
        "OS_event": 1,
        "OS_cause": "death",
        "OS_reason": "death",
        "OS_entry_days": 0,
        "OS_entries": "line-1 death",
        "PFS2_days": 700,
        "PFS2_event": 1,
        "PFS2_cause": "death",
        "PFS2_reason": "death",
        "PFS2_entry_days": 0,
        "PFS2_entries": "line-2 death",
    }
    assert [by_name[1][name] for name in ("sex", "functional", "age_years", "PFS2_days", "OS_cause")] == [None] * 5
    assert (by_name[1]["OS_days"], by_name[1]["OS_event"]) == (365, 0)


def test_the_frame_has_a_type_for_every_column(data):
    polars = pytest.importorskip("polars")
    frame = data.frame()
    assert frame.shape == (2, len(data.columns))
    kinds = {"patient_id": polars.String, "time_zero": polars.Date, "age_years": polars.Float64}
    kinds |= {"functional": polars.Boolean, "OS_days": polars.Int64, "PFS2_cause": polars.String}
    assert {name: frame.schema[name] for name in kinds} == kinds
    assert frame["PFS2_days"].to_list() == [700, None]


def test_columns_and_endpoints_by_name(data):
    assert data.column("group") == ("SSA", "SSA")
    assert data.endpoint("PFS2").n == 1
    for wrong in (data.column, data.endpoint):
        with pytest.raises(KeyError):
            wrong("nothing")


def test_conventions_stand_once(data):
    assert len(set(data.conventions)) == len(data.conventions)
    assert any(said.startswith("PFS2") for said in data.conventions)
