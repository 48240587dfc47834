"""Analysis datasets: layouts, and every fault of what comes in."""

from dataclasses import replace
from datetime import date

import pytest

from lutetia.errors import InputError
from lutetia.trial.adam import NAMES, Dataset, TrialData, layout_of
from lutetia.trial.arms import arms_of, follow_up_of

DAY = date(2021, 3, 1)
SUBJECT = {
    "STUDYID": "made up", "USUBJID": "1", "TRT01P": "A", "TRT01PN": 1, "RANDDT": DAY, "STRAT1": "g2", "STRAT2": "other",
    "FASFL": "Y", "SAFFL": "Y", "ONTRTFL": "Y", "XOVERFL": "N", "DTHFL": "N", "LSTALVDT": DAY,
}  # fmt: skip
TIME = {
    "STUDYID": "made up", "USUBJID": "1", "PARAMCD": "OS", "STARTDT": DAY, "ADT": date(2021, 3, 11), "AVAL": 11,
    "CNSR": 1, "EVNTDESC": "censored",
}  # fmt: skip


def data_of(subjects=(SUBJECT,), times=(TIME,), cut_off=date(2022, 1, 1)):
    empty = {name.lower(): Dataset.of(name, []) for name in NAMES}
    given = {"adsl": Dataset.of("ADSL", list(subjects)), "adtte": Dataset.of("ADTTE", list(times))}
    return TrialData(**{**empty, **given}, cut_off=cut_off)


def test_labels_fit_a_transport_file():
    for name in NAMES:
        layout = layout_of(name)
        assert all(len(column.label) <= 40 and len(column.name) <= 8 for column in layout.columns)
        assert set(layout.keys) <= {column.name for column in layout.columns}


def test_rows_come_back():
    dataset = Dataset.of("ADTTE", [TIME])
    assert next(dataset.rows()) == TIME
    assert len(dataset.where(PARAMCD="OS")) == 1
    assert len(dataset.where(PARAMCD="PFS")) == 0


def test_all_faults_of_a_dataset_are_told():
    wrong = {**SUBJECT, "USUBJID": "1", "AGE": "61", "SEX": "", "DTHFL": "no", "RANDDT": None, "COLOUR": "red"}
    with pytest.raises(InputError) as caught:
        Dataset.of("ADSL", [SUBJECT, wrong])
    places = {fault.place for fault in caught.value.faults}
    assert places == {"ADSL.COLOUR", "ADSL.AGE", "ADSL.SEX", "ADSL.DTHFL", "ADSL.RANDDT", "ADSL USUBJID"}


def test_a_truth_value_is_no_number():
    with pytest.raises(InputError, match="whole number"):
        Dataset.of("ADSL", [{**SUBJECT, "AGE": True}])


def test_a_time_is_its_dates():
    with pytest.raises(InputError, match="ADT − STARTDT"):
        data_of(times=[{**TIME, "AVAL": 10}])


def test_strangers_and_late_dates_are_named_together():
    with pytest.raises(InputError) as caught:
        data_of(times=[{**TIME, "USUBJID": "2"}], cut_off=date(2021, 3, 5))
    places = {fault.place for fault in caught.value.faults}
    assert places == {"ADTTE.USUBJID", "ADTTE.ADT"}


def test_an_unknown_dataset_is_refused():
    with pytest.raises(InputError, match="ADSL, ADRS"):
        layout_of("ADXX")


def adtte(**given):
    row = {"STUDYID": "s", "USUBJID": "1", "PARAMCD": "OS", "STARTDT": date(2021, 1, 1), "ADT": date(2021, 1, 10),
           "AVAL": 10, "CNSR": 1, "EVNTDESC": "censored", **given}  # fmt: skip
    return Dataset.of("ADTTE", [row])


@pytest.mark.parametrize(
    ("given", "must"),
    [
        ({"CNSR": -1}, "ADTTE.CNSR: must not be negative"),
        ({"ADT": date(2020, 12, 30), "AVAL": -1}, "ADTTE.AVAL: must be one day or more"),
    ],
)
def test_times_that_cannot_be_are_refused(by_hand, given, must):
    with pytest.raises(InputError, match=must):
        replace(by_hand([{"arm": "A"}, {"arm": "B"}]), adtte=adtte(**given))


def test_crossover_without_its_date_is_refused(by_hand):
    for facts in ({"XOVERFL": "Y"}, {"XOVERDT": date(2021, 5, 1)}):
        with pytest.raises(InputError, match="XOVERDT: must be there for those with XOVERFL Y"):
            by_hand([{"arm": "A"}, {"arm": "B", **facts}])


def test_every_kind_of_censoring_is_no_event(by_hand):
    """CNSR 2, 3 … are kinds of censoring in ADaM, not events."""
    data = by_hand([{"arm": "A"}, {"arm": "B"}])
    rows = [{**row, "CNSR": 2} for row in data.adtte.where(PARAMCD="OS").rows()]
    other = replace(data, adtte=Dataset.of("ADTTE", rows))
    assert follow_up_of(other, arms_of(other, "FASFL"), "OS").event.tolist() == [0, 0]


def test_an_infinite_number_is_none(by_hand):
    with pytest.raises(InputError, match="KI67: must be a number"):
        by_hand([{"arm": "A", "KI67": float("inf")}, {"arm": "B"}])
