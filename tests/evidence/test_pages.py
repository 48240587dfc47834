"""The page about integrity: every rule stands in it, and the form that it shows is read."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from lutetia.evidence import Paper, integrity

PAGE = Path(__file__).resolve().parents[2] / "docs" / "statistics" / "integrity.md"


def test_every_rule_is_described():
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| ((?:hard|soft)(?:, soft)?) \|$", text, re.MULTILINE)
    assert {rule for rule, _ in rows} == set(integrity.RULES)


def test_the_form_that_is_shown_is_a_paper_without_a_finding():
    (form,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert integrity.check(Paper.model_validate(yaml.safe_load(form))) == []
