"""A page of results: numbered in order, made-up patients named, hostile text harmless, bytes that repeat."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from lutetia.reports.result_page import Part, Provenance, ResultPage, page_data, page_html, page_pdf
from lutetia.results.table import Table, TableRow

HOSTILE = '<script>alert(1)</script> #set page(width: 1pt) "quoted"'


def table(key: str, title: str = "T") -> Table:
    rows = (TableRow(cells=("a", "1–2")), TableRow(cells=("b", "10–20")))
    return Table(key=key, title=title, head=("", "Value"), rows=rows, records=({"x": 1},), notes=("a note",))


def page(**more: object) -> ResultPage:
    given = {
        "kind": "Trial design", "title": "A trial", "made_up": "", "day": date(2020, 1, 2),
        "facts": (("Events", "99"),),
        "lead_title": "First", "lead": ("One.", "Two."), "conventions": ("some convention",), "not_made": (),
        "parts": (Part(key="p", title="P", contents=(table("a"), table("flow"), table("b"))),),
        "provenance": Provenance(version="1", rows=(("Seed", "7"),), inputs=(("x.yaml", "0" * 64),)),
    }  # fmt: skip
    return ResultPage(**{**given, **more})


def test_tables_are_numbered_in_order_and_some_are_not():
    assert page().numbers == {(True, "a"): "Table 1.", (True, "flow"): "Table 2.", (True, "b"): "Table 3."}
    numbers = page(unnumbered=("flow",)).numbers
    assert numbers == {(True, "a"): "Table 1.", (True, "b"): "Table 2.", (True, "flow"): ""}


def test_the_html_says_everything_once():
    text = page_html(page(made_up="Nobody is real.", not_made=("some curve",)))
    for said in (
        "Nobody is real.",
        "Trial design",
        "A trial",
        "<dd>99</dd>",
        "One.",
        "Some convention.",
        "Some curve.",
        "x.yaml",
    ):
        assert said in text
    assert 'href="tables/a.csv"' in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert 'href="tables' not in page_html(page(), links=False)


def test_hostile_text_stays_text():
    hostile = page(
        title=HOSTILE, lead=(HOSTILE,), parts=(Part(key="p", title=HOSTILE, contents=(table("a", HOSTILE),)),)
    )
    assert "<script>alert" not in page_html(hostile)
    assert page_pdf(hostile).startswith(b"%PDF")


def test_the_pdf_is_archival_and_repeats():
    made = page_pdf(page(made_up="Nobody is real."))
    assert made == page_pdf(page(made_up="Nobody is real."))
    pypdf = pytest.importorskip("pypdf")
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(made)).pages)
    assert "made-up patients" in text
    assert "Table 1." in text


def test_the_data_of_the_pdf_date_the_page():
    assert page_data(page())["day"] == [2020, 1, 2]
    assert page_data(page(day=None))["day"] == [2000, 1, 1]
