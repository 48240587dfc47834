"""What the tests of the guideline engine share: the knowledge, made-up records, and the vignettes read in place.

All patients are made up. The 14 shared vignettes and their sweeps are read where they lie, beside the repository;
tests that need them are skipped where they are absent. Everything else runs without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st

from lutetia.guideline.assessment import Assessment, assess
from lutetia.guideline.edition import FACT_FILES, load_knowledge
from lutetia.guideline.expression import Leaf, walk
from lutetia.guideline.knowledge import Field, Knowledge
from lutetia.sources import load_yaml_table

AS_OF = date(2026, 11, 20)
SHARED = Path(__file__).parents[3] / "shared" / "facts" / "vignettes.yaml"
EDITION = "data/itanet-2024"

# A made-up patient with midgut NET G2, progressive on SSA, everything recorded: a plain candidate by question 1.
TEXTBOOK: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "data" / "textbook.yaml").read_text("utf-8"))
# What makes of the textbook patient another answer, or another way to the same answer; null leaves a field out.
TURNS: dict[str, dict[str, Any]] = yaml.safe_load("""
candidate: {}
candidate_with_conditions: {frail: true}
candidate_alternative_preferred: {tumour_burden: high, tumour_symptoms: true, need_rapid_shrinkage: true}
insufficient_data: {sstr_heterogeneous: true, fdg_sstr_discordant: null}
not_candidate: {fdg_sstr_discordant: true}
contraindicated: {crcl: 29}
out_of_scope: {differentiation: poor}
first line: {ki67_pct: 20, primary: pancreas, pd_confirmed: false, pd_basis: none, pd_on_ssa: false,
             prior_ssa: false, lines_failed: 0}
net g3: {ki67_pct: 32, pd_confirmed: false, pd_basis: none, prior_ssa: false, lines_failed: 0}
syndrome: {ki67_pct: 2, functional: true, syndrome_refractory_to_ssa: true, pd_on_ssa: false}
retreatment: {prior_rlt: true, rlt_cycles: 4, rlt_best_response: PR, rlt_control_months: 30, rlt_failed: false,
              kidney_dose_gy: 17, marrow_dose_gy: 0.9, dosimetry_available: true}
retreatment too early: {prior_rlt: true, rlt_best_response: SD, rlt_control_months: 7}
peritoneal: {peritoneal: diffuse}
unfit: {unfit_for_antitumour: true}
us renal: {jurisdiction: US, crcl: 24}
""")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The packaged edition."""
    return load_knowledge()


@pytest.fixture
def textbook() -> dict[str, Any]:
    """A record of one's own of the textbook patient."""
    return dict(TEXTBOOK)


@pytest.fixture(scope="session")
def turned() -> Callable[..., dict[str, Any]]:
    """`turned("retreatment", egfr=40)`: the textbook record turned, then changed; None leaves a field out."""

    def record(turn: str = "candidate", **changes: Any) -> dict[str, Any]:
        values = {**TEXTBOOK, **TURNS[turn], **changes}
        return {name: value for name, value in values.items() if value is not None}

    return record


@pytest.fixture(scope="session")
def judged(knowledge: Knowledge) -> Callable[..., Assessment]:
    """`judged(record, …)`: the assessment on 2026-11-20 with the packaged edition."""

    def judge(record: Mapping[str, Any], jurisdiction: str | None = None, **options: Any) -> Assessment:
        return assess(record, options.pop("knowledge", knowledge), jurisdiction, as_of=AS_OF, **options)

    return judge


# ------------------------------------------------------------------------------------------ the shared vignettes
@cache
def shared_table() -> dict[str, Any]:
    """The vignettes and sweeps as written; the calling test is skipped where they are absent."""
    if not SHARED.exists():
        pytest.skip("the shared vignettes do not lie beside the repository (../shared/facts/vignettes.yaml)")
    table: dict[str, Any] = yaml.safe_load(SHARED.read_text(encoding="utf-8"))
    return table


@pytest.fixture(scope="session")
def vignettes() -> dict[str, dict[str, Any]]:
    """All 14 vignettes by id."""
    return {vignette["id"]: vignette for vignette in shared_table()["vignettes"]}


