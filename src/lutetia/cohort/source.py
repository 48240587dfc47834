"""Where the courses of a study come from: a folder, files, CSV tables, or a made-up cohort."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Number, Text, WholeNumber
from lutetia.course.problem import Problem

Synthetic = Literal["itanet_like", "null"]
_MAKES = ("patients", "seed")


class CsvSource(Declared):
    """Two tables: one row a patient, one row a line of therapy; the mapping names their columns."""

    patients: Text = Field(description="CSV or Parquet file with one row for each patient")
    lines: Text = Field(description="CSV or Parquet file with one row for each line of therapy")
    mapping: Text | None = Field(default=None, description="YAML file that names the columns; default: our own names")


class CourseSource(Declared):
    """Exactly one of folder, files, csv, synthetic. Paths are relative to the study file."""

    folder: Text | None = Field(default=None, description="folder whose .yaml, .yml and .json files are courses")
    files: tuple[Text, ...] = Field(default=(), description="course files")
    csv: CsvSource | None = Field(default=None, description="tables of patients and lines")
    synthetic: Synthetic | None = Field(default=None, description="a made-up cohort: itanet_like or null")
    patients: Annotated[WholeNumber, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="for synthetic: number of patients (itanet_like: 201)"
    )
    seed: Annotated[WholeNumber, Field(ge=0)] | None = Field(
        default=None, description="for synthetic: same seed, same patients"
    )
    investigational: Annotated[WholeNumber, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="for itanet_like: further patients whose second line was investigational (default 0)"
    )
    mean_wait_months: Annotated[Number, Field(ge=0, le=60)] | None = Field(
        default=None, description="for null: mean wait for a later RLT (default 6)"
    )
    indolence: Annotated[Number, Field(ge=0, le=5)] | None = Field(
        default=None, description="for null: log-odds of choosing RLT per standard deviation of indolence (default 0)"
    )

    def contradictions(self) -> Iterable[Problem]:
        given = [name for name in ("folder", "files", "csv", "synthetic") if getattr(self, name)]
        if len(given) != 1:
            must = "courses must have exactly one of folder, files, csv, synthetic"
            bare = 'Is it synthetic: "null"? It needs the quotes.' if not given and self.seed is not None else None
            yield Problem(place=(), must=must, got=", ".join(given) or "none", do=bare)
        for name in _MAKES:
            if (self.synthetic is not None) and getattr(self, name) is None:
                must, do = f"a synthetic cohort must have {name}", f"Add {name}: {201 if name == 'patients' else 1}."
                yield Problem(place=(name,), must=must, do=do)
        takers = {"investigational": "itanet_like", "mean_wait_months": "null", "indolence": "null"}
        for name in (*_MAKES, *takers) if given else ():
            if getattr(self, name) is not None and self.synthetic != takers.get(name, self.synthetic or ""):
                yield Problem(place=(name,), must=f"{name} belongs to synthetic: {takers.get(name, 'cohorts')}")
