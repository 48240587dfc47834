"""The path of a stepwise selection on arranged rows: which term enters or leaves next, by which test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from lutetia.survival.cox_model.arrangement import Arrangement
from lutetia.survival.cox_model.compiled_fit import CONVERGED, FLAT, WHY, evaluate, search
from lutetia.survival.cox_model.covariates import Term

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Data = tuple[NDArray[Any], ...]

MOST_STEPS = 500
USABLE = (CONVERGED, FLAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How terms enter and leave."""

    direction: str
    removal: str
    enter_below: float
    remove_above: float
    efron: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTest:
    """Test of one term: statistic, degrees of freedom, p."""

    term: str
    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry or removal: its test (score test on entry), the model after it, and what every candidate had.

    `infinite`: the model after it has a coefficient without a finite estimate; the path goes on at the limit of the
    likelihood, as SPSS does.
    """

    number: int
    action: str
    test: TermTest
    log_likelihood: float
    model: tuple[str, ...]
    infinite: bool
    candidates: tuple[TermTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The steps, the terms chosen in order of entry, why it stopped, and the score tests of the terms outside."""

    selected: tuple[str, ...]
    steps: tuple[Step, ...]
    stopped: str
    last_tests: tuple[TermTest, ...]
    converged: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """Maximum over the columns of some terms: coefficients and information in the order of `columns`."""

    columns: Codes
    beta: Floats
    value: float
    information: Floats
    status: int


def data_of(arranged: Arrangement) -> Data:
    """The arrays of an arrangement that a compiled fit reads."""
    return (
        arranged.z, arranged.weights, arranged.offset, arranged.leave, arranged.leaving, arranged.leaving_first,
        arranged.group_first, arranged.dead_rows, arranged.deaths, arranged.dead_weight,
    )  # fmt: skip


def walk(data: Data, terms: Sequence[Term], stratum_first: Codes, piece_first: Codes, rules: Rules) -> Path:
    """The whole path."""
    return _Walk(data, tuple(terms), stratum_first, piece_first, rules).path()


