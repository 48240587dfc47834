"""The PDF: an archive's PDF/A, the order of the page, a running footer on every page, the same bytes each time."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pytest

from lutetia.reports.cohort_pdf import page_data, pdf


@pytest.fixture(scope="module")
def made(cohort_report):
    return pdf(cohort_report)


@pytest.fixture(scope="module")
def pages(made):
    pypdf = pytest.importorskip("pypdf")
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]


def test_it_is_an_archive_document(made):
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in made


def test_the_same_report_gives_the_same_bytes_and_the_day_is_an_argument(made, cohort_report):
    assert pdf(cohort_report) == made
    later = replace(cohort_report, provenance=replace(cohort_report.provenance, as_of=date(2026, 11, 20)))
    assert page_data(cohort_report)["day"] == [2022, 6, 30]  # the data cut-off
    assert page_data(later)["day"] == [2026, 11, 20]


def test_every_page_says_study_made_up_and_its_number(pages):
    for number, text in enumerate(pages, 1):
        assert "A small made-up cohort · made-up patients" in text
        assert re.search(rf"{number}\s*/\s*{len(pages)}\b", text)


def test_the_order_is_that_of_the_page(pages):
    whole = "\n".join(pages)
    heads = ["What to believe", "Participant flow", "Design check, before the results", "Table 1.", "Multiplicity"]
    places = [whole.index(words) for words in [*heads, "Conventions, and who is left out", "Versions and inputs"]]
    assert places == sorted(places)


def test_every_table_and_figure_is_named(pages, cohort_report):
    whole = re.sub(r"\s+", " ", " ".join(pages))
    for name in cohort_report.numbers.values():
        assert name in whole


def test_ranges_are_not_torn_at_their_dash(cohort_report):
    blocks = [block for section in page_data(cohort_report)["sections"] for block in section["blocks"]]
    cells = [cell for block in blocks if block["is_table"] for row in block["rows"] for cell in row["cells"]]
    ranges = [cell for cell in cells if re.search(r"\d.?–", cell)]
    assert ranges
    assert all("\u2060–\u2060" in cell for cell in ranges)


def test_what_did_not_fire_has_no_remedy_on_the_page(cohort_report):
    for check in page_data(cohort_report)["checks"]:
        assert check["state"] == "fired" or check["remedy"] is None


def test_a_table_wider_than_the_page_turns_its_section(cohort_report):
    pypdf = pytest.importorskip("pypdf")
    section = next(section for section in cohort_report.sections if section.key == "patients")
    block = next(block for block in section.blocks if block.is_table)
    wide = replace(
        block,
        head=tuple(("Name",) for _ in range(14)),
        rows=tuple(replace(row, cells=("x", *["12345678.9"] * 13), heading=False) for row in block.rows[:3]),
        text_columns=(),
    )
    turned = replace(cohort_report, sections=(replace(section, blocks=(wide,)),))
    sizes = [(p.mediabox.width > p.mediabox.height) for p in pypdf.PdfReader(io.BytesIO(pdf(turned))).pages]
    assert sum(sizes) == 1
