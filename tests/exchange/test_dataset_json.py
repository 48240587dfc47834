"""Dataset-JSON 1.1: the structure that CDISC publishes, and every way in which a file can differ from it."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from lutetia.errors import InputError
from lutetia.exchange.dataset_json import dataset_json, rows_of_dataset_json
from lutetia.trial.adam import Dataset, layout_of

ROWS = [
    {"STUDYID": "S", "USUBJID": "S-1", "PARAMCD": "OS", "STARTDT": date(2020, 1, 1), "ADT": date(2020, 1, 31),
     "AVAL": 31, "CNSR": 0, "EVNTDESC": "death"},
    {"STUDYID": "S", "USUBJID": "S-2", "PARAMCD": "OS", "STARTDT": date(2020, 1, 2), "ADT": date(2020, 1, 2),
     "AVAL": 1, "CNSR": 1, "EVNTDESC": "zensiert, Köln"},
]  # fmt: skip
ADTTE = layout_of("ADTTE")


def written() -> bytes:
    return dataset_json(Dataset.of("ADTTE", ROWS), date(2020, 2, 1), originator="Lutetia")


def changed(**parts) -> bytes:
    return json.dumps({**json.loads(written()), **parts}).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as error:
        rows_of_dataset_json(content, ADTTE)
    return str(error.value)


def test_the_file_has_the_published_structure():
    # after the JSON schema of Dataset-JSON v1.1, github.com/cdisc-org/DataExchange-DatasetJson, schema/
    document = json.loads(written())
    required = {
        "datasetJSONCreationDateTime",
        "datasetJSONVersion",
        "itemGroupOID",
        "records",
        "name",
        "label",
        "columns",
    }
    optional = {"fileOID", "dbLastModifiedDateTime", "originator", "sourceSystem", "studyOID", "metaDataVersionOID",
                "metaDataRef", "isReferenceData", "rows"}  # fmt: skip
    assert required <= set(document) <= required | optional
    assert re.fullmatch(r"1\.1(\.\d+)?", document["datasetJSONVersion"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", document["datasetJSONCreationDateTime"])
    assert set(document["sourceSystem"]) == {"name", "version"}
    types = {"string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"}
    for column in document["columns"]:
        assert {"itemOID", "name", "label", "dataType"} <= set(column)
        assert set(column) <= {
            "itemOID",
            "name",
            "label",
            "dataType",
            "targetDataType",
            "length",
            "displayFormat",
            "keySequence",
        }
        assert column["dataType"] in types
        assert len(column["label"]) <= 40
    assert document["records"] == len(document["rows"]) == 2
    assert all(len(row) == len(document["columns"]) for row in document["rows"])
    assert document["rows"][0][3:6] == ["2020-01-01", "2020-01-31", 31]
    keys = {c["name"]: c.get("keySequence") for c in document["columns"]}
    assert (keys["USUBJID"], keys["PARAMCD"], keys["AVAL"]) == (1, 2, None)


def test_lengths_count_bytes():
    columns = {c["name"]: c for c in json.loads(written())["columns"]}
    assert columns["EVNTDESC"]["length"] == len("zensiert, Köln".encode())


def test_what_is_read_is_what_was_written():
    assert rows_of_dataset_json(written(), ADTTE) == ROWS


def test_an_empty_dataset_goes_both_ways():
    content = dataset_json(Dataset.of("ADTTE", []), date(2020, 2, 1), originator="x")
    assert rows_of_dataset_json(content, ADTTE) == []


def test_whole_numbers_written_as_floats_are_whole():
    rows = json.loads(written())["rows"]
    rows[0][5] = 31.0
    assert rows_of_dataset_json(changed(rows=rows), ADTTE)[0]["AVAL"] == 31


def columns(**by_name):
    return [{**c, **by_name.get(c["name"], {})} for c in json.loads(written())["columns"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "must be a whole Dataset-JSON file"),
        (b"\xff\xfe", "must be a whole Dataset-JSON file"),
        (b"[]", "must be a JSON object"),
        (b"{}", "datasetJSONCreationDateTime: must be there"),
        (changed(datasetJSONVersion="1.0.0"), "datasetJSONVersion: must be 1.1"),
        (changed(name="ADAE"), "name: must be ADTTE"),
        (changed(records=3), "records: must be the number of rows, 2, but got 3"),
        (changed(rows=[[1]], records=1), "must have 8 values each, but got row 1"),
        (changed(columns=columns(CNSR={"name": "CENSOR"})), "ADTTE.CENSOR: must be a column of ADTTE"),
        (changed(columns=columns(CNSR={"name": "CENSOR"})), "ADTTE.CNSR: must be there"),
        (changed(columns=columns(ADT={"dataType": "string"})), "ADTTE.ADT: must have dataType date, but got string"),
        (changed(columns=[*columns(), columns()[0]]), "ADTTE.STUDYID: must be there once"),
        (changed(columns="none"), "columns, rows: must be lists"),
        (changed(rows=[["S", "S-1", "OS", "soon", "2020-01-31", 31, 0, "x"]], records=1), "must be a day such as"),
    ],
)
def test_every_difference_is_named(content, said):
    assert said in refusal(content)
