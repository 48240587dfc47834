"""The HTML sheet: one file, no script, nothing of the record read as markup, every statement with its ids."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from lutetia.reports.board_html import html
from lutetia.reports.published_rules import resolve

LEVEL = re.compile(r"\b[1-5][ab]?-[A-D]\b")
HOSTILE = '#set page(width: 1cm) <script>alert("x")</script> "{{ 7*7 }}" & $a$'
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Reader(HTMLParser):
    """The page as statements (ids, text), visible text, element names, and what was left unclosed."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.statements: list[tuple[list[str], list[str]]] = []
        self.open: list[tuple[int, list[str]]] = []
        self.text: list[str] = []
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.crossed: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.names.add(tag)
        if given.get("id"):
            self.ids.append(given["id"])
        if (given.get("href") or "").startswith("#"):
            self.targets.add(given["href"][1:])
        if tag in VOID:
            return
        self.stack.append((tag, given))
        if "statement" in (given.get("class") or "").split():
            words: list[str] = []
            self.statements.append(((given.get("data-facts") or "").split(), words))
            self.open.append((len(self.stack), words))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.stack or self.stack[-1][0] != tag:
            self.crossed.append(tag)
            return
        if self.open and self.open[-1][0] == len(self.stack):
            self.open.pop()
        self.stack.pop()

    def handle_data(self, data):
        if any(tag in {"style", "title", "head"} for tag, _ in self.stack):
            return
        self.text.append(data)
        for _, words in self.open:
            words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture
def page(any_sheet):
    return html(any_sheet)


def test_the_page_is_well_formed_self_contained_and_without_script(page):
    found = read(page)
    assert found.crossed == []
    assert found.stack == []
    assert not {"script", "link", "img", "iframe"} & found.names
    assert re.search(r'<html lang="en">', page)
    assert not re.search(r"""(?:src|@import|url\()\s*=?\s*["']?(?:https?:)?//""", page)
    assert len(found.ids) == len(set(found.ids))
    assert found.targets <= set(found.ids)


def test_every_statement_shows_its_ids_and_they_resolve(page, knowledge):
    statements = read(page).statements
    assert len(statements) > 100
    for facts, words in statements:
        assert facts
        text = "".join(words)
        for fact in facts:
            assert resolve(knowledge, fact)
            assert fact in text


def test_every_statement_of_every_example_course_has_ids_that_resolve(course_sheets, knowledge):
    for name, sheet in course_sheets.items():
        for item in sheet.statements():
            assert item.facts, (name, item.text)
            papers = {resolve(knowledge, fact).paper for fact in item.facts}
            assert "S004" not in papers or not re.match(r"\d", item.strength or ""), (name, item.text)


def test_no_statement_of_the_review_shows_a_level(page, knowledge):
    for facts, words in read(page).statements:
        if any(resolve(knowledge, fact).paper == "S004" for fact in facts):
            assert not LEVEL.search("".join(words)), words


def test_the_words_that_an_empty_record_must_not_say(sheet):
    text = "".join(read(html(sheet("empty"))).text).lower()
    for word in ("negative", "not eligible", "normal"):
        assert word not in text
    assert "insufficient data" in text
    assert "bring this to the board" in text


def test_blocks_stand_in_the_order_of_the_sheet(course_sheets):
    page = html(course_sheets["VO-12"])
    names = re.findall(r"<h2>(.*?)</h2>", page)
    assert names[:6] == ["Question", "Disease", "Course", "Response", "Toxicity", "Missing first"]
    order = ["Options", "Ten questions", "Cautions", "Sources differ", "Trials", "If treated", "Decision"]
    assert names[6:13] == order
    assert page.index("<h2>Missing first") < page.index("statement headline") < page.index("<h2>Options")


def test_text_of_the_record_is_never_markup(sheet, drawn):
    by_name = html(sheet("plain", name=HOSTILE))
    line = {"kind": "therapy_line", "id": "t1", "date": "2025-01", "regimen": "other", "name": HOSTILE[:30]}
    asked = {"kind": "board_question", "id": "q1", "date": "2026-11-01", "question": HOSTILE}
    by_entries = html(drawn([line, asked]))
    for page in (by_name, by_entries):
        assert "<script" not in page
        assert "script" not in read(page).names
        assert HOSTILE in "".join(read(page).text)


def test_the_same_sheet_gives_the_same_text(course_sheets):
    assert html(course_sheets["VO-05"]) == html(course_sheets["VO-05"])


def test_rules_open_on_click_with_expression_and_source(sheet):
    page = html(sheet("contraindicated"))
    assert "<details" in page
    assert "<code>crcl &lt; 30</code>" in page
    assert 'href="#source-EXT-EU-product-information-4-3"' in page
    assert "https://doi.org/10.1007/s40618-024-02448-6" in page


def test_every_trial_criterion_is_on_the_page(sheet):
    plain = sheet("plain")
    text = "".join(read(html(plain)).text)
    for trial in plain.trials.all:
        assert trial.name in text
        for item in trial.criteria:
            assert item.text in text
