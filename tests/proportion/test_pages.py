"""The page about proportions: its examples run, and its tables of limits are what the functions give."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from lutetia.proportion import difference, interval

PAGE = Path(__file__).resolve().parents[2] / "docs" / "statistics" / "proportions.md"


def test_the_examples_run():
    text = re.sub(r"^```.*$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(text, {}, "proportions.md", str(PAGE), 0)
    assert len(example.examples) > 5
    assert doctest.DocTestRunner().run(example).failed == 0


def test_the_tables_show_what_the_functions_give():
    rows = re.findall(r"^\| `([a-z-]+)`.*\| (\d\d\.\d\d)-(\d\d\.\d\d) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 14
    for position, (method, lower, upper) in enumerate(rows):
        found = interval(65, 151, method=method) if position < 7 else difference(65, 151, 7, 75, method=method)
        assert (f"{100 * found.lower:.2f}", f"{100 * found.upper:.2f}") == (lower, upper), method
