"""The sheet as a whole: every clinical statement cites facts that resolve, and no level stands beside the review."""

from __future__ import annotations

import re

from lutetia.reports.published_rules import resolve

LEVEL = re.compile(r"\b[1-5][ab]?-[A-D]\b")


def everything(item):
    return " ".join((item.lead, item.text, item.word, item.whose, item.origin, *item.more))


def test_every_statement_cites_facts_that_resolve(any_sheet, knowledge):
    statements = list(any_sheet.statements())
    assert len(statements) > 100
    for item in statements:
        assert item.facts
        for fact in item.facts:
            resolve(knowledge, fact)


def test_the_example_courses_too(course_sheets, knowledge):
    assert len(course_sheets) >= 14
    for sheet in course_sheets.values():
        for item in sheet.statements():
            assert all(resolve(knowledge, fact) for fact in item.facts)


def test_nothing_that_rests_on_the_review_shows_a_level(any_sheet, knowledge):
    seen = 0
    for item in any_sheet.statements():
        if any(resolve(knowledge, fact).paper == "S004" for fact in item.facts):
            seen += 1
            assert item.strength is None
            assert not LEVEL.search(everything(item)), item
    assert seen > 10


def test_a_flat_record_has_no_strip_and_says_so(sheet):
    plain = sheet("plain")
    assert plain.strip is None
    assert plain.strip_note.text == "No dated entries: flat record."


def test_a_course_without_entries_says_so(drawn):
    empty = drawn([])
    assert empty.strip is None
    assert empty.strip_note.text == "No dated entries in the course by this day."


def test_a_course_has_a_strip(course_sheets):
    assert all(sheet.strip.startswith("<svg ") for sheet in course_sheets.values())


def test_the_words_that_an_empty_record_must_not_say(sheet):
    empty = sheet("empty")
    text = " ".join(everything(item) for item in empty.statements()).lower()
    for word in ("negative", "not eligible", "normal"):
        assert word not in text
    assert "insufficient data" in text


def test_what_was_left_aside_is_said(drawn, sheet):
    later = {"kind": "clinic_visit", "id": "v9", "date": "2027-01-01", "ecog": 1}
    (remark,) = drawn([later]).remarks
    assert "2026-11-20 left out" in remark
    assert sheet("plain", shoe_size=42).remarks == ("not used, no such field: shoe_size",)


def test_the_footer_marks_the_ranking_the_levels_and_the_authors_interests(any_sheet):
    assert [item.facts for item in any_sheet.footer] == [("POL-MARK",), ("CONS-SCOPE-5",), ("CONS-SCOPE-7",)]
