"""The questionnaires as data: items, layouts, steps; what is not known is refused."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.scoring import questionnaire

# Item numbers by hand from the scoring program of 1998/2002 (SAS), not from the data file.
ITEMS = {
    "QL": (29, 30), "PF": (1, 2, 3, 4, 5), "RF": (6, 7), "EF": (21, 22, 23, 24), "CF": (20, 25), "SF": (26, 27),
    "FA": (10, 12, 18), "NV": (14, 15), "PA": (9, 19), "DY": (8,), "SL": (11,), "AP": (13,), "CO": (16,), "DI": (17,),
    "FI": (28,),
}  # fmt: skip


def test_steps_by_hand() -> None:
    steps = questionnaire.score([1] * 30).steps
    assert steps["QL"] == pytest.approx(8.3333, abs=1e-4)  # 100 / (2 · 6)
    assert steps["PF"] == pytest.approx(6.6667, abs=1e-4)  # 100 / (5 · 3)
    assert steps["DI"] == pytest.approx(33.3333, abs=1e-4)


def test_ginet21_has_no_default_layout() -> None:
    with pytest.raises(InputError, match="the layout must be named") as caught:
        questionnaire.score({31: 1}, "QLQ-GI.NET21")
    assert "treatment_with_weight_gain" in str(caught.value.faults[0].do)


def test_the_two_layouts_of_ginet21_differ_in_weight_gain_only() -> None:
    answers = dict.fromkeys(range(31, 52), 1) | {39: 2, 40: 2, 46: 4}
    joined, single = (
        questionnaire.score(answers, "QLQ-GI.NET21", layout=layout)
        for layout in ("treatment_with_weight_gain", "weight_gain_single")
    )
    assert joined.value["TR"] == pytest.approx((8 / 3 - 1) / 3 * 100)
    assert single.value["TR"] == pytest.approx(100 / 3)
    assert single.value["WG"] == 100
    assert {name for name in single.value if single.value[name] != joined.value.get(name)} == {"TR", "WG"}
    assert joined.summary is None


def test_every_item_of_ginet21_has_one_scale() -> None:
    for layout in ("treatment_with_weight_gain", "weight_gain_single"):
        scales = questionnaire.instrument_named("QLQ-GI.NET21", layout).scales
        assert sorted(item for scale in scales for item in scale.items) == list(range(31, 52))


def test_ginet21_prints_that_it_is_provisional() -> None:
    got = questionnaire.score([1] * 21, "QLQ-GI.NET21", layout="weight_gain_single")
    assert got.provisional
    assert "PROVISIONAL" in got.conventions[0]
    assert "PROVISIONAL" in got.because[0].rule
    assert not questionnaire.score([1] * 30).provisional


def test_unknown_instruments_layouts_and_rules_are_refused() -> None:
    with pytest.raises(InputError, match=r"instrument: must be one of QLQ-C30, QLQ-GI\.NET21"):
        questionnaire.score([1] * 30, "QLQ-C15")
    with pytest.raises(InputError, match="layout: must be one of standard"):
        questionnaire.score([1] * 30, layout="other")
    with pytest.raises(InputError, match="missing: must be one of half, complete"):
        questionnaire.score([1] * 30, missing="all")  # type: ignore[arg-type]


def test_no_wording_of_the_questionnaires_is_held() -> None:
    # The scale names are the longest texts; a question would be longer and end with a question mark.
    for name in questionnaire.INSTRUMENTS:
        layout = "weight_gain_single" if "GI" in name else None
        for scale in questionnaire.instrument_named(name, layout).scales:
            assert len(scale.says.split()) <= 4
            assert "?" not in scale.says