@pytest.fixture(params=[f"VO-{number:02d}" for number in range(1, 15)])
def vignette(request: pytest.FixtureRequest, vignettes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Each of the 14 vignettes in turn."""
    return vignettes[request.param]


@pytest.fixture(params=[f"SO-{number:02d}" for number in range(1, 10)])
def sweep(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each of the nine shared sweeps in turn."""
    return next(sweep for sweep in shared_table()["sweeps"] if sweep["id"] == request.param)


# ------------------------------------------------------------------------------------------- an edition to spoil
@cache
def packaged_tables() -> dict[str, Any]:
    """The tables of the packaged edition as they are written."""
    names = (*FACT_FILES, "edition.yaml", "fields.yaml")
    return {name: load_yaml_table("lutetia.guideline", f"{EDITION}/{name}").table for name in names}


@pytest.fixture
def tables() -> dict[str, Any]:
    """A copy of the packaged tables that a test may spoil."""
    return deepcopy(packaged_tables())


@pytest.fixture(scope="session")
def edition_folder() -> Iterator[Path]:
    """The folder of the packaged edition."""
    with resources.as_file(resources.files("lutetia.guideline") / EDITION) as folder:
        yield folder


@pytest.fixture(scope="session")
def levels(edition_folder: Path) -> str:
    """The levels of the packaged edition as they are written."""
    return (edition_folder / "levels.csv").read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------------- records by chance
@pytest.fixture(scope="session")
def bases() -> list[dict[str, Any]]:
    """Records to start from: the made-up ones above, and the shared vignettes where they are present."""
    own = [{**TEXTBOOK, **turn} for turn in TURNS.values()]
    shared = [vignette["record"] for vignette in shared_table()["vignettes"]] if SHARED.exists() else []
    return [{name: value for name, value in record.items() if value is not None} for record in (*own, *shared)]


@pytest.fixture(scope="session")
def field_values(knowledge: Knowledge) -> dict[str, list[Any]]:
    """For every field of the dictionary the values worth trying: on, beside and around each threshold."""
    found: dict[str, set[float]] = defaultdict(set)
    expressions = [expression for fact in knowledge.facts.values() for _, expression in fact.expressions()]
    for expression in (*expressions, *policy_expressions(knowledge.policy)):
        for node in walk(expression):
            if isinstance(node, Leaf) and isinstance(node.literal, int | float):
                found[node.field].add(node.literal)
    return {name: _values(field, sorted(found[name])) for name, field in knowledge.fields.items()}


def policy_expressions(node: Any) -> Iterator[Any]:
    """Every parsed expression of the policy."""
    if isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from policy_expressions(item)
    elif hasattr(node, "__slots__"):
        yield node


def _values(field: Field, thresholds: list[float]) -> list[Any]:
    if field.type == "bool":
        return [True, False]
    if field.type == "enum":
        return list(field.values)
    low, high = field.low or 0, field.high if field.high is not None else 10_000
    step = 1 if field.type == "int" else 0.1
    exact = {round(limit + near, 3) for limit in thresholds for near in (-step, 0, step)}
    kept: list[Any] = sorted(number for number in exact if low <= number <= high) or [max(low, 1), max(low, 3)]
    for limit in thresholds if field.type == "number" else ():
        kept += [f"<{limit:g}"] if low == 0 < limit else []
        kept += [f">{limit:g}"] if limit < high else []
        kept += [f"{limit - 2:g}-{limit + 5:g}"] if low <= limit - 2 and limit + 5 <= high else []
    return kept


@pytest.fixture(scope="session")
def records(bases: list[dict[str, Any]], field_values: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Records over the whole dictionary: a base with some changes, or any fields with any values."""
    value = {name: st.sampled_from(values) for name, values in field_values.items()}
    change = st.sampled_from(sorted(value)).flatmap(lambda name: st.tuples(st.just(name), value[name]))
    changed = st.builds(
        lambda base, changes: {**base, **dict(changes)}, st.sampled_from(bases), st.lists(change, max_size=8)
    )
    whole = st.fixed_dictionaries({}, optional=value)
    return st.integers(0, 4).flatmap(lambda number: whole if number == 4 else changed)
