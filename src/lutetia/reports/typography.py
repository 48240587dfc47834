"""What a printer does to a text: minus signs, sentences with a stop, numbers of a column under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

FIGURE_SPACE = "\u2007"  # as wide as a digit
_NUMBER = re.compile(r"[<>≤≥+−-]?\d+")
_PLAIN_START = re.compile(r"[a-z][a-z-]+(?=[\s:,;.]|$)")
_WORDS = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_MINUS = re.compile(r"(?<![\w\-–.,])-(?=\d)")


def aligned(cells: Sequence[str]) -> list[str]:
    """The cells of one column, padded in front so that their first numbers end under each other.

    Cells that begin with no number stay as they are. The pad is as wide as digits are, all of one width.
    """
    heads = [found.group() if (found := _NUMBER.match(cell)) else "" for cell in cells]
    widest = max((len(head) for head in heads), default=0)
    return [
        FIGURE_SPACE * (widest - len(head)) + cell if head else cell for head, cell in zip(heads, cells, strict=True)
    ]


def typographic(text: str) -> str:
    """The text with a printer's signs: ≤ and ≥, and a minus before a number that is no part of a word or date."""
    return _MINUS.sub("−", text.replace("<=", "≤").replace(">=", "≥"))


def cell_text(text: str) -> str:
    """The text of a cell with a printer's signs, words of a vocabulary without their underscores."""
    return _WORDS.sub(lambda found: found[0].replace("_", " "), typographic(text))


def sentence(text: str) -> str:
    """The text as a sentence with a printer's signs: a plain word at its start capitalised, a full stop at its end."""
    text = typographic(text.strip())
    if _PLAIN_START.match(text):
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in ".:?!" else f"{text}."
