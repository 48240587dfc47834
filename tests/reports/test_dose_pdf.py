"""The PDF: an archive's PDF/A, one page and then the method, the same bytes each time, user text as text."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("pypdf")

import pypdf

from lutetia.reports.dose_page import page_of
from lutetia.reports.dose_pdf import page_data, pdf, png


@pytest.fixture(scope="module")
def page(cycle_report):
    return page_of(cycle_report())


def without_map(report):
    return replace(report, cycle=replace(report.cycle, dose_map=None))


def pages_of(page):
    return [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(pdf(page))).pages]


def test_it_is_an_archive_document_with_its_day(page):
    made = pdf(page)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in made
    assert page_data(page)["day"] == [2026, 11, 20]


def test_the_same_report_gives_the_same_bytes(page, cycle_report):
    assert pdf(page_of(cycle_report())) == pdf(page)


def test_the_first_page_holds_the_report_and_the_second_the_method(page):
    first, second = pages_of(page)[:2]
    for words in ("Digital patient", "made-up patient", "Research use only", "ICRU level 2", "Time-activity curves",
                  "Dose-volume histograms", "Uncertainty budget", "Cycles and limits", "No absorbed dose"):  # fmt: skip
        assert words in first
    for words in ("Method and inputs", "Conventions", "Inputs", "abababababab", "All time-activity curves"):
        assert words in second
        assert words not in first


def crowded(report):
    many = [replace(r, name=f"{r.name}, a long name that says where it lies, {k}") for k in (1, 2)
            for r in report.cycle.regions[:7]]  # fmt: skip
    alarms = tuple(f"Alarm {k}: the images of scan {k} moved by 34 mm (alarm above 30 mm)." for k in range(12))
    cycle = replace(report.cycle, regions=tuple(many), alarms=alarms, left_out=(), conventions=("x" * 300,) * 3)
    return replace(report, cycle=cycle, patient="P" * 90)


@pytest.mark.parametrize("kind", ["crowded", "no plan", "one region", "nothing"])
def test_what_must_stand_on_one_page_does(cycle_report, kind):
    report = cycle_report()
    bare = without_map(replace(report, plan=None, ledger=None, ct=None))
    report = {
        "crowded": lambda: crowded(report),
        "no plan": lambda: bare,
        "one region": lambda: replace(bare, cycle=replace(bare.cycle, regions=bare.cycle.regions[:1])),
        "nothing": lambda: replace(bare, cycle=replace(report.cycle, regions=(), dose_map=None)),
    }[kind]()
    texts = pages_of(page_of(report))
    assert "Research and education software" in texts[0]
    assert "Method and inputs" in texts[1]
    assert all("Uncertainty budget" not in text for text in texts[1:])


def test_text_of_the_user_is_never_markup(cycle_report):
    nasty = '#panic("x") *b* <script> $x$ #set page(width: 1pt)'
    report = without_map(cycle_report(patient=nasty, missing=(nasty,), inputs=((nasty, "ab" * 32),), agent=nasty))
    first = pages_of(page_of(report))[0]
    assert '#panic("x") *b*' in first


def test_without_a_day_none_is_printed(cycle_report):
    page = page_of(without_map(cycle_report(as_of=None)))
    assert page_data(page)["day"] == [1970, 1, 1]
    assert "1970" not in "".join(pages_of(page))


def test_pages_as_pictures(page):
    assert all(picture.startswith(b"\x89PNG") for picture in png(page, 40))
