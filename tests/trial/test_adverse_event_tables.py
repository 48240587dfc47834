"""Adverse events: each patient once a row, worst grade, safety set only."""

from datetime import date

import pytest

from lutetia.trial.adverse_event_tables import adverse_event_table, special_interest_table

PATIENTS = [{"arm": "A"}] * 4 + [{"arm": "B"}] * 2 + [{"arm": "B", "SAFFL": "N", "TRT01A": None}]


def event(subject, term, grade, number=1, **given):
    return {"USUBJID": str(subject), "AESEQ": number, "AEDECOD": term, "AETOXGR": grade, "ASTDT": date(2021, 5, 1),
            "TRTEMFL": "Y", "AESER": "N", "AREL": "N", "CQ01NAM": None, **given}  # fmt: skip


def texts(table):
    return {row.cells[0].strip(): row.cells[1:] for row in table.rows}


@pytest.fixture
def data(by_hand):
    return by_hand(
        PATIENTS,
        [
            event(1, "nausea", 1), event(1, "nausea", 3, 2), event(2, "nausea", None), event(3, "fall", 2, TRTEMFL="N"),
            event(5, "fatigue", 4, AESER="Y", AREL="Y", CQ01NAM="tiredness"), event(7, "nausea", 3),
        ],
    )  # fmt: skip


def test_a_patient_counts_once_with_the_worst_grade(data):
    found = texts(adverse_event_table(data))
    assert found["nausea"] == ("2 (50.0)", "1 (25.0)", "0 (0.0)", "0 (0.0)")
    assert found["Any adverse event"] == ("2 (50.0)", "1 (25.0)", "1 (50.0)", "1 (50.0)")
    assert found["Serious and related"] == ("0 (0.0)", "0 (0.0)", "1 (50.0)", "1 (50.0)")


def test_events_before_treatment_and_of_the_untreated_do_not_count(data):
    table = adverse_event_table(data)
    assert "fall" not in texts(table)
    assert table.head[3] == "B (n = 2), any grade"


def test_rare_terms_wait(data):
    assert "nausea" in texts(adverse_event_table(data, common_pct=50))
    assert "nausea" in texts(adverse_event_table(data, common_pct=60))  # severe in 25 %


def test_classes_of_special_interest(data):
    assert texts(special_interest_table(data)) == {"Tiredness": ("0 (0.0)", "0 (0.0)", "1 (50.0)", "1 (50.0)")}


def test_an_event_without_a_grade_is_never_severe(by_hand):
    table = adverse_event_table(by_hand([{"arm": "A"}, {"arm": "B"}], [event(1, "nausea", None)]))
    assert texts(table)["nausea"][:2] == ("1 (100.0)", "0 (0.0)")


def test_a_term_of_exactly_the_share_is_common(by_hand):
    """One of ten: 10 % of an arm is "at least 10 %"."""
    patients = [{"arm": "A"}] * 10 + [{"arm": "B"}] * 10
    events = [{"USUBJID": "1", "AESEQ": 1, "AEDECOD": "nausea", "AETOXGR": 1, "ASTDT": date(2021, 2, 1),
               "TRTEMFL": "Y", "AESER": "N", "AREL": "N", "CQ01NAM": None}]  # fmt: skip
    words = [row.cells[0].strip() for row in adverse_event_table(by_hand(patients, events), common_pct=10.0).rows]
    assert "nausea" in words
    words = [row.cells[0].strip() for row in adverse_event_table(by_hand(patients, events), common_pct=10.1).rows]
    assert "nausea" not in words
