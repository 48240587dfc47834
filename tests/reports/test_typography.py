"""What a printer sets: minus signs, never in words or dates; numbers of a column under each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.reports.typography import FIGURE_SPACE, aligned, cell_text, sentence, typographic


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("<=10", "≤10"),
        ("difference -0.31 (-0.5 to 0.1)", "difference −0.31 (−0.5 to 0.1)"),
        ("until 2022-06-30", "until 2022-06-30"),
        ("SSA-RLT, Ki-67, 34-80", "SSA-RLT, Ki-67, 34-80"),
        ("0.05–-0.1", "0.05–-0.1"),
    ],
)
def test_signs(plain, printed):
    assert typographic(plain) == printed


def test_words_of_a_vocabulary_lose_their_underscores_and_names_keep_theirs():
    assert cell_text("locally_advanced") == "locally advanced"
    assert cell_text("PFS_SECOND, ki67_class, treatment_of_line_1") == "PFS_SECOND, ki67_class, treatment_of_line_1"


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("group known only later", "Group known only later."),
        ("second-line treatment: known", "Second-line treatment: known."),
        ("partial_dates=midpoint: the middle", "partial_dates=midpoint: the middle."),
        ("p of a factor", "p of a factor."),
        ("OS is what?", "OS is what?"),
        ("", ""),
    ],
)
def test_sentences(plain, printed):
    assert sentence(plain) == printed


def test_decimal_points_stand_under_each_other():
    cells = ["12 (58.7)", "5.0 (3.0–8.0)", "118 (1.0)", "not reached", "−0.31", "<0.001"]
    pad = FIGURE_SPACE
    assert aligned(cells) == [
        f"{pad}12 (58.7)",
        f"{pad * 2}5.0 (3.0–8.0)",
        "118 (1.0)",
        "not reached",
        f"{pad}−0.31",
        f"{pad}<0.001",
    ]


@given(st.lists(st.text(alphabet="0123456789.–<− ()abc", max_size=12), max_size=8))
def test_alignment_only_adds_space_in_front(cells):
    done = aligned(cells)
    assert [cell.lstrip(FIGURE_SPACE) for cell in done] == cells
    assert aligned(cells) == done