class _Walk:
    """The state of one path: the terms inside, their fit, the models seen."""

    def __init__(
        self, data: Data, terms: tuple[Term, ...], stratum_first: Codes, piece_first: Codes, rules: Rules
    ) -> None:
        self.data, self.terms, self.rules = data, terms, rules
        self.cuts = (stratum_first, piece_first)
        self.inside: list[Term] = list(terms) if rules.direction == "backward" else []
        self.fit = self.fitted(self.inside)
        self.steps: list[Step] = []
        self.seen = {frozenset(term.name for term in self.inside)}

    def path(self) -> Path:
        """Entries and removals until nothing moves, a model comes back, or a fit fails."""
        stopped = "no term meets the conditions to enter or to leave"
        for step in self.moves():
            self.steps.append(step)
            model = frozenset(step.model)
            if self.fit.status not in USABLE:
                break
            if model in self.seen:
                stopped = "a model came back"
                break
            if len(self.steps) >= MOST_STEPS:
                stopped = f"stopped after {MOST_STEPS} steps"
                break
            self.seen.add(model)
        converged = self.fit.status in USABLE
        return Path(
            selected=tuple(term.name for term in self.inside),
            steps=tuple(self.steps),
            stopped=stopped if converged else f"the fit failed: {WHY[self.fit.status]}",
            last_tests=tuple(test for _, test in self.entry_tests()) if converged else (),
            converged=converged,
        )

    def moves(self) -> Iterator[Step]:
        """One step after another: removals as long as one is due, then an entry, and again."""
        while self.fit.status in USABLE:
            tests = self.removal_tests() if self.inside else []
            term, test = max(tests, key=lambda one: one[1].p, default=(None, None))
            if term is not None and test is not None and test.p > self.rules.remove_above:
                self.inside.remove(term)
                yield self.moved("remove", test, tests)
                continue
            tests = self.entry_tests()
            term, test = min(tests, key=lambda one: one[1].p, default=(None, None))
            if term is None or test is None or not test.p < self.rules.enter_below:
                return
            self.inside.append(term)
            yield self.moved("enter", test, tests)

    def moved(self, action: str, test: TermTest, tests: list[tuple[Term, TermTest]]) -> Step:
        """Fit the new model and write the step down."""
        self.fit = self.fitted(self.inside)
        return Step(
            number=len(self.steps) + 1,
            action=action,
            test=test,
            log_likelihood=self.fit.value,
            model=tuple(term.name for term in self.inside),
            infinite=self.fit.status == FLAT,
            candidates=tuple(other for _, other in tests),
        )

    def fitted(self, terms: Sequence[Term], start: Floats | None = None) -> _Fit:
        """The maximum over the columns of the terms."""
        columns = np.array([column for term in terms for column in term.columns], dtype=np.int64)
        data = (np.ascontiguousarray(self.data[0][columns]), *self.data[1:])
        begin = np.zeros(columns.size) if start is None else start
        status, beta, value, information = search(self.rules.efron, begin, data, *self.cuts)
        return _Fit(columns=columns, beta=beta, value=value, information=information, status=status)

    def entry_tests(self) -> list[tuple[Term, TermTest]]:
        """Score test of each term outside, given the model."""
        beta = np.zeros(self.data[0].shape[0])
        beta[self.fit.columns] = self.fit.beta
        _, gradient, information = evaluate(self.rules.efron, beta, self.data, *self.cuts)
        inside = self.fit.columns
        if inside.size:
            block = information[np.ix_(inside, inside)]
            information = information - information[:, inside] @ np.linalg.solve(block, information[inside])
        outside = [term for term in self.terms if term not in self.inside]
        return [(term, _score(term, gradient, information)) for term in outside]

    def removal_tests(self) -> list[tuple[Term, TermTest]]:
        """Test of each term inside, by the rule."""
        return [(term, self._removal(term)) for term in self.inside]

    def _removal(self, term: Term) -> TermTest:
        drop = np.isin(self.fit.columns, term.columns)
        beta, information = self.fit.beta, self.fit.information
        if self.rules.removal == "wald":
            covariance = np.linalg.inv(information)[np.ix_(drop, drop)]
            return _tested(term, float(beta[drop] @ np.linalg.solve(covariance, beta[drop])))
        rest = [other for other in self.inside if other != term]
        keep = ~drop
        moved = beta[keep].copy()
        if keep.any():
            block, across = information[np.ix_(keep, keep)], information[np.ix_(keep, drop)]
            moved += np.linalg.solve(block, across @ beta[drop])
        if self.rules.removal == "lr":
            return _tested(term, 2.0 * (self.fit.value - self.fitted(rest, moved).value))
        at = np.zeros(self.data[0].shape[0])
        at[self.fit.columns[keep]] = moved
        value, _, _ = evaluate(self.rules.efron, at, self.data, *self.cuts)
        return _tested(term, 2.0 * (self.fit.value - float(value)))


def _score(term: Term, gradient: Floats, information: Floats) -> TermTest:
    columns = np.array(term.columns)
    block, part = information[np.ix_(columns, columns)], gradient[columns]
    if not (np.diagonal(block) > 1e-10).all():  # nothing left that the model does not hold: cannot enter
        return TermTest(term=term.name, chi2=0.0, df=columns.size, p=1.0)
    try:
        return _tested(term, float(part @ np.linalg.solve(block, part)))
    except np.linalg.LinAlgError:
        return TermTest(term=term.name, chi2=0.0, df=columns.size, p=1.0)


def _tested(term: Term, statistic: float) -> TermTest:
    chi2 = max(statistic, 0.0)
    df = len(term.columns)
    return TermTest(term=term.name, chi2=chi2, df=df, p=float(chdtrc(df, chi2)))
