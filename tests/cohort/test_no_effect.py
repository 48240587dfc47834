"""Cohorts in which no drug does anything: the published analysis finds an effect, the recommended ones find none.

The long form is the acceptance run; its table by seed stands in docs/validation.
"""

from __future__ import annotations

import importlib.util
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "validate_null_cohort.py"


@pytest.fixture(scope="module")
def script():
    specification = importlib.util.spec_from_file_location("validate_null_cohort", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def mean_and_error(values):
    return float(np.mean(values)), float(np.std(values, ddof=1) / sqrt(len(values)))


def test_a_few_small_cohorts(script):
    found = script.by_seed(seeds=6, patients=4000, indolence=0.0)
    naive = found.pop("naive (S000)")
    assert np.mean(naive) > log(1.05)
    for analysis, values in found.items():
        mean, error = mean_and_error(values)
        assert abs(mean) < 4 * error, analysis


def test_confounding_by_indolence_needs_more_than_delayed_entry(script):
    found = script.by_seed(seeds=3, patients=4000, indolence=0.6)
    assert np.mean(found["delayed entry"]) > log(1.15)
    assert abs(np.mean(found["clone-censor-weight"])) < log(1.1)


@pytest.mark.long
@pytest.mark.parametrize("indolence", [0.0, 0.6])
def test_twenty_seeds_of_twenty_thousand_patients(script, indolence):
    found = script.by_seed(seeds=20, patients=20000, indolence=indolence)
    assert np.mean(found["naive (S000)"]) > log(1.10)
    sound = ["landmark 6 months", "time-dependent", "clone-censor-weight"]
    for analysis in [*sound, *(["delayed entry"] if indolence == 0 else [])]:
        mean, error = mean_and_error(found[analysis])
        assert abs(mean) < 0.02, analysis
        assert abs(mean) < 3 * error, analysis
