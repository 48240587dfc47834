"""The papers whose printed tables come with Lutetia."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lutetia.errors import Fault, InputError
from lutetia.evidence.paper import Paper
from lutetia.sources import SIDECAR_SUFFIX, load_yaml_table


def packaged_papers() -> tuple[str, ...]:
    """The ids of the packaged papers, sorted, such as S000 and S002."""
    names = [entry.name for entry in (files("lutetia.evidence") / "data").iterdir()]
    return tuple(sorted(n.removesuffix(".yaml") for n in names if n.endswith(".yaml") and SIDECAR_SUFFIX not in n))


@cache
def packaged_paper(paper: str) -> Paper:
    """The tables of a packaged paper, as printed. Raises InputError that lists the papers there are."""
    if paper not in packaged_papers():
        must = f"must be one of the packaged papers, {', '.join(packaged_papers())}"
        raise InputError("packaged papers", [Fault(place="paper", must=must, got=repr(paper))])
    return Paper.model_validate(load_yaml_table("lutetia.evidence", f"data/{paper}.yaml").table)
