"""A whole cohort study from its analysis data: the tables and figure data of a report. Nothing is drawn or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.design_finding import DesignFinding
from lutetia.cohort.figure_data import FigureData
from lutetia.cohort.select import Flow
from lutetia.cohort.study import Study
from lutetia.cohort.table import Table
from lutetia.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortAnalysis:
    """Everything a report of a study prints, in its order.

    `design`: the findings of the design check, which a report puts before the results. `left_out`: who is not analysed
    at all; what a single table leaves out stands in its notes.
    """

    study: Study
    data: AnalysisData
    flow: Flow
    design: tuple[DesignFinding, ...]
    tables: tuple[Table, ...]
    figures: tuple[FigureData, ...]
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    def table(self, key: str) -> Table:
        """The table of this key. Raises KeyError for one that is not there."""
        for table in self.tables:
            if table.key == key:
                return table
        raise KeyError(key)


def analyse(data: AnalysisData, *, design: Sequence[DesignFinding] | None = None) -> CohortAnalysis:
    """All tables and figures of a study."""
    raise NotImplementedError
