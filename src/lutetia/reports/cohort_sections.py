"""Which table and figure stands under which heading of the report."""

from __future__ import annotations

from collections.abc import Sequence

from lutetia.cohort.table import Table
from lutetia.reports.cohort_blocks import Block, FigureBlock, Section, table_block
from lutetia.reports.cohort_figures import Drawn

FURTHER = "further"


def result_sections(tables: Sequence[Table], figures: Sequence[Drawn]) -> tuple[Section, ...]:
    """The sections of the results."""
    blocks: list[Block] = [table_block(table) for table in tables]
    blocks += [FigureBlock(drawn=figure) for figure in figures]
    return (Section(key="results", title="Results", intro=(), blocks=tuple(blocks)),)
