"""The sheet in a terminal: the same order, the same words, and no markup of the record read."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from lutetia.reports.board_terminal import render


def printed(sheet) -> str:
    out = StringIO()
    render(sheet, Console(file=out, width=160, force_terminal=False, no_color=True))
    return out.getvalue()


def test_blocks_stand_in_the_order_of_the_sheet(sheet):
    text = printed(sheet("plain"))
    names = ["Question", "Disease", "Course", "Response", "Toxicity", "Missing first", "Answer", "Options"]
    names += ["Ten questions", "Cautions", "Sources differ", "Trials", "If treated", "Decision", "About"]
    places = [text.index(f"\n{name} ") for name in names if name != "Sources differ"]
    assert places == sorted(places)


def test_every_answer_is_printed_with_its_ids(any_sheet):
    text = printed(any_sheet)
    assert any_sheet.answer.headline.text in text
    flat = " ".join(text.split())
    for item in any_sheet.answer.questions:
        assert item.facts[0] in flat
    assert "the decision stays with the board" in flat


def test_what_blocks_and_where_it_leads(sheet):
    text = printed(sheet("open"))
    assert "? FDG/SSTR mismatch" in text
    assert "no → candidate with conditions; yes → not a candidate" in text


def test_markup_of_the_record_is_not_read(sheet):
    assert "[bold red]X[/] [link=a]" in printed(sheet("plain", name="[bold red]X[/] [link=a]"))


def test_the_words_that_an_empty_record_must_not_say(sheet):
    text = printed(sheet("empty")).lower()
    for word in ("negative", "not eligible", "normal"):
        assert word not in text
