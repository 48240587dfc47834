"""Files of a report: every number in full, the manifest true, the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest

from lutetia.reports.cohort_files import MANIFEST, Parts, data_csv, records_csv, report_files


@pytest.fixture(scope="module")
def files(cohort_report):
    return report_files(cohort_report, r_script="# R\n")


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_everything_promised_is_there(files, cohort_report):
    assert {"report.html", "report.pdf", "analysis-data.csv", "flow.json", "design-check.json", "analysis.R"} <= {
        *files
    }
    for table in cohort_report.analysis.tables:
        assert {f"tables/{table.key}.csv", f"tables/{table.key}.json"} <= {*files}
    for figure in cohort_report.figures:
        assert {f"figures/{figure.key}.{ending}" for ending in ("svg", "png", "pdf", "json")} <= {*files}
    assert [*files][-1] == MANIFEST


def test_the_manifest_is_true(files):
    manifest = json.loads(files[MANIFEST])
    listed = {entry["file"]: (entry["bytes"], entry["sha256"]) for entry in manifest["files"]}
    assert listed == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items() if name != MANIFEST
    }
    assert manifest["inputs"] == [{"file": "cohort_study.yaml", "sha256": "0" * 64}]
    assert manifest["as_of"] is None


def test_the_same_report_gives_the_same_bytes(files, cohort_report):
    assert report_files(cohort_report, r_script="# R\n") == files


def test_numbers_keep_every_digit(files, cohort_report):
    for table in cohort_report.analysis.tables:
        found = rows(files[f"tables/{table.key}.csv"])
        assert len(found) == len(table.records)
        for told, record in zip(found, table.records, strict=True):
            number = record.get("estimate")
            assert told.get("estimate", "") == "" if number is None else float(told["estimate"]) == number
        assert json.loads(files[f"tables/{table.key}.json"])["records"] == [*table.records]


def test_the_data_trace_back_to_their_entries(files, cohort_report):
    found = rows(files["analysis-data.csv"])
    assert len(found) == cohort_report.analysis.data.n
    assert {row["patient_id"] for row in found} == {m.patient_id for m in cohort_report.analysis.data.selection.members}
    assert all(row["OS_entries"].split() for row in found if row["OS_days"])
    assert {row["primary_resected"] for row in found} <= {"true", "false", ""}
    assert data_csv(cohort_report.analysis.data) == files["analysis-data.csv"]


def test_the_flow_closes(files):
    flow = json.loads(files["flow.json"])
    left = sum(reason["patients"] for step in flow["steps"] for reason in step["left_out"])
    assert flow["screened"] - left == flow["analysed"]


def test_the_design_check_holds_all_sixteen(files):
    checks = json.loads(files["design-check.json"])
    assert [check["check"] for check in checks] == [f"DC-{n:02d}" for n in range(1, 17)]
    assert any(check["result"] and check["result"]["rows"] for check in checks)


@pytest.mark.parametrize(("parts", "there"), [(Parts.html, "report.html"), (Parts.pdf, "report.pdf")])
def test_a_part_is_made_alone(cohort_report, parts, there):
    assert [*report_files(cohort_report, parts)] == [there, MANIFEST]


def test_the_numbers_alone(cohort_report):
    names = [*report_files(cohort_report, Parts.tables)]
    assert "report.html" not in names
    assert not [name for name in names if name.startswith("figures/")]
    assert "analysis-data.csv" in names


def test_records_of_unlike_keys_make_one_table():
    assert records_csv([{"a": 1, "b": None}, {"a": 0.1, "c": True}]) == b"a,b,c\n1,,\n0.1,,true\n"
