"""The page: one file without addresses outside, readable without its script, nothing put in becomes markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from lutetia.reports.cohort_html import html


@pytest.fixture(scope="module")
def page(cohort_report):
    return html(cohort_report)


def test_nothing_is_fetched_from_elsewhere(page):
    assert set(re.findall(r"https?://[^\s\"'<>)]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"<(link|img|iframe|script[^>]*src|object)\b", page)
    assert set(re.findall(r"url\(([^)]{1,5})", page)) <= {"data:", *{f"#{page_id}"[:5] for page_id in ids(page)}}


def ids(page):
    return re.findall(r'\sid="([^"]+)"', page)


def test_ids_are_unique_and_links_find_them(page):
    found = ids(page)
    assert len(found) == len(set(found))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(found)
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(found)


def test_the_design_check_comes_before_the_results(page):
    order = ["What to believe", 'id="flow"', 'id="design"', "Table 1.", 'id="multiplicity"', 'id="conventions"']
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert page.index('id="provenance"') > places[-1]


def test_every_table_is_on_the_page_with_its_notes(page, cohort_report):
    for section in cohort_report.sections:
        for block in section.blocks:
            assert f'id="{"table" if block.is_table else "figure"}-{block.key}"' in page


def test_everything_is_there_without_the_script(page, cohort_report):
    bare = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert all(sentence.split(" (")[0][:40] in bare for sentence in cohort_report.believe)
    assert bare.count("<svg") == len(cohort_report.figures)


def test_made_up_patients_are_announced(page, cohort_report):
    assert '<p class="banner">All patients are made up.</p>' in page
    assert '<p class="banner">' not in html(replace(cohort_report, made_up=""))


def test_titles_and_notes_cannot_become_markup(cohort_report):
    nasty = "</title><script>alert(1)</script>"
    page = html(replace(cohort_report, title=nasty, conventions=(nasty,), left_out=(nasty,), not_made=(nasty,)))
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") >= 5


def test_the_readout_is_json_that_cannot_end_its_element(page):
    blocks = re.findall(r'<script type="application/json">(.*?)</script>', page, flags=re.S)
    assert blocks
    for block in blocks:
        assert "<" not in block
        assert {"name", "colour", "months", "shares", "lower", "upper"} == set(json.loads(block)["curves"][0])


def test_links_to_files_only_where_the_files_are(page, cohort_report):
    assert "tables/" not in page
    assert 'href="tables/baseline.csv"' in html(cohort_report, links=True)


def test_the_same_report_gives_the_same_page(page, cohort_report):
    assert html(cohort_report) == page
