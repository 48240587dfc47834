"""Nodes and links of treatment sequences: worked on paper, and they close."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.cohort.sequence_flow import ENDS, Link, Node, sequence_flow
from lutetia.cohort.story import stories_of
from lutetia.course.course import Course


def test_four_patients_on_paper(course, story):
    stories = [
        story(course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01"), ("captem", "2017-01-01")])),
        story(course("B", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")], death="2017-01-01")),
        story(course("C", lines=[("ssa_standard", "2015-01-01")], last_contact="2016-01-01")),
        story(course("D", lines=[("rlt", "2015-01-01")], death="2016-01-01")),
        story(course("E")),
    ]
    flow = sequence_flow(stories)
    assert flow.n == 4
    assert [str(reason) for reason in flow.left_out] == ["1 no line of therapy"]
    assert set(flow.nodes) == {
        Node(line=1, label="SSA", count=3),
        Node(line=1, label="RLT", count=1),
        Node(line=2, label="RLT", count=2),
        Node(line=2, label="alive, no further line", count=1),
        Node(line=2, label="died", count=1),
        Node(line=3, label="CHT", count=1),
        Node(line=3, label="died", count=1),
    }
    assert Link(line=1, source="SSA", target="RLT", count=2) in flow.links
    assert Link(line=1, source="RLT", target="died", count=1) in flow.links
    assert flow.closes


def test_by_regimen_and_to_fewer_lines(course, story):
    stories = [
        story(course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01"), ("captem", "2017-01-01")]))
    ]
    flow = sequence_flow(stories, lines=2, by="regimen")
    assert {node.label for node in flow.nodes} == {"ssa_standard", "rlt"}
    assert flow.closes


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=10), st.integers(1, 4))
def test_it_always_closes(patients, lines):
    courses = []
    for number, (count, dead) in enumerate(patients):
        regimens = ["ssa_standard", "rlt", "everolimus", "captem"][:count]
        entries = [
            {"kind": "therapy_line", "id": f"l{n}", "date": f"20{10 + n}-01-01", "regimen": r}
            for n, r in enumerate(regimens)
        ]
        entries.append({"kind": "death" if dead else "last_contact", "id": "end", "date": "2020-01-01"})
        entries = [{"recorded_by": "x", **entry} for entry in entries]
        courses.append(
            Course.model_validate({"lutetia": "course/1", "patient": {"id": f"P{number}"}, "entries": entries})
        )
    stories = stories_of(courses, partial_dates="midpoint", data_cut_off=date(2030, 1, 1))
    flow = sequence_flow(stories, lines=lines)
    assert flow.closes
    assert flow.n + sum(reason.count for reason in flow.left_out) == len(patients)
    finals = [node for node in flow.nodes if node.label in ENDS or node.line == lines]
    assert sum(node.count for node in finals) == flow.n
