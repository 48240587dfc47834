"""The three forms of a result: the same rows, and the notes never among the data."""

from __future__ import annotations

import json

import pytest

from lutetia.cli.score_output import Format, Scored, notes, show

SCORED = Scored(
    columns=("subject", "rate", "new", "side"),
    rows=[
        {"subject": "A", "rate": 1 / 3, "new": True, "side": None},
        {"subject": "B, left", "rate": 20.0, "new": False, "side": "below"},
    ],
    read="3 rows of made-up.csv",
    left_out=("1 row: the value is missing",),
    cautions=("two targets too many",),
    conventions=("nadir=reader",),
)


def test_a_table_is_followed_by_its_notes(capsys):
    show(SCORED, Format.table)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[2:4] == ["A        0.3333  true   -", "B, left  20      false  below"]
    assert lines[-1] == "  nadir=reader"
    assert err == ""


@pytest.mark.parametrize("format", [Format.csv, Format.json])
def test_data_alone_goes_to_stdout_and_notes_to_stderr(format, capsys):
    show(SCORED, format)
    out, err = capsys.readouterr()
    assert err.splitlines() == notes(SCORED)
    if format is Format.json:
        assert json.loads(out) == SCORED.rows
    else:
        assert out == 'subject,rate,new,side\nA,0.3333333333333333,true,\n"B, left",20.0,false,below\n'


def test_nothing_left_out_is_said_too():
    said = notes(Scored(columns=("a",), rows=[], read="no rows"))
    assert said == ["Read: no rows. Results: 0 rows.", "Left out: nothing", "Conventions:"]
