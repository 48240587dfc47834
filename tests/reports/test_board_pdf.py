"""The PDF sheet: one A4 page whatever comes, PDF/A, the same bytes each time, text of the record as it stands."""

from __future__ import annotations

import io
import re
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from lutetia.reports import board_pdf
from lutetia.reports.board_pdf import page_data, pdf, png

A4_POINTS = (595.28, 841.89)
HOSTILE = '#set page(width: 1cm) <script>alert("x")</script> *b* $a$ ]#panic("no")'


def pages(made: bytes):
    return PdfReader(io.BytesIO(made)).pages


def text_of(made: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pages(made)).split())


def test_one_a4_page_for_every_answer(any_sheet):
    (page,) = pages(pdf(any_sheet))
    assert float(page.mediabox.width) == pytest.approx(A4_POINTS[0], abs=0.1)
    assert float(page.mediabox.height) == pytest.approx(A4_POINTS[1], abs=0.1)


def test_one_page_for_every_example_course(course_sheets):
    for name, sheet in course_sheets.items():
        made = pdf(sheet)
        assert len(pages(made)) == 1, name
        text = text_of(made)
        assert name in text
        assert sheet.answer.headline.text in text
        assert "made-up patient" in text


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    removed=st.sets(st.sampled_from(["crcl", "primary", "sstr_positive", "ki67_pct", "pace", "prior_rlt", "stage"])),
    turn=st.sampled_from(["plain", "contraindicated", "again", "net g3", "alternative first"]),
    name=st.text(max_size=200),
)
def test_one_page_whatever_is_recorded(sheet, removed, turn, name):
    assert len(pages(pdf(sheet(turn, name=name, **dict.fromkeys(removed))))) == 1


def test_one_page_with_more_than_a_page_can_hold(drawn):
    """A made-up course of thirty years with everything against RLT, and a question nobody could read."""
    entries = [{"kind": "diagnosis", "id": "d", "date": "1996", "primary_site": "pancreas", "hereditary": False}]
    entries += [{"kind": "specimen", "id": f"s{n}", "date": f"{2000 + n}", "ki67_pct": "10-15"} for n in range(20)]
    entries += [
        {"kind": "ct_mri", "id": f"c{n}", "date": f"{2000 + n // 4}-{1 + 3 * (n % 4):02d}-11", "modality": "ct_and_mri",
         "liver_diffuse": True, "bone_diffuse": True, "peritoneal_disease": "diffuse"}
        for n in range(100)
    ]  # fmt: skip
    entries += [
        {"kind": "therapy_line", "id": f"t{n}", "date": f"{2001 + n}-02", "regimen": "other", "name": HOSTILE * 3,
         "stop": f"{2003 + n}-01"}
        for n in range(20)
    ]  # fmt: skip
    entries += [{"kind": "board_question", "id": "q", "date": "2026-11-01", "question": HOSTILE * 60}]
    made = pdf(drawn(entries))
    assert len(pages(made)) == 1
    assert "Signatures" in text_of(made)


def lowest_text(made: bytes) -> float:
    """Height over the page's lower edge, in points, of the lowest text on the first page."""
    heights: list[float] = []

    def note(text, matrix, text_matrix, _font, _size):
        if text.strip():
            heights.append(matrix[3] * text_matrix[5] + matrix[5])

    pages(made)[0].extract_text(visitor_text=note)
    return min(heights)


def test_what_trimming_cannot_fit_is_drawn_smaller_and_nothing_is_cut_off(drawn, monkeypatch):
    monkeypatch.setattr(board_pdf, "LONGEST_QUESTION", 100_000)
    asked = [{"kind": "board_question", "id": "q", "date": "2026-11-01", "question": "What next for her? " * 900}]
    made = pdf(drawn(asked))
    assert len(pages(made)) == 1
    assert lowest_text(made) > 15


