"""The page: one file, no script, nothing from elsewhere, user text escaped, everything of the model on it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib")

from lutetia.reports.dose_html import html
from lutetia.reports.dose_page import page_of


@pytest.fixture(scope="module")
def page(cycle_report):
    return page_of(cycle_report())


@pytest.fixture(scope="module")
def text(page):
    return html(page)


def test_nothing_is_fetched_and_nothing_runs(text):
    assert set(re.findall(r"https?://[^\s\"'<>)]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "<script" not in text
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'<img src="([^"]+)"', text))


def test_ids_are_unique_and_are_found(text):
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_every_region_note_and_basis_is_on_the_page(text, page):
    for row in page.table.rows:
        assert row.name in text
    for _, note in page.table.notes:
        assert note.replace("'", "&#39;") in text
    assert text.count("<svg") == 4
    assert "No absorbed dose" in text
    assert "ab" * 32 in text


def test_user_text_is_escaped(cycle_report):
    nasty = "<script>alert(1)</script>"
    report = cycle_report(patient=nasty, missing=(nasty,), agent=nasty, inputs=((nasty, "0"),))
    made = html(page_of(replace(report, cycle=replace(report.cycle, dose_map=None))))
    assert "<script>" not in made
    assert made.count("&lt;script&gt;alert(1)") >= 4


def test_pictures_have_words(text):
    assert len(re.findall(r'<svg role="img" aria-label="[^"]{20,}"', text)) == 4
    assert re.search(r'<img [^>]*alt="Absorbed dose on CT[^"]+"', text)


def test_what_is_absent_says_why(cycle_report):
    made = html(page_of(cycle_report(ct=None, plan=None, ledger=None, why_not={"plan": "no limits were given"})))
    assert "No plan: no limits were given." in made
    assert "no CT was given" in made


def test_the_same_report_gives_the_same_text(text, cycle_report):
    assert html(page_of(cycle_report())) == text
