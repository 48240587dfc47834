"""The design check as printed: a remedy that fails says why, columns that hold nothing are not printed."""

from __future__ import annotations

import json

from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.reports.cohort_design import MOST_ROWS, examined, remedy_cells

RATIO = Estimate(estimate=0.276, lower=0.182, upper=0.418, method="by hand")
ROWS = (
    RemedyRow(analysis="naive", estimate=RATIO, n=226, events=101, says="biased"),
    RemedyRow(analysis="E-value", says="6.70"),
)


def finding(fired, run=None):
    words = {"title": "t", "trigger": "g", "direction": "d", "remedy": "r", "source": "s"}
    return DesignFinding(check="DC-02", fired=fired, run=run, **words)


def refuse():
    raise InputError("weights", [Fault(place="score", must="must have converged")])


def test_every_finding_is_examined_and_told_of():
    heard = []
    remedy = Remedy(title="T", quantity="hazard ratio", rows=ROWS)
    done = examined([finding(True, lambda: remedy), finding(False), finding(None)], told=heard.append)
    assert [check.state for check in done] == ["fired", "not fired", "cannot be told"]
    assert [check.remedy for check in done] == [remedy, None, None]
    assert heard == ["t", "t", "t"]


def test_a_remedy_that_cannot_be_made_says_why_and_stops_nothing():
    done = examined([finding(True, refuse), finding(False)])
    assert len(done) == 2
    assert done[0].remedy is None
    assert "score: must have converged" in done[0].failure


def test_the_record_holds_full_precision_and_is_json():
    done = examined([finding(True, lambda: Remedy(title="T", quantity="hazard ratio", rows=ROWS))])[0]
    record = json.loads(json.dumps(done.record()))
    assert record["result"]["rows"][0]["estimate"] == 0.276
    assert record["result"]["rows"][1] == {
        "analysis": "E-value",
        "estimate": None,
        "lower": None,
        "upper": None,
        "coverage": None,
        "method": "",
        "n": None,
        "events": None,
        "says": "6.70",
    }


def test_a_small_table_of_the_remedy():
    cells = remedy_cells(Remedy(title="T", quantity="hazard ratio", rows=ROWS))
    assert cells.head == ("Analysis", "Hazard ratio (95 % CI)", "Patients", "Events", "")
    assert cells.rows == (("naive", "0.28 (0.18–0.42)", "226", "101", "biased"), ("E-value", "", "", "", "6.70"))


def test_empty_columns_are_left_out_and_long_results_cut():
    rows = tuple(RemedyRow(analysis=f"cell {at}", n=at) for at in range(MOST_ROWS + 4))
    cells = remedy_cells(Remedy(title="T", quantity="patients", rows=rows))
    assert cells.head == ("Analysis", "Patients")
    assert (len(cells.rows), cells.more) == (MOST_ROWS, 4)
