"""Numbers as CSV and JSON, the same for every report."""

from __future__ import annotations

import json

import pytest

from lutetia.reports.result_files import csv_bytes, json_bytes, records_csv, table_object
from lutetia.results.table import Table, TableRow


def test_every_key_is_a_column_and_none_is_empty():
    assert records_csv([{"a": 1, "b": None}, {"a": 0.1, "c": True}]) == b"a,b,c\n1,,\n0.1,,true\n"
    assert csv_bytes(("x",), [["a,b"]]) == b'x\n"a,b"\n'


def test_a_table_as_printed_and_as_records():
    table = Table(key="t", title="T", head=("a",), rows=(TableRow(cells=("1",)),), records=({"n": 1},), notes=("n",))
    assert table_object(table) == {
        "key": "t",
        "title": "T",
        "printed": {"head": ["a"], "rows": [{"kind": "row", "cells": ["1"]}], "notes": ["n"]},
        "records": [{"n": 1}],
    }


def test_json_holds_no_nan():
    assert json.loads(json_bytes({"a": "ö"})) == {"a": "ö"}
    with pytest.raises(ValueError, match="JSON"):
        json_bytes(float("nan"))
