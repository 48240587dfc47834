"""Which table and figure stands under which heading of the report, and in which order they are numbered."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from lutetia.reports.result_blocks import Block, FigureBlock, Section, table_block
from lutetia.reports.result_figures import Drawn
from lutetia.results.table import Table


class Heading(NamedTuple):
    """A heading with the keys that belong under it, in their order; `*` stands for any text (an endpoint)."""

    key: str
    title: str
    intro: str
    keys: tuple[str, ...]


HEADINGS = (
    Heading(
        "patients",
        "Patients, sequences, response",
        "Who was analysed, in which order they were treated, and how they responded.",
        ("baseline", "sequences", "response"),
    ),
    Heading(
        "factors",
        "Factors and curves of each endpoint",
        "Medians and hazard ratios by factor, as such cohorts are published. Read them with the design check above.",
        ("factors-*|curves-*",),
    ),
    Heading(
        "endpoints",
        "All endpoints by treatment, and follow-up",
        "",
        ("endpoints-by-treatment", "follow-up", "incidence-*", "states"),
    ),
    Heading(
        "models",
        "Models checked, and the published selection repeated",
        "",
        ("proportional-hazards", "selection-*"),
    ),
    Heading(
        "comparison",
        "The two compared groups",
        "What a trial would print of two arms. These groups were not randomised.",
        ("comparison", "comparison-response", "subgroups-*"),
    ),
    Heading(
        "target-trial",
        "The target trial",
        "The declared question as a trial from the decision on, with every analysis side by side: those not to be "
        "believed stand there to be compared.",
        ("target-trial-protocol", "target-trial", "target-trial-survival", "target-trial-balance"),
    ),
    Heading(
        "multiplicity",
        "Multiplicity",
        "How many tests there are, and what is left of them when they are counted.",
        ("hierarchy", "log-rank-*"),
    ),
)
FURTHER = Heading("further", "Further results", "", ("*",))


def result_sections(tables: Sequence[Table], figures: Sequence[Drawn]) -> tuple[Section, ...]:
    """The sections that have something under them, in the order of the report; what no heading asks for comes last."""
    blocks: list[Block] = [table_block(table) for table in tables]
    blocks += [FigureBlock(drawn=figure) for figure in figures]
    taken: dict[str, list[tuple[tuple[int, int, int], Block]]] = {}
    for at, block in enumerate(blocks):
        heading, place = _home(block.key)
        order = _order(block.key, blocks) if "-*" in heading.keys[place] else at
        taken.setdefault(heading.key, []).append(((place, order, int(not block.is_table)), block))
    return tuple(
        Section(
            key=heading.key,
            title=heading.title,
            intro=(heading.intro,) if heading.intro else (),
            blocks=tuple(block for _, block in sorted(taken[heading.key], key=lambda pair: pair[0])),
        )
        for heading in (*HEADINGS, FURTHER)
        if heading.key in taken
    )


def _home(key: str) -> tuple[Heading, int]:
    """The heading a key belongs to, and its place there."""
    for heading in (*HEADINGS, FURTHER):
        for place, pattern in enumerate(heading.keys):
            if any(fnmatchcase(key, one) for one in pattern.split("|")):
                return heading, place
    raise AssertionError(key)  # the last pattern takes everything


def _order(key: str, blocks: Sequence[Block]) -> int:
    """Where the first block about the same endpoint stands: what is said of one endpoint stays together."""
    about = key.split("-", 1)[1]
    return next(at for at, block in enumerate(blocks) if "-" in block.key and block.key.split("-", 1)[1] == about)
