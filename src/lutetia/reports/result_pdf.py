"""Tables and figures of a report as data for Typst, and the page that all such reports share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from lutetia.reports.result_blocks import Block, Section, TableBlock
from lutetia.reports.result_figures import Drawn
from lutetia.reports.typography import sentence

JOINER = "\u2060"  # no line ends here
Numbers = Mapping[tuple[bool, str], str]
"""What every table and figure is called, by (is it a table, key)."""


@cache
def template(name: str) -> bytes:
    """The Typst template of a report with the blocks that all of them share in front."""
    folder = resources.files("lutetia.reports") / "templates"
    return (folder / "result_blocks.typ").read_bytes() + (folder / name).read_bytes()


def section_data(section: Section, numbers: Numbers) -> dict[str, Any]:
    """A section as the templates set it."""
    return {
        "title": section.title,
        "intro": section.intro,
        "blocks": [_block(block, numbers) for block in section.blocks],
    }


def _block(block: Block, numbers: Numbers) -> dict[str, Any]:
    if not isinstance(block, TableBlock):
        return {**figure_data(block.drawn, numbers), "is_table": False}
    rows = [
        {"cells": [_unbroken(cell) for cell in row.cells], "heading": row.heading, "inset": row.inset}
        for row in block.rows
    ]
    return {
        "name": numbers[True, block.key],
        "title": block.title,
        "head": block.head,
        "rows": rows,
        "notes": [sentence(note) for note in block.notes],
        "text_columns": block.text_columns,
        "is_table": True,
    }


def _unbroken(cell: str) -> str:
    """The cell with its ranges held together: a line may end before a bracket, never after a dash."""
    return cell.replace("–", f"{JOINER}–{JOINER}")


def figure_data(figure: Drawn, numbers: Numbers) -> dict[str, Any]:
    """A figure as the templates set it."""
    return {
        "name": numbers[False, figure.key],
        "title": figure.title,
        "svg": figure.svg,
        "description": figure.description,
        "notes": [sentence(line) for line in figure.conventions],
    }
