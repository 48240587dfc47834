"""The analysis section becomes the choices of the analysis, word for word."""

from __future__ import annotations

from dataclasses import fields

import pytest

from lutetia.errors import InputError
from lutetia.exchange.trial_analysis import AnalysisRequest
from lutetia.exchange.trials import parse_trial
from lutetia.trial.analyse import AnalysisChoices

TEXT = """lutetia: trial/1
title: t
analysis:
  data: datasets
  ctcae_version: 5.0
  difference_method: newcombe
  hierarchy: [PFS, ORR]
  subgroups: [SEX]
  screened: 261
  excluded: {not eligible: 35}
"""


def test_the_choices_are_those_declared(tmp_path):
    asked = parse_trial(TEXT).analysis
    choices = asked.choices()
    assert (choices.ctcae_version, choices.difference_method) == ("5.0", "newcombe")
    assert (choices.hierarchy, choices.subgroups) == (("PFS", "ORR"), ("SEX",))
    assert (choices.screened, dict(choices.excluded)) == (261, {"not eligible": 35})
    assert asked.folder(tmp_path) == tmp_path / "datasets"


def test_what_is_not_declared_is_the_default_of_the_analysis():
    choices = parse_trial("lutetia: trial/1\ntitle: t\nanalysis: {data: d, ctcae_version: 6.0}\n").analysis.choices()
    default = AnalysisChoices(ctcae_version="6.0")
    assert {f.name: getattr(choices, f.name) for f in fields(default)} == {
        f.name: getattr(default, f.name) for f in fields(default)
    }


def test_the_grading_edition_is_never_guessed():
    with pytest.raises(InputError, match="ctcae_version must be given"):
        parse_trial("lutetia: trial/1\ntitle: t\nanalysis: {data: d}\n")
    assert AnalysisRequest.model_fields["ctcae_version"].is_required()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[SEX]", "[SEXX]", "subgroups must be columns of ADSL"),
        ("[PFS, ORR]", "[PFS, PFS]", "hierarchy must name each once"),
        ("newcombe", "guess", "difference_method must be one of"),
        ("  screened: 261\n", "", "screened must be given where excluded is"),
    ],
)
def test_what_does_not_hold_is_said(old, new, said):
    with pytest.raises(InputError) as error:
        parse_trial(TEXT.replace(old, new))
    assert said in str(error.value)
