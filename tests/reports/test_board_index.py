"""The index page: one row a patient with links to its files, nothing of the record read as markup."""

from __future__ import annotations

from lutetia.reports.board_index import html, row_of


def test_a_row_says_what_a_reader_looks_for(judged):
    row = row_of(judged("alternative first", name="VX-7"), "VX-7")
    assert (row.name, row.person, row.disease) == ("VX-7", "female, 62 years", "pancreas, G2, Ki-67 5 %")
    assert row.candidacy == "Candidate for RLT, but an alternative comes first"
    assert row.first_tier == "CAPTEM (capecitabine, temozolomide) or streptozocin / 5-FU"
    assert row.missing == "nothing blocking"


def test_an_open_row_names_what_is_missing(judged):
    row = row_of(judged("open"), "open")
    assert (row.first_tier, row.missing) == ("no ranking", "FDG/SSTR mismatch")
    assert row_of(judged("empty"), "empty").disease == "not known"


def test_the_page_links_both_files_and_says_the_note(judged):
    page = html([(judged("plain"), "a b"), (judged("open"), "c")], note="All patients are made up.")
    assert 'href="a%20b.html"' in page
    assert 'href="c.pdf"' in page
    assert "All patients are made up." in page
    assert "2 patients" in page
    assert 'href="c.pdf"' not in html([(judged("open"), "c")], pdf=False)


def test_nothing_of_the_record_is_markup(judged):
    page = html([(judged("plain", name='<script>alert("x")</script>'), "x")])
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_no_patients_is_a_page_too():
    assert "0 patients" in html([])
