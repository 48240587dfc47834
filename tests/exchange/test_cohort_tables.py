"""Two tables become courses; every fault names file, row and column."""

from __future__ import annotations

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.exchange.cohort_tables import read_cohort_tables

PATIENTS = """\
patient,sex,birth,centre,diagnosed,primary_site,functional,ki67_pct,differentiation,stage,metastatic_sites,primary_resected,lines_complete,death,last_contact,shoe
A,male,1950-02-03,North,2014-01-01,pancreas,no,<3,well,metastatic,liver; bone,no,yes,2020-01-01,,43
B,female,1961,South,,pancreas,,,,,,yes,,,2019-05-01,38
"""
LINES = """\
patient,regimen,start,stop,progression,best_response,response_on
A,ssa_standard,2015-01-01,2015-12-31,2015-12-31,PR,2015-04-01
A,rlt,2016-02-01,,,,
B,captem,2018-03,,,,
"""


def read(tmp_path, patients=PATIENTS, lines=LINES, mapping=None):
    (tmp_path / "p.csv").write_text(patients, encoding="utf-8")
    (tmp_path / "l.csv").write_text(lines, encoding="utf-8")
    if mapping is not None:
        (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
    return read_cohort_tables(tmp_path / "p.csv", tmp_path / "l.csv", tmp_path / "m.yaml" if mapping else None)


def faults_of(tmp_path, **texts):
    with pytest.raises(InputError) as refused:
        read(tmp_path, **texts)
    return [str(fault).replace(str(tmp_path) + "/", "") for fault in refused.value.faults]


def entries(course, kind):
    return [entry for entry in course.entries if entry.kind == kind]


def test_two_patients_by_hand(tmp_path):
    found = read(tmp_path)
    a, b = found.courses
    assert (a.patient.id, a.patient.sex, str(a.patient.birth), a.care.centre) == ("A", "male", "1950-02-03", "North")
    (diagnosis,) = entries(a, "diagnosis")
    assert (str(diagnosis.date), diagnosis.primary_site, diagnosis.functional, diagnosis.note) == (
        *("2014-01-01", "pancreas", False),
        None,
    )
    (specimen,) = entries(a, "specimen")
    assert (str(specimen.date), specimen.ki67_pct.high, specimen.differentiation) == ("2014-01-01", 3, "well")
    assert entries(a, "staging")[0].metastatic_sites == ("liver", "bone")
    one, two = entries(a, "therapy_line")
    assert (one.regimen, str(one.date), str(one.progression), one.best_response) == (
        *("ssa_standard", "2015-01-01", "2015-12-31"),
        "PR",
    )
    (seen,) = entries(a, "disease_assessment")
    assert (str(seen.date), seen.response, seen.line) == ("2015-04-01", "PR", "line-1")
    assert two.stop is None
    assert str(entries(a, "death")[0].date) == "2020-01-01"
    assert entries(a, "treatment_history")[0].complete_for == ("systemic_therapy", "rlt", "surgery")
    assert entries(b, "therapy_line")[0].date == PartialDate(2018, 3)
    assert found.unused_columns == (f"{tmp_path / 'p.csv'}: shoe",)


def test_a_fact_without_a_date_counts_from_the_first_line_and_says_so(tmp_path):
    _, b = read(tmp_path).courses
    (diagnosis,) = entries(b, "diagnosis")
    assert (str(diagnosis.date), diagnosis.note) == (
        "2018-03",
        "date not in the table; the start of the first line stands for it",
    )
    assert entries(b, "procedure")[0].procedure == "primary_resection"


def test_a_mapping_translates_columns_and_words(tmp_path):
    mapping = """\
lutetia: mapping/1
missing: [NA]
made_up: true
patients: {patient: ID, sex: {column: S, values: {1: male}}, dead: Dead, status_date: Last}
lines: {patient: ID, regimen: {column: Drug, values: {Lutathera: rlt}}, start: On, progression: PD}
"""
    patients = "ID;S;Dead;Last\n1;1;1;2020-01-01\n2;NA;0;2021-01-01\n"
    lines = "ID;Drug;On;PD\n1;Lutathera;2015-01-01;NA\n2;captem;2016-01-01;2017-01-01\n"
    one, two = read(tmp_path, patients, lines, mapping).courses
    assert (one.patient.sex, two.patient.sex, one.made_up) == ("male", None, True)
    assert [str(entries(c, k)[0].date) for c, k in ((one, "death"), (two, "last_contact"))] == [
        "2020-01-01",
        "2021-01-01",
    ]
    assert entries(one, "therapy_line")[0].regimen == "rlt"
    assert entries(one, "therapy_line")[0].progression is None


def test_every_fault_of_both_tables_names_row_and_column(tmp_path):
    patients = PATIENTS.replace("male,1950-02-03", "man,1950-13-03").replace("B,female", "A,female")
    lines = LINES.replace("rlt,2016-02-01", "lutathera,2014-02-31").replace("B,captem", "C,captem")
    faults = faults_of(tmp_path, patients=patients, lines=lines)
    assert any("p.csv, row 2, column patient: each patient must have one row, but got A" in fault for fault in faults)
    assert any("l.csv, row 3, column patient: each line must be of a patient" in fault for fault in faults)
    assert any(
        fault.startswith("line 2, p.csv, row 1, column sex: sex must be one of female, male") for fault in faults
    )
    assert any("p.csv, row 1, column birth" in fault for fault in faults)
    assert any(fault.startswith("line 3, l.csv, row 2, column regimen: regimen must be one of") for fault in faults)
    assert any("l.csv, row 2, column start" in fault for fault in faults)


def test_contradictions_between_columns_are_found(tmp_path):
    lines = LINES.replace("2015-12-31,2015-12-31", "2014-12-31,2015-12-31")
    (fault,) = faults_of(tmp_path, lines=lines)
    assert fault.startswith("line 2, l.csv, row 1, column stop: the stop of a line must not lie before its start")
    late = LINES.replace("A,rlt,2016-02-01", "A,rlt,2021-02-01")
    (fault,) = faults_of(tmp_path, lines=late)
    assert fault.startswith("line 3, l.csv, row 2, column start: date must not lie after the death of the patient")


def test_missing_columns_and_starts_are_named(tmp_path):
    (fault,) = faults_of(tmp_path, lines="patient,regimen\nA,rlt\n")
    assert "l.csv, header: the table of lines must have the column start" in fault
    faults = faults_of(tmp_path, lines=LINES.replace("2018-03", ""))
    assert any("l.csv, row 3, column start: each line must have a start" in fault for fault in faults)


def test_a_death_needs_its_date(tmp_path):
    (fault,) = faults_of(tmp_path, patients="patient,dead,last_contact\nA,yes,2020-01-01\nB,no,2020-01-01\n")
    assert "p.csv, row 1, column dead: a patient who is dead must have the date of death" in fault
