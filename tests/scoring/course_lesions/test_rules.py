"""The sentences of the folder: every rule has one, with its source."""

from __future__ import annotations

import pytest

from lutetia.scoring.course_lesions.rules import caution, reason, table


def test_every_rule_has_a_sentence_and_a_source():
    rules = table()["rules"]
    assert len(rules) >= 9
    for name, row in rules.items():
        assert name.startswith("LES-")
        assert row["says"]
        assert row["source"] in {"RECIST 1.1", "Lutetia"}


def test_the_baseline_is_at_most_four_weeks_old():
    assert table()["baseline_at_most_days"] == 4 * 7


def test_a_caution_carries_its_rule():
    found = caution("LES-METHOD", ("baseline", "ct"), lesions=("T1",))
    assert (found.lesions, found.because) == (("T1",), reason("LES-METHOD", ("baseline", "ct")))
    with pytest.raises(KeyError):
        reason("LES-NO-SUCH")
