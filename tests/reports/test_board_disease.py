"""Header and disease line: what is known with its author, what is not known as such, and nothing guessed."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.guideline.assessment import assess
from lutetia.reports.board_disease import disease, header, question


def line(sheet, lead):
    return next(item for item in sheet.disease if item.lead == lead)


def test_the_header_of_a_flat_record(sheet):
    head = sheet("plain", name="VX-7").header
    assert (head.name, head.person, head.board_date) == ("VX-7", "female, 62 years", "20 November 2026")
    assert head.jurisdiction == "EU (from the record)"
    assert (head.edition, len(head.hash), head.made_up) == ("itanet-2024", 8, False)
    assert "not a medical device" in head.intended_use


def test_the_jurisdiction_says_where_it_came_from(sheet):
    assert sheet("plain", place="US").header.jurisdiction == "US (chosen for this sheet)"
    assert sheet("plain", jurisdiction=None).header.jurisdiction == "not given: both labels shown"


def test_an_edition_past_its_review_date_says_so(judged, knowledge):
    late = assess(judged().facts, knowledge, as_of=date(2028, 1, 1))
    assert header(late, None).review_overdue == f"knowledge was due for review on {knowledge.review_by}"
    assert header(judged(), None).review_overdue == ""


def test_an_empty_record_is_not_known_in_every_line(sheet):
    lines = sheet("empty").disease
    assert len(lines) == 12
    assert {(item.text, item.truth) for item in lines} == {("not known", "u")}


def test_the_grade_names_what_it_was_read_from(sheet):
    assert line(sheet(), "Grade").text == "well differentiated, G2, Ki-67 5 %, Mitoses 1 per 2 mm²"
    alone = line(sheet(mitoses_2mm2=None), "Grade")
    assert alone.text.endswith("Mitoses not known, rests on Ki-67 alone")
    assert "GAP-10" in alone.facts


def test_a_grade_between_two_cites_both(sheet):
    between = line(sheet(ki67_pct="2-5"), "Grade")
    assert "G1-G2" in between.text
    assert {"DER-G1", "DER-G2"} <= {*between.facts}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "uptake, in all lesions, homogeneous, score 4, FDG without mismatch"),
        ({"sstr_min_score": 1, "sstr_max_score": 4}, "score 1–4"),
        ({"fdg_done": False, "fdg_sstr_discordant": None}, "FDG PET not done"),
    ],
)
def test_what_receptor_imaging_showed(sheet, changes, text):
    assert text in line(sheet(**changes), "SSTR").text


def test_imaging_not_done_is_unknown_uptake(sheet):
    uptake = line(sheet("no receptors known", fdg_done=None, fdg_sstr_discordant=None), "SSTR")
    assert (uptake.text, uptake.truth) == ("imaging not done: uptake not known", "u")


def test_what_was_given_before(sheet):
    assert line(sheet(), "Treated").text == "SSA 30 months, no RLT, chemotherapy lines 0, lines failed 1"
    assert "RLT 4 cycles, best PR, held 30 months" in line(sheet("again"), "Treated").text


def test_a_judgement_carries_its_author(drawn):
    made = drawn(
        [
            {
                "kind": "disease_assessment",
                "id": "a1",
                "date": "2026-10-02",
                "recorded_by": "dr reader",
                "pace": "rapid",
            },
            {"kind": "staging", "id": "s1", "date": "2026-10", "metastatic_sites": ["liver", "bone"]},
            {"kind": "board_question", "id": "q1", "date": "2026-11-01", "question": "RLT next?"},
        ]
    )
    assert line(made, "Pace").origin == "2026-10-02, dr reader"
    assert line(made, "Sites").text == "liver, bone"
    assert made.question == "RLT next?"
    assert made.header.made_up


def test_without_a_timeline_there_is_no_question(judged):
    assert question(None) == ""
    assert all(item.facts for item in disease(judged("empty"), None))
