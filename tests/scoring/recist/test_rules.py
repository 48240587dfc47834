"""Twin of src/lutetia/scoring/recist/rules.py."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.recist.rules import VisitRules, limits, mm_text, overall_table, reason, table

PUBLISHED: dict[str, Any] = {
    "nadir": "reader", "reappearance_is_pd": True, "sticky_pr": False, "incomplete_sum_updates_nadir": False,
    "equivocal_new_lesion": "back_date", "precision": "as_entered",
}  # fmt: skip
SOURCE = Path(__file__).resolve().parents[3] / "src" / "lutetia" / "scoring" / "recist"


def test_the_limits_are_those_of_recist_1_1() -> None:
    # Eisenhauer 2009: node 15 and 10 mm, longest diameter 10 mm, 5 mm default, 5 and 2 lesions, −30 %, +20 %.
    found = limits()
    assert (found.node_target_um, found.node_pathological_um, found.target_um) == (15_000, 10_000, 10_000)
    assert (found.too_small_um, found.targets, found.targets_per_organ) == (5_000, 5, 2)
    assert (found.partial_response_share, found.progression_share) == ((7, 10), (6, 5))
    assert found.progression_growth_um == 5_000


def test_every_case_of_the_visit_tables_has_an_answer() -> None:
    targets = ("CR", "PR", "SD", "PD", "NE", None)
    nontargets = ("CR", "NON-CR/NON-PD", "PD", "NE", None)
    assert set(overall_table()) == set(product(targets, nontargets, (True, False)))


def test_every_rule_named_in_the_code_has_a_sentence_and_every_sentence_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    named = set(re.findall(r'"(RECIST-[A-Z-]+)"', code)) | {row["rule"] for row in table()["overall"]}
    without_table = {"RECIST-READ", "RECIST-CENTRAL-ACCEPTED", "RECIST-CENTRAL-ADJUDICATED"}
    assert named - without_table == set(table()["says"])


def test_a_reason_is_the_sentence_with_its_numbers() -> None:
    why = str(reason("RECIST-TL-PR", ("baseline", "100 mm"), ("sum", "70 mm")))
    assert why == "the sum is at most 70 % of the baseline sum [baseline 100 mm, sum 70 mm] (RECIST-TL-PR)"


@pytest.mark.parametrize(("um", "shown"), [(70_000, "70 mm"), (70_100, "70.1 mm"), (4_950, "4.95 mm"), (0, "0 mm")])
def test_a_length_as_a_person_writes_it(um: int, shown: str) -> None:
    assert mm_text(um) == shown
    assert mm_text(None) == "not known"


def test_every_convention_is_printed() -> None:
    said = VisitRules(**{**PUBLISHED, "sticky_pr": True, "nadir": "all_readers"}).conventions
    for choice in ("nadir=all_readers", "reappearance_is_pd=True", "sticky_pr=True", "precision=as_entered"):
        assert any(line.startswith(choice) for line in said)
    assert any(line.startswith("incomplete_sum_updates_nadir=False") for line in said)
    assert any(line.startswith("equivocal_new_lesion=back_date") for line in said)


def test_unknown_choices_are_refused_all_at_once() -> None:
    wrong: dict[str, Any] = {"nadir": "patient", "reappearance_is_pd": "yes", "precision": "mm", "sticky_pr": 1}
    with pytest.raises(InputError) as refused:
        VisitRules(**{**PUBLISHED, **wrong})
    assert {fault.place for fault in refused.value.faults} == set(wrong)
