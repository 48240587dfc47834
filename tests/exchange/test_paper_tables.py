"""Printed tables from YAML, JSON and CSV: the same paper, and every fault with its line."""

from __future__ import annotations

import json

import pytest

from lutetia.errors import InputError
from lutetia.evidence import integrity
from lutetia.exchange.paper_tables import read_tables

YAML = """\
paper: made-up
title: A trial that never was
source: made up
groups:
  - {id: all, n: 40}
  - {id: a, n: 20, of: all}
  - {id: b, n: 20, of: all}
splits:
  - {id: arms, of: all, into: [a, b]}
tables:
  - id: T1
    endpoint: OS
    population: all
    rows:
      - {id: men, kind: share, printed: "12 (60%)", of: a}
      - {id: arm, kind: ratio, printed: "0.70 (0.38-1.30)", p: "0.26", groups: [a, b], events: 40}
      - {id: os, kind: median, printed: 20.1 (15.0-NE), of: a}
"""

CSV = """\
table,row,kind,n,of,into,printed,p,groups,endpoint,population,events
,all,group,40,,,,,,,,
,a,group,20,all,,,,,,,
,b,group,20,all,,,,,,,
,arms,split,,all,a; b,,,,,,
T1,men,share,,a,,12 (60%),,,,,
T1,arm,ratio,,,,0.70 (0.38-1.30),0.26,a;b,OS,all,40
T1,os,median,,a,,20.1 (15.0-NE),,,OS,,
"""


@pytest.fixture
def write(tmp_path):
    def put(name: str, text: str):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


def refused(path) -> list[str]:
    with pytest.raises(InputError) as error:
        read_tables(path)
    return [str(fault) for fault in error.value.faults]


def test_yaml_json_and_csv_hold_the_same_numbers(write):
    yaml = read_tables(write("paper.yaml", YAML))
    assert yaml.row_of["T1/arm"].numbers[1].text == "0.38"
    again = read_tables(write("paper.json", json.dumps(yaml.model_dump(mode="json"))))
    assert again == yaml
    csv = read_tables(write("paper.csv", CSV))
    assert (csv.paper, csv.groups, csv.splits) == ("paper", yaml.groups, yaml.splits)
    for place, row in yaml.row_of.items():
        assert csv.row_of[place].printed == row.printed
    assert integrity.check(csv) == integrity.check(yaml) == []


def test_a_copied_mistake_is_found_from_csv(write):
    wrong = CSV.replace("12 (60%)", "12 (66%)")
    assert [f.rule for f in integrity.check(read_tables(write("p.csv", wrong)))] == ["percentage-of-count"]


def test_every_fault_is_named_with_its_line(write):
    faulty = (
        YAML.replace("{id: a, n: 20, of: all}", "{id: a, n: -1, of: all}")
        .replace("{id: b, n: 20, of: all}", "{id: b, n: 20, of: nowhere}")
        .replace('"12 (60%)"', "12.5")
        .replace('p: "0.26"', 'p: "2"')
        .replace("kind: median", "kind: mean")
    )
    said = refused(write("p.yaml", faulty))
    assert said[0].startswith("line 6, groups[1].n: n must be at least 0, but got -1")
    assert 'line 7, groups[2].of: a group must be one of the paper\'s groups, but got "nowhere"' in said[1]
    assert "line 15, tables[0].rows[0].printed: printed must be a text in quotes" in said[2]
    assert "line 16, tables[0].rows[1].p: p must lie between 0 and 1" in said[3]
    assert "line 17, tables[0].rows[2].kind: kind must be one of share, ratio, median, difference, p" in said[4]
    assert len(said) == 5


def test_a_reference_to_a_part_that_is_itself_at_fault_is_not_reported_twice(write):
    said = refused(write("p.yaml", YAML.replace("{id: a, n: 20, of: all}", "{id: a, n: many, of: all}")))
    assert len(said) == 1
    assert "line 6, groups[1].n: n must be a whole number" in said[0]


def test_a_kind_left_out_and_a_field_that_is_none(write):
    said = refused(write("p.yaml", YAML.replace("kind: share, ", "").replace("endpoint: OS", "end: OS")))
    assert any("rows[0].kind: kind must be given" in fault for fault in said)
    assert any("line 12, tables[0].end: each field must be one that the schema knows" in fault for fault in said)


@pytest.mark.parametrize("text", ["", "[]", "a: 1", "paper: x\ntitle: t\nsource: s\ntables: 5\n"])
def test_what_is_no_paper_is_refused(write, text):
    assert refused(write("p.yaml", text))


def test_a_key_given_twice_and_a_missing_file_are_refused(write, tmp_path):
    assert "once" in refused(write("p.yaml", YAML + "paper: again\n"))[0]
    assert "must exist and be readable" in refused(tmp_path / "none.yaml")[0]


def test_faults_of_a_csv_have_lines(write):
    said = refused(write("p.csv", CSV.replace("12 (60%)", "about 12").replace(",a;b,", ",a;c,")))
    assert said[0].startswith("line 6, tables[0].rows[0].printed")
    assert "line 7" in said[1]
    assert '"c"' in said[1]
    said = refused(write("p.csv", CSV.replace("share", "shar").replace("T1,os", ",os")))
    assert "line 6, row 5, kind: must be one of share, ratio" in said[0]
    assert "line 8, row 7, table: table must be given" in said[1]
    assert "must have a column kind" in refused(write("p.csv", "table,row\nT1,a\n"))[0]


def test_a_csv_of_numbers_and_yes_and_no(write):
    more = CSV.replace("events\n", "events,level,complete\n", 1)
    lines = more.splitlines()
    lines = [
        lines[0],
        *(f"{line},{'0.9' if 'ratio' in line else ''},{'no' if 'split' in line else ''}" for line in lines[1:]),
    ]
    paper = read_tables(write("p.csv", "\n".join(lines) + "\n"))
    assert paper.row_of["T1/arm"].level == 0.9
    assert paper.splits[0].complete is False
