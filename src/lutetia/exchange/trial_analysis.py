"""The section `analysis` of a trial declaration: where the datasets are, and every choice of the analysis."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lutetia.cohort.declared import Day, Declared
from lutetia.course.entry import Text, WholeNumber
from lutetia.course.problem import Problem
from lutetia.trial.adam import layout_of
from lutetia.trial.analyse import AnalysisChoices
from lutetia.trial.crossover_analysis import METHODS, Method

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[WholeNumber, Field(ge=0)]
Version = BeforeValidator(lambda given: f"{given:.1f}" if isinstance(given, int | float) else given)
Difference = Literal["wald", "wald-cc", "newcombe", "newcombe-cc", "miettinen-nurminen", "mee", "agresti-caffo"]


class AnalysisRequest(Declared):
    """The analysis; fields and defaults are those of lutetia.trial.analyse.AnalysisChoices."""

    title: Text | None = Field(default=None, description="what the report is called; absent: the study's name")
    data: Text = Field(description="folder of the datasets, Parquet or Dataset-JSON, relative to this file")
    cut_off: Day | None = Field(
        default=None, description="data cut-off; absent: that of trial.json beside the datasets"
    )
    level: Share = Field(default=0.95, description="coverage of intervals")
    alpha_one_sided: Annotated[float, Field(gt=0, lt=0.5)] = Field(default=0.025, description="of the hierarchy")
    ties: Literal["efron", "breslow", "exact"] = Field(default="efron", description="how tied events are counted")
    difference_method: Difference = Field(default="wald", description="interval of the difference of response rates")
    hierarchy: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        default=("PFS", "ORR", "TTDQL"), description="endpoints in the order they are tested"
    )
    subgroups: tuple[Text, ...] = Field(default=(), description="columns of ADSL; absent: those of the analysis")
    crossover: tuple[Method, ...] = Field(default=METHODS, description="what overall survival is adjusted by")
    ctcae_version: Annotated[Literal["5.0", "6.0"], Version] = Field(
        description="by which edition laboratory values are graded"
    )
    seed: Annotated[WholeNumber, Field(ge=0)] = Field(default=1, description="of bootstraps")
    screened: Annotated[WholeNumber, Field(ge=1)] | None = Field(default=None, description="patients screened")
    excluded: dict[Text, Count] = Field(default_factory=dict, description="reasons for exclusion before randomisation")

    def contradictions(self) -> Iterable[Problem]:
        columns = [column.name for column in layout_of("ADSL").columns]
        for at, column in enumerate(self.subgroups):
            if column not in columns:
                must = f"subgroups must be columns of ADSL: {', '.join(columns)}"
                yield Problem(place=("subgroups", at), must=must, got=column)
        for place in ("hierarchy", "subgroups", "crossover"):
            words = getattr(self, place)
            for word in dict.fromkeys(word for word in words if words.count(word) > 1):
                yield Problem(place=(place,), must=f"{place} must name each once", got=word)
        if self.excluded and self.screened is None:
            must = "screened must be given where excluded is"
            yield Problem(place=("screened",), must=must, got="nothing")

    def folder(self, beside: Path) -> Path:
        """The folder of the datasets."""
        return beside / self.data

    def choices(self) -> AnalysisChoices:
        """The choices as the analysis takes them."""
        names = (
            "level",
            "alpha_one_sided",
            "difference_method",
            "hierarchy",
            "crossover",
            "ctcae_version",
            "ties",
            "seed",
        )
        given = {name: getattr(self, name) for name in names}
        if self.subgroups:
            given["subgroups"] = self.subgroups
        return AnalysisChoices(**given, screened=self.screened, excluded=dict(self.excluded))
