"""A small made-up trial for the tests of simulation."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from lutetia.trial.accrual import Accrual
from lutetia.trial.adam import Dataset, TrialData
from lutetia.trial.hazard import Hazard
from lutetia.trial.netter2 import netter2_model
from lutetia.trial.simulate import simulate_trial
from lutetia.trial.simulated_datasets import trial_datasets
from lutetia.trial.trial_model import Arm, Readers, Stratum, TrialModel, Visits


def plain_arm(name: str, median_months: float, **given) -> Arm:
    """Progression with this median, nobody dies before it."""
    usual = {"death": Hazard(rates_per_month=(1e-9,)), "death_after_progression_per_month": 0.05}
    return Arm(name=name, progression=Hazard.of_median(median_months), **{**usual, **given})


@pytest.fixture
def plain_model() -> TrialModel:
    """600 patients, 2:1 in blocks of 6, two strata, medians 24 and 12 months, no leaving, no misreading."""
    return TrialModel(
        name="plain",
        patients=600,
        accrual=Accrual.uniform(patients=600, months=20),
        arms=(plain_arm("experimental", 24.0), plain_arm("control", 12.0)),
        strata=(Stratum(name="low", share=2.0), Stratum(name="high", share=1.0)),
        visits=Visits(first_weeks=(8,), every_weeks=8, window_days=3),
        allocation=(2, 1),
        block_size=6,
        analysis_events=200,
    )


@pytest.fixture
def full_model(plain_model) -> TrialModel:
    """The same with everything that can go wrong: leaving, missed visits, two readers, crossover, response."""
    arms = (
        plain_arm("experimental", 24.0, untreated_fraction=0.03, leaves=Hazard(rates_per_month=(0.01,)),
                  leaves_before_progression_fraction=0.2, response_fraction=0.5, complete_fraction=0.2,
                  response_by_visit_fraction=(0.5, 0.3, 0.2), deterioration_per_month=0.05),
        plain_arm("control", 12.0, untreated_fraction=0.03, leaves=Hazard(rates_per_month=(0.01,)),
                  leaves_before_progression_fraction=0.3, response_fraction=0.1, crosses_over_fraction=0.6,
                  crossover_death_factor=0.5, deterioration_per_month=0.05),
    )  # fmt: skip
    return replace(
        plain_model,
        arms=arms,
        visits=Visits(first_weeks=(16, 24), every_weeks=12, window_days=7, missed_fraction=0.1),
        readers=Readers(earlier_fraction=0.1, later_fraction=0.1, switches_fraction=0.5),
        strata=(Stratum(name="low", share=2.0, progression_factors=(0.8, 0.9)), Stratum(name="high", share=1.0)),
    )


RANDOMISED, CUT_OFF = date(2021, 1, 1), date(2023, 1, 1)


def trial_of(patients, adverse_events=(), laboratory=()):
    """Datasets of patients written by hand: each a mapping with arm ("A" experimental, "B" control) and what differs
    from a patient alive, treated, stable and event-free for 700 days."""
    subjects, responses, times = [], [], []
    for number, given in enumerate(patients, 1):
        ids = {"STUDYID": "by hand", "USUBJID": str(number)}
        facts = {key: value for key, value in given.items() if key.isupper()}
        died = given.get("died_on")
        subjects.append(
            {
                **ids, "TRT01P": given["arm"], "TRT01PN": int(given["arm"] == "A"), "TRT01A": given["arm"],
                "RANDDT": RANDOMISED, "STRAT1": "g2", "STRAT2": "other", "FASFL": "Y", "SAFFL": "Y", "ONTRTFL": "Y",
                "XOVERFL": "N", "DTHFL": "Y" if died else "N", "LSTALVDT": CUT_OFF,
                "DTHDT": RANDOMISED + timedelta(days=died - 1) if died else None, **facts,
            }
        )  # fmt: skip
        responses.append({**ids, "PARAMCD": "BOR", "PARQUAL": "central", "AVALC": given.get("best", "SD")})
        for code, (days, event) in {"PFS": (700, 0), "OS": (700, 0), **given.get("times", {})}.items():
            times.append(
                {
                    **ids, "PARAMCD": code, "STARTDT": RANDOMISED, "ADT": RANDOMISED + timedelta(days=days - 1),
                    "AVAL": days, "CNSR": 1 - event,
                    "EVNTDESC": given.get("what", "progression") if event else "censored",
                }
            )  # fmt: skip
    return TrialData(
        adsl=Dataset.of("ADSL", subjects),
        adrs=Dataset.of("ADRS", responses),
        adtte=Dataset.of("ADTTE", times),
        adae=Dataset.of("ADAE", [{"STUDYID": "by hand", **row} for row in adverse_events]),
        adlb=Dataset.of("ADLB", [{"STUDYID": "by hand", **row} for row in laboratory]),
        cut_off=CUT_OFF,
    )


@pytest.fixture(scope="session")
def replayed():
    """Datasets of one replayed NETTER-2."""
    return trial_datasets(simulate_trial(netter2_model(), seed=2807))


@pytest.fixture(scope="session")
def by_hand():
    """`trial_of`, for tests that write their patients."""
    return trial_of


ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def said_by_r():
    """`said_by_r(case)`: quantity → number, as R has it (tests/trial/reference)."""
    with (Path(__file__).parent / "reference" / "survival_r.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return lambda case: {row["quantity"]: float(row["value"]) for row in rows if row["case"] == case}


@pytest.fixture(scope="session")
def shared_rows():
    """`shared_rows(name, columns)`: a data set of ../shared as float columns without the rows that lack a value; skips
    where it is not there. Words are coded in order of the alphabet."""

    def read(name, columns):
        path = ROOT.parent / "shared" / "data" / "survival" / f"{name}.csv"
        if not path.is_file():
            pytest.skip(f"the shared survival data sets are not here (../shared/data/survival/{name}.csv)")
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if all(row[c] not in ("", "NA") for c in columns)]
        return [_numbers([row[c] for row in rows]) for c in columns]

    return read


def _numbers(words):
    try:
        return np.array([float(word) for word in words])
    except ValueError:
        return np.unique(words, return_inverse=True)[1].astype(float)
