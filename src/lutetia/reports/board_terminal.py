"""The sheet in a terminal, in the same order: words and marks carry the meaning, colour only underlines it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lutetia.reports.board_answer import Card
from lutetia.reports.board_sheet import Sheet
from lutetia.reports.statement import DETAILS, Statement

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MARKS = {"t": "● ", "f": "○ ", "u": "? ", None: ""}


def render(sheet: Sheet, console: Console) -> None:
    """Print the sheet. Text of the record is printed as it stands: no markup in it is read."""
    from rich.rule import Rule

    head = sheet.header
    console.print(Rule(style="cyan"))
    console.print(_text((head.name, "bold"), f"  {head.person}", ("  made-up patient" if head.made_up else "", "dim")))
    console.print(_text((f"Tumour board {head.board_date}", "bold")))
    about = [
        f"{head.edition}, {head.version}, {head.hash}",
        f"jurisdiction {head.jurisdiction}",
        f"grading {head.grading}",
    ]
    console.print(_text((f"Knowledge {'; '.join(about)}", "dim")))
    if head.review_overdue:
        console.print(_text((head.review_overdue, "bold yellow")))
    for name, body in _blocks(sheet):
        _block(console, name, body)
    console.print(_text((f"\n{head.intended_use}", "dim")))


def _blocks(sheet: Sheet) -> Iterable[tuple[str, list[Text]]]:
    """The blocks in the order of the sheet, those without content left out."""
    missing, answer = sheet.missing, sheet.answer
    yield "Question", [_text(sheet.question or "No question to the board is on record.")]
    yield "Disease", [_line(item) for item in sheet.disease]
    yield "Course", [_line(sheet.strip_note)]
    yield "Response", [_line(item) for item in sheet.response if item.word != DETAILS]
    yield "Toxicity", [_line(item) for item in sheet.toxicity if item.word != DETAILS]
    yield "Missing first", [_line(missing.headline), *_needs(sheet), *map(_line, (*missing.workup, *missing.advisory))]
    yield (
        "Answer",
        [
            _line(answer.headline, "bold cyan"),
            *map(_line, (*answer.grounds, *answer.conditions, *answer.label)),
        ],
    )
    yield "Options", [_line(answer.ranking), *_options(sheet)]
    yield "Ten questions", [_line(item) for item in answer.questions]
    yield (
        "Cautions",
        [_line(item) for item in (*sheet.contraindications, *sheet.cautions)] or [_line(sheet.no_cautions)],
    )
    yield "Sources differ", [_line(item) for item in sheet.conflicts]
    yield "Trials", [_trials(sheet, index) for index in range(len(sheet.trials.groups))]
    yield "If treated", [_line(item) for item in sheet.monitoring]
    yield "Decision", [_text("[ ] agreed with this sheet   [ ] deviated, because …   Signatures …")]
    yield "About", [_line(item) for item in sheet.footer] + [_text(remark) for remark in sheet.remarks]


def _block(console: Console, name: str, body: list[Text]) -> None:
    from rich.table import Table

    if not body:
        return
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(width=13, style="bold cyan")
    grid.add_column(ratio=1)
    for index, item in enumerate(body):
        grid.add_row(name if index == 0 else "", item)
    console.print()
    console.print(grid)


def _needs(sheet: Sheet) -> Iterable[Text]:
    for need in sheet.missing.needs:
        yield _line(need.statement)
        for item in need.asked:
            if item.paths:
                paths = "; ".join(f"{path.answer} → {path.leads_to}" for path in item.paths)
                yield _text((f"    {item.label}: {paths}", "dim"))


def _options(sheet: Sheet) -> Iterable[Text]:
    answer = sheet.answer
    if answer.aside is not None:
        yield from _card(answer.aside, "–", "not ranked")
    for tier in answer.tiers:
        for card in tier.cards:
            yield from _card(card, str(tier.number), "tie" if len(tier.cards) > 1 or len(card.titles) > 1 else "")


def _card(card: Card, number: str, note: str) -> Iterable[Text]:
    yield _text((f"{number}  {' or '.join(card.titles)}", "bold"), (f"  {note}" if note else "", "dim"))
    parts = [
        ("blocks", card.blocking),
        ("requires", card.required),
        ("for", card.arguments_for),
        ("against", card.arguments_against),
    ]
    for word, statements in parts:
        for item in statements:
            yield _text((f"   {word:<9}", "dim"), _line(item))
    if card.note is not None:
        yield _text("   ", _line(card.note))


def _trials(sheet: Sheet, index: int) -> Text:
    group = sheet.trials.groups[index]
    ids = ", ".join(f"{item.lead} ({item.facts[0]})" for item in group.statements)
    if group.truth == "f":
        ids = " ".join(item.facts[0] for item in group.statements)
    style = "dim" if group.truth == "f" else ""
    return _text(MARKS[group.truth], (f"{group.lead}: {group.count}  ", "bold"), (ids, style))


def _line(item: Statement, style: str = "") -> Text:
    """One statement: mark, level or kind, text, what is added, ids."""
    lead = f"{item.lead}: " if item.lead else ""
    kind = f"{item.strength} " if item.strength else ""
    word = f" {item.word}" if item.word and item.word.lower() not in item.text.lower() else ""
    more = f" ({'; '.join(item.more)})" if item.more else ""
    whose = f" [{item.whose}]" if item.whose else ""
    origin = f" {item.origin}" if item.origin else ""
    return _text(
        (MARKS[item.truth], "yellow" if item.truth == "u" else ""),
        (lead, "bold"),
        (kind, "bold green"),
        (item.text, style),
        f"{word}{more}",
        (f"{origin}{whose}", "italic dim"),
        (f"  {' '.join(item.facts)}", "dim"),
    )


def _text(*parts: str | tuple[str, str] | Text) -> Text:
    """Parts, each plain or with a style, as one text without markup."""
    from rich.text import Text

    return Text.assemble(*parts)
