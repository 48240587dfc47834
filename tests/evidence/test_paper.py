"""A paper holds together: ids once, every group and row that is named exists."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.evidence.paper import Paper


def faults_of(data) -> list[tuple[tuple, str]]:
    with pytest.raises(ValidationError) as refused:
        Paper.model_validate(data)
    return [(error["loc"], error["msg"]) for error in refused.value.errors()]


def test_the_made_up_paper_is_read(clean):
    paper = Paper.model_validate(clean)
    assert paper.n("men") == 120
    assert paper.row_of["T3/arm"].p == "0.039"
    assert next(place for place, table, _ in paper.placed_rows() if table.id == "T1") == "T1/men"
    assert Paper.model_validate(paper.model_dump()) == paper


def test_a_group_that_does_not_exist_is_named_with_its_place(clean):
    clean["groups"][1]["of"] = "nobody"
    clean["splits"][0]["into"] = ["failed", "nobody"]
    clean["tables"][0]["arms"] = ["nobody"]
    clean["tables"][1]["rows"][0]["of"] = "nobody"
    clean["tables"][2]["rows"][0]["groups"] = ["new", "nobody"]
    clean["tables"][2]["population"] = "nobody"
    places = [loc for loc, message in faults_of(clean) if '"nobody"' in message]
    assert places == [
        ("groups", 1, "of"),
        ("splits", 0, "into", 1),
        ("tables", 0, "arms", 0),
        ("tables", 1, "rows", 0, "of"),
        ("tables", 2, "population"),
        ("tables", 2, "rows", 0, "groups", 1),
    ]


def test_a_row_that_does_not_exist_is_named(clean):
    clean["claims"][0]["rows"] = ["T9/x"]
    clean["tables"][2]["rows"][0]["restates"] = "T3/x"
    clean["tables"][1]["rows"][5]["between"] = ["T2/x", "T2/orr_old"]
    clean["tables"][0]["sums"][0]["parts"] = ["men_new", "x"]
    assert [loc[0] for loc, message in faults_of(clean) if "one of the paper's rows" in message] == [
        "claims",
        "tables",
        "tables",
        "tables",
    ]


def test_ids_are_given_once(clean):
    clean["groups"].append({"id": "men", "n": 3})
    clean["tables"][0]["rows"].append(dict(clean["tables"][0]["rows"][0]))
    messages = [message for _, message in faults_of(clean)]
    assert sum("each id must be given once" in message for message in messages) == 2


def test_a_sum_names_a_row_or_a_group(clean):
    clean["tables"][0]["sums"][0] |= {"group": "all"}
    assert "either row or group" in faults_of(clean)[0][1]


def test_sizes_are_not_negative_and_ids_are_plain(clean):
    clean["groups"][0]["n"] = -1
    clean["groups"][1]["id"] = "a b"
    assert [loc for loc, _ in faults_of(clean)] == [("groups", 0, "n"), ("groups", 1, "id")]