def test_words_of_the_record_never_crowd_the_page(drawn):
    author = "a department with a very long name, " * 600
    wordy = drawn([{"kind": "clinic_visit", "id": "v", "date": "2026-11-01", "recorded_by": author, "ecog": 3}])
    for line in page_data(wordy)["disease"] + page_data(wordy)["cautions"]:
        assert max(len(line["text"]), len(line["lead"]), len(line["origin"])) <= board_pdf.LONGEST_TEXT
    assert lowest_text(pdf(wordy)) > 15


def test_no_text_of_the_knowledge_is_cut(any_sheet):
    drawn_texts = str(page_data(any_sheet, annex=True))
    cut = [item.text for item in any_sheet.statements() if len(item.text) > board_pdf.LONGEST_TEXT]
    assert cut == []
    assert "…" not in drawn_texts.replace("… (", "")


def test_a_full_page_is_trimmed_by_statements_before_its_type_shrinks(course_sheets):
    full, roomy = (text_of(pdf(course_sheets[name])) for name in ("VO-03", "VO-14"))
    assert re.search(r"\+\d more in the HTML sheet [A-Z]", full)
    assert "more in the HTML sheet" not in roomy


def test_text_of_the_record_is_never_markup(sheet, drawn):
    named = text_of(pdf(sheet("plain", name=HOSTILE[:40])))
    assert HOSTILE[:40] in named
    asked = drawn([{"kind": "board_question", "id": "q", "date": "2026-11-01", "question": HOSTILE}])
    assert HOSTILE in text_of(pdf(asked))


def test_a_script_the_font_lacks_and_control_characters_are_drawn_all_the_same(sheet):
    made = pdf(sheet("empty", name="患者 Ω Ж \x07\ufffe"))
    assert len(pages(made)) == 1
    assert "Ж" in text_of(made)


def test_the_same_sheet_gives_the_same_bytes_and_the_boards_day(course_sheets):
    first, second = pdf(course_sheets["VO-12"]), pdf(course_sheets["VO-12"])
    assert first == second
    assert PdfReader(io.BytesIO(first)).metadata["/CreationDate"].startswith("D:20261120")


def test_it_declares_pdf_a_2b(sheet):
    made = pdf(sheet("plain"))
    assert re.search(rb"pdfaid:part>2<", made)
    assert re.search(rb"pdfaid:conformance>B<", made)


def test_the_annex_adds_pages_with_every_trial(sheet):
    plain = sheet("plain")
    made = pdf(plain, annex=True)
    assert len(pages(made)) > 1
    annex = " ".join(" ".join(page.extract_text() for page in pages(made)[1:]).split())
    assert all(trial.name in annex for trial in plain.trials.all)
    assert "Annex" not in text_of(pdf(plain))


def test_the_words_that_an_empty_record_must_not_say(sheet):
    text = text_of(pdf(sheet("empty"))).lower()
    for word in ("negative", "not eligible", "normal"):
        assert word not in text
    assert "insufficient data" in text


def test_without_the_font_package_it_is_still_one_page(sheet, monkeypatch):
    monkeypatch.setattr(board_pdf, "_font_folders", list)
    board_pdf._compiler.cache_clear()
    try:
        assert len(pages(pdf(sheet("contraindicated")))) == 1
    finally:
        board_pdf._compiler.cache_clear()


def test_a_picture_of_the_page(sheet):
    made = png(sheet("plain"), pixels_per_inch=36)
    assert made.startswith(b"\x89PNG")
    wide, high = struct.unpack(">II", made[16:24])
    assert (wide, high) == (pytest.approx(297.6, abs=1.5), pytest.approx(421, abs=1.5))


def test_every_line_that_is_drawn_has_ids(any_sheet):
    def lines(node):
        if isinstance(node, dict):
            if "ids" in node:
                yield node
            for value in node.values():
                yield from lines(value)
        elif isinstance(node, list):
            for value in node:
                yield from lines(value)

    found = list(lines(page_data(any_sheet, annex=True)))
    assert len(found) > 100
    assert all(line["ids"] for line in found)
