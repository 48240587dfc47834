"""The analysis data: one row per patient with group, covariates, and for each endpoint days, event, cause, reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lutetia.cohort.covariate import Covariate
from lutetia.cohort.endpoint import EndpointRow, EndpointTable, endpoint_table
from lutetia.cohort.select import Member, Selection, select
from lutetia.cohort.study import Study
from lutetia.course.course import Course

if TYPE_CHECKING:
    import polars

Row = tuple[Any, ...]
FIXED: tuple[tuple[str, type], ...] = (
    ("patient_id", str),
    ("position", int),
    ("group", str),
    ("time_zero", date),
    ("entry_days", int),
    ("group_known_days", int),
)
PER_ENDPOINT: tuple[tuple[str, type], ...] = (
    ("days", int),
    ("event", int),
    ("cause", str),
    ("reason", str),
    ("entry_days", int),
    ("entries", str),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisData:
    """A selection with its endpoints. `columns` and `rows` (one per patient, in order) are plain; `frame()` is polars.

    Columns: patient_id, position (of the course), group, time_zero, entry_days (from time zero to cohort entry),
    group_known_days (from time zero to the day that settled the group), the covariates (None: not known), and for each
    endpoint NAME_days, NAME_event, NAME_cause, NAME_reason, NAME_entry_days, NAME_entries (ids, separated by spaces);
    all None where the patient has no row.
    """

    selection: Selection
    endpoints: tuple[EndpointTable, ...]
    rows: tuple[Row, ...]

    @property
    def study(self) -> Study:
        """The declaration."""
        return self.selection.study

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.selection.n

    @property
    def conventions(self) -> tuple[str, ...]:
        """Every choice that bears on the data, each once."""
        said = [*self.selection.conventions, *(text for table in self.endpoints for text in table.conventions)]
        return tuple(dict.fromkeys(said))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self._typed())

    def endpoint(self, name: str) -> EndpointTable:
        """The table of an endpoint. Raises KeyError for one that is not declared."""
        for table in self.endpoints:
            if table.name == name:
                return table
        raise KeyError(name)

    def column(self, name: str) -> tuple[Any, ...]:
        """One column, in the order of the rows. Raises KeyError for a name that is none."""
        if name not in self.columns:
            raise KeyError(name)
        at = self.columns.index(name)
        return tuple(row[at] for row in self.rows)

    def frame(self) -> polars.DataFrame:
        """The rows as a polars DataFrame with a type for every column."""
        import polars

        types: dict[type, Any] = {str: polars.String, int: polars.Int64, float: polars.Float64}
        types |= {bool: polars.Boolean, date: polars.Date}
        schema = {name: types[kind] for name, kind in self._typed()}
        return polars.DataFrame(self.rows, schema=schema, orient="row")

    def _typed(self) -> tuple[tuple[str, type], ...]:
        covariates = ((c.column, _type_of(c)) for c in self.study.covariates)
        ends = ((f"{t.name}_{part}", kind) for t in self.endpoints for part, kind in PER_ENDPOINT)
        return (*FIXED, *covariates, *ends)


def analysis_data(courses: Sequence[Course], study: Study) -> AnalysisData:
    """Everything a study's analyses rest on: who, in which group, with which covariates and times to event.

    Raises InputError with every contradiction of every patient.
    """
    selection = select(courses, study)
    stories = [member.story for member in selection.members]
    entry = study.cohort_entry.of if study.cohort_entry is not None else None
    tables = tuple(
        endpoint_table(stories, endpoint, study.follow_up, time_zero=study.time_zero.of, cohort_entry=entry)
        for endpoint in study.endpoints
    )
    by_position = [{row.position: row for row in table.rows} for table in tables]
    rows = tuple(
        (*_fixed(member), *(measured.value for measured in member.covariates), *_ends(member, by_position))
        for member in selection.members
    )
    return AnalysisData(selection=selection, endpoints=tables, rows=rows)


def _type_of(covariate: Covariate) -> type:
    return {"number": float, "category": str, "yes_no": bool}[covariate.kind]


def _fixed(member: Member) -> Row:
    known_days = member.group_known_on - member.time_zero.day
    story, zero = member.story, member.time_zero
    return story.patient_id, story.position, member.group, zero.on, member.entry_days, max(0, known_days)


def _ends(member: Member, tables: Sequence[dict[int, EndpointRow]]) -> Row:
    parts: list[Any] = []
    for table in tables:
        row = table.get(member.story.position)
        if row is None:
            parts += [None] * len(PER_ENDPOINT)
        else:
            parts += [row.stop_days, row.event, row.cause, row.reason, row.entry_days, " ".join(row.entries)]
    return tuple(parts)
