"""Made-up patients, the likelihood by its definition, the lung data, and R's cases for the tests of the Cox model."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lutetia.survival import CoxFit, FollowUp, cox
from lutetia.survival.cox_model.model import Model
from lutetia.survival.cox_model.prepare import prepare

PLAIN: dict[str, Any] = {
    "ties": "efron", "strata": None, "offset": None, "penalty": None, "missing": "leave_out", "names": None,
    "terms": None, "reference": None, "robust": None, "threads": 1,
}  # fmt: skip


@pytest.fixture(scope="session")
def patients() -> Callable[..., tuple[FollowUp, NDArray]]:
    """`patients(n=40, seed=0, delayed=, weighted=, stratified=)` → follow-up in days with ties, covariates (n, 3)."""

    def draw(
        n: int = 40,
        seed: int = 0,
        *,
        delayed: bool = False,
        weighted: bool = False,
        stratified: bool = False,
        digits: int = 0,
    ) -> tuple[FollowUp, NDArray]:
        rng = np.random.default_rng(seed)
        x = np.column_stack([rng.normal(60, 9, n), rng.integers(0, 2, n), rng.normal(size=n)])
        hazard = np.exp(0.03 * (x[:, 0] - 60) - 0.5 * x[:, 1] + 0.3 * x[:, 2])
        stop = np.ceil(rng.exponential(12 / hazard) * 10**digits) / 10**digits
        given: dict[str, Any] = {}
        if delayed:
            given["start"] = np.floor(stop * rng.uniform(0, 0.9, n) * (rng.random(n) < 0.6))
        if weighted:
            given["weights"] = rng.uniform(0.3, 3.0, n)
        if stratified:
            given["strata"] = rng.integers(0, 3, n)
        return FollowUp(stop=stop, event=rng.random(n) < 0.7, **given), x

    return draw


@pytest.fixture(scope="session")
def model_of() -> Callable[..., Model]:
    """`model_of(follow_up, x, ties=…)` → the prepared model, options of `cox` by name."""
    return lambda f, x, **options: prepare(f, x, **(PLAIN | options))


@pytest.fixture(scope="session")
def by_definition() -> Callable[..., tuple[float, NDArray, NDArray]]:
    """Value, gradient and information of the partial likelihood, summed risk set by risk set as it is defined."""

    def value(f: FollowUp, x: NDArray, beta: NDArray, *, efron: bool) -> tuple[float, NDArray, NDArray]:
        weights = np.ones(f.n) if f.weights is None else f.weights
        strata = np.zeros(f.n) if f.strata is None else f.strata
        start = np.full(f.n, -1.0) if f.start is None else f.start
        risk, total = weights * np.exp(x @ beta), 0.0
        gradient, information = np.zeros(beta.size), np.zeros((beta.size, beta.size))
        for stratum, time in sorted({(s, t) for s, t, e in zip(strata, f.stop, f.event, strict=True) if e}):
            here = (strata == stratum) & (start < time) & (f.stop >= time)
            dead = here & (f.stop == time) & (f.event == 1)
            total += float(weights[dead] @ (x[dead] @ beta))
            gradient += weights[dead] @ x[dead]
            for nth in range(dead.sum()):
                share = np.where(dead, 1.0 - (nth / dead.sum() if efron else 0.0), 1.0) * risk * here
                mean = share @ x / share.sum()
                each = weights[dead].mean()
                total -= each * np.log(share.sum())
                gradient -= each * mean
                information += each * ((x * share[:, None]).T @ x / share.sum() - np.outer(mean, mean))
        return total, gradient, information

    return value


@pytest.fixture
def lung(table) -> tuple[dict[str, Any], dict[str, NDArray], NDArray]:
    """The 212 complete cases: arguments of FollowUp, the three covariates, and the institution."""
    columns = table("lung")
    used = ("time", "age", "sex", "ph.ecog", "wt.loss", "inst")
    kept = ~np.any([np.isnan(columns[name]) for name in used], axis=0)
    given = {"stop": columns["time"][kept], "event": columns["status"][kept] == 2}
    return given, {name: columns[name][kept] for name in ("age", "sex", "ph.ecog")}, columns["inst"][kept]


@pytest.fixture
def tied_five() -> tuple[FollowUp, NDArray]:
    """Five made-up patients: of two exposed and three not, one each dies at time 1, the others are censored at 2."""
    return FollowUp(stop=[1, 2, 1, 2, 2], event=[1, 0, 1, 0, 0]), np.array([1.0, 1.0, 0.0, 0.0, 0.0])


# ------------------------------------------------------------------------------------------------- as R analyses them
@dataclass(frozen=True, slots=True)
class Compared:
    """A fit of the made-up patients of reference/cox_rows.csv, and what R says of it: quantity → numbers."""

    fit: CoxFit
    says: dict[str, NDArray]


def cases_of_r() -> list[dict[str, str]]:
    """The rows of reference/cox_cases.csv."""
    path = Path(__file__).parents[1] / "reference" / "cox_cases.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`compared`: every case; `compared_smooth`: no exact ties; `compared_rows`: no clusters either."""
    kept = {
        "compared": lambda case: True,
        "compared_smooth": lambda case: case["ties"] != "exact",
        "compared_rows": lambda case: case["ties"] != "exact" and case["clustered"] == "0",
    }
    for name, wanted in kept.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [int(case["case"]) for case in cases_of_r() if wanted(case)], indirect=True)


def compare(number: int, reference: Callable[[str], dict[str, NDArray]]) -> Compared:
    """The fit of the case of this number."""
    rows, values = reference("cox_rows"), reference("cox_values")
    case = next(case for case in cases_of_r() if case["case"] == str(number))
    columns = {"delayed": "start", "weighted": "weight", "stratified": "centre", "clustered": "family"}
    names = {"delayed": "start", "weighted": "weights", "stratified": "strata", "clustered": "cluster"}
    given = {names[kind]: rows[column] for kind, column in columns.items() if case[kind] == "1"}
    f = FollowUp(stop=rows["stop"], event=rows["event"], **given)
    x = np.column_stack([rows["age"], rows["grade"], rows["resected"]])
    here = values["case"] == number
    said = {str(name): values["value"][here & (values["quantity"] == name)] for name in set(values["quantity"][here])}
    return Compared(cox(f, x, ties=case["ties"], offset=rows["shift"]), said)


@pytest.fixture
def compared(request, reference) -> Compared:
    """Each case."""
    return compare(request.param, reference)


@pytest.fixture
def compared_smooth(request, reference) -> Compared:
    """Each case without exact ties."""
    return compare(request.param, reference)


@pytest.fixture
def compared_rows(request, reference) -> Compared:
    """Each case without exact ties and clusters: those of which R's residuals and tests are stored."""
    return compare(request.param, reference)
