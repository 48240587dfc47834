"""Stepwise selection of covariates in a Cox model, as SPSS COXREG does it (FSTEP, BSTEP): to repeat what papers did.

Forward: of the terms outside, the one with the smallest p of the score test enters if p < `enter_below` (PIN, 0.05);
then, of the terms inside, the one with the largest p of the removal test leaves if p > `remove_above` (POUT, 0.10),
until none does. Backward: from all terms, removals until none is due, then one entry, and again. The removal test is
the likelihood ratio (lr), Wald's (wald) or the conditional one (conditional: the others moved as the quadratic at the
estimate has it, not fitted again). The columns of a categorical covariate move together. It stops when nothing moves
or a model comes back. Source: IBM SPSS Statistics Algorithms, COXREG (stepwise selection).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.cox_model.covariates import Term
from lutetia.survival.cox_model.estimability import dependence_faults
from lutetia.survival.cox_model.fit import fit_model
from lutetia.survival.cox_model.model import Model, Ties
from lutetia.survival.cox_model.prepare import prepare
from lutetia.survival.cox_model.resample import draw_rows, draws
from lutetia.survival.cox_model.result import CoxFit
from lutetia.survival.followup import FollowUp
from lutetia.survival.selection_path import Path, Rules, Step, TermTest, data_of, walk

Direction = Literal["forward", "backward"]
Removal = Literal["lr", "wald", "conditional"]

WARNING = (
    "The covariates were chosen by their p-values in these same data. The p-values and confidence intervals of the "
    "final model take no account of that: they are too small and too narrow, the effects too large, and another "
    "sample would often choose otherwise. Read this as a repetition of a published method, not as evidence."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selection:
    """The path and where it ended. Print `warning` beside it.

    `selected` are the terms of the final model, `fit` that model (None if no term was chosen); `last_tests` are the
    score tests of the terms outside. `inclusion` gives the share of bootstrap samples that chose each term (empty
    without a bootstrap), `same_model` the share that chose exactly these. A path that failed has `converged` False and
    says in `stopped` why.
    """

    selected: tuple[str, ...]
    steps: tuple[Step, ...]
    stopped: str
    fit: CoxFit | None
    last_tests: tuple[TermTest, ...]
    inclusion: Mapping[str, float]
    same_model: float | None
    n: int
    events: int
    converged: bool
    left_out: tuple[LeftOut, ...]
    cautions: tuple[str, ...]
    warning: str
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[str, ...]:
        """The terms chosen."""
        return self.selected


def stepwise(
    f: FollowUp,
    X: ArrayLike | Mapping[str, ArrayLike] | Any,  # noqa: N803
    *,
    direction: Direction = "forward",
    removal: Removal = "lr",
    enter_below: float = 0.05,
    remove_above: float = 0.10,
    ties: Ties = "breslow",
    strata: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    terms: Mapping[str, Sequence[str]] | None = None,
    reference: Mapping[str, Hashable] | None = None,
    bootstrap: int = 0,
    seed: int = 0,
) -> Selection:
    """Choose among the terms of X (see `cox` for X, terms, reference) by p-values, in the manner of SPSS.

    Rows missing any candidate are left out of every step, as SPSS does. `bootstrap` repeats the whole path in so many
    samples of rows (clusters) drawn with replacement and counts how often each term is chosen; a term of which a level
    is absent in a sample cannot enter there. Raises InputError as `cox` does, and unless
    0 < enter_below ≤ remove_above < 1.
    """
    _refuse_choices(direction, removal, enter_below, remove_above, ties, bootstrap)
    model = prepare(
        f, X, ties=ties, strata=strata, offset=None, penalty=None, missing="leave_out", names=names, terms=terms,
        reference=reference, robust=False, threads=1,
    )  # fmt: skip
    rules = Rules(
        direction=direction, removal=removal, enter_below=enter_below, remove_above=remove_above, efron=ties == "efron"
    )
    faults = dependence_faults(model.plain()(np.zeros(model.arranged.p)).information, model.arranged, model.names)
    if faults:
        raise InputError("selection", faults)
    path = _walk(model, rules)
    inclusion, same, failed = _repeated(model, rules, path, bootstrap, seed) if bootstrap else ({}, None, ())
    return Selection(
        selected=path.selected,
        steps=path.steps,
        stopped=path.stopped,
        fit=_final_fit(model, path),
        last_tests=path.last_tests,
        inclusion=inclusion,
        same_model=same,
        n=model.sample.n,
        events=int(model.sample.event.sum()),
        converged=path.converged,
        left_out=(*model.left_out, *failed),
        cautions=_cautions(path),
        warning=WARNING,
        conventions=_conventions(rules, ties, bootstrap, seed),
    )


def _refuse_choices(
    direction: str, removal: str, enter_below: float, remove_above: float, ties: str, bootstrap: int
) -> None:
    choices = (
        ("direction", direction, get_args(Direction)),
        ("removal", removal, get_args(Removal)),
        ("ties", ties, ("breslow", "efron")),
    )
    faults = [
        Fault(place=place, must=f"must be one of {', '.join(known)}", got=str(given))
        for place, given, known in choices
        if given not in known
    ]
    if not 0.0 < enter_below <= remove_above < 1.0:
        must = "must keep 0 < enter_below ≤ remove_above < 1, or a term could enter and leave for ever"
        faults.append(Fault(place="enter_below, remove_above", must=must, got=f"{enter_below}, {remove_above}"))
    if bootstrap < 0:
        faults.append(Fault(place="bootstrap", must="must be 0 or a number of samples", got=str(bootstrap)))
    if faults:
        raise InputError("selection", faults)


def _walk(model: Model, rules: Rules) -> Path:
    arranged = model.arranged
    return walk(data_of(arranged), model.terms, arranged.stratum_first, arranged.piece_first, rules)


def _repeated(
    model: Model, rules: Rules, path: Path, bootstrap: int, seed: int
) -> tuple[dict[str, float], float, tuple[LeftOut, ...]]:
    """Share of samples choosing each term, share choosing the same model, and the samples whose path failed."""
    arranged, terms = model.arranged, model.terms
    chosen = {term.name: 0 for term in terms}
    same, failed, nth = 0, [], 0
    for counts in draws(model, bootstrap, seed):
        for count in counts:
            drawn = draw_rows(
                count, arranged.z, arranged.weights, arranged.offset, arranged.leave, arranged.group_first,
                arranged.dead_rows,
            )  # fmt: skip
            found = walk(drawn, terms, arranged.stratum_first, arranged.piece_first, rules)
            if not found.converged:
                failed.append(nth)
            for name in found.selected:
                chosen[name] += 1
            same += found.converged and set(found.selected) == set(path.selected)
            nth += 1
    why = "bootstrap paths: ended by a fit that failed; counted with what they had chosen by then"
    return (
        {name: count / bootstrap for name, count in chosen.items()},
        same / bootstrap,
        (LeftOut.at(failed, why),) if failed else (),
    )


def _cautions(path: Path) -> tuple[str, ...]:
    infinite = [str(step.number) for step in path.steps if step.infinite]
    if not infinite:
        return ()
    return (
        f"after step {', '.join(infinite)} a coefficient had no finite estimate (monotone likelihood); the path went "
        "on with the likelihood at its limit",
    )


def _final_fit(model: Model, path: Path) -> CoxFit | None:
    if not path.selected:
        return None
    kept = [term for term in model.terms if term.name in path.selected]
    columns = np.array([column for term in kept for column in term.columns])
    terms, place = [], 0
    for term in kept:
        places = tuple(range(place, place + len(term.columns)))
        terms.append(Term(name=term.name, columns=places, levels=term.levels))
        place += len(term.columns)
    return fit_model(model.with_columns(columns, tuple(terms)))


def _conventions(rules: Rules, ties: str, bootstrap: int, seed: int) -> tuple[str, ...]:
    entry = f"entry: score test, p < {rules.enter_below:g}"
    removal = f"removal: {rules.removal} test, p > {rules.remove_above:g}"
    told = [f"{rules.direction} selection as SPSS COXREG does it", entry, removal, f"ties: {ties}"]
    if bootstrap:
        told.append(
            f"inclusion: share of {bootstrap} bootstrap samples in which the whole path chose the term, seed {seed}"
        )
    return tuple(told)
