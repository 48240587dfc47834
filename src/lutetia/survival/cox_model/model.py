"""What a fit is made of: the sample, the covariates, the arrangement and the choices; and the likelihoods on it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.rows import LeftOut
from lutetia.survival.cox_model.arrangement import Arrangement, Sample
from lutetia.survival.cox_model.covariates import Term
from lutetia.survival.cox_model.exact import ExactLikelihood
from lutetia.survival.cox_model.likelihood import Evaluate, PartialLikelihood
from lutetia.survival.cox_model.penalty import Firth, FirthLikelihood, Penalty, Ridge, RidgeLikelihood

Floats = NDArray[np.float64]
Ties = Literal["efron", "breslow", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """Everything but the coefficients."""

    sample: Sample
    arranged: Arrangement
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    ties: Ties
    penalty: Penalty | None
    robust: bool
    cluster: NDArray[np.int64] | None
    strata_labels: tuple[Hashable, ...] | None
    left_out: tuple[LeftOut, ...]
    threads: int

    def plain(self) -> PartialLikelihood | ExactLikelihood:
        """The likelihood without a penalty."""
        if self.ties == "exact":
            return ExactLikelihood(self.arranged, threads=self.threads)
        return PartialLikelihood(self.arranged, efron=self.ties == "efron", threads=self.threads)

    def likelihood(self) -> Evaluate:
        """The likelihood that is maximised."""
        plain = self.plain()
        if isinstance(self.penalty, Ridge):
            return RidgeLikelihood(plain, self.penalty, self.arranged.scale)
        if isinstance(self.penalty, Firth) and isinstance(plain, PartialLikelihood):
            return FirthLikelihood(plain, self.arranged.scale)
        return plain

    def with_columns(self, columns: NDArray[np.int64], terms: tuple[Term, ...]) -> Model:
        """The same rows with some of the columns, as these terms."""
        names = tuple(self.names[column] for column in columns)
        return replace(self, arranged=self.arranged.with_columns(columns), names=names, terms=terms)
