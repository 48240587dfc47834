"""Every physical quantity says its unit in its name: `activity_mbq`, not `activity`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "lutetia"

# A number under a name with one of these words is a physical quantity. Whole words: "stage" is not an age.
_WORDS = """
    activity dose doses bed weight height diameter diameters size sizes mass volume volumes length thickness
    radius distance spacing duration time age half_life energy temperature density concentration attenuation
    clearance gfr egfr crcl creatinine haemoglobin platelets neutrophils leukocytes lymphocytes
    bilirubin albumin
"""
PHYSICAL_WORDS = frozenset(_WORDS.split())

_UNITS = """
    bq kbq mbq gbq mci mbq_h bq_s per_bq_s bq_s_per_ml bq_per_ml kbq_per_ml mbq_per_ml mbq_per_kg gy mgy gy_h
    s min h days weeks months years per_h per_day per_month pct_per_month um mm cm m m2 mm3 cm3 ml l px voxels
    ug mg g kg g_l g_dl mg_dl umol_l mmol_l nmol_l pmol_l u_l e9_l g_per_ml g_per_cm3 ml_min ml_min_1_73m2
    pct fraction xuln xlln per_2mm2 hu suv ev kev mev bytes lines
"""
UNIT_SUFFIXES = tuple(f"_{unit}" for unit in _UNITS.split())
# A count of time may also open the name, as one says it: `months_since_diagnosis`, `days_to_progression`.
TIME_OPENINGS = ("hours_", "days_", "weeks_", "months_", "years_")

# The types that convert at the door each stand for one unit, whatever the name of the field.
SUFFIX_OF_TYPE = {
    "ActivityMBq": "_mbq",
    "LengthMm": "_mm",
    "HeightCm": "_cm",
    "MassKg": "_kg",
    "AbsorbedDoseGy": "_gy",
    "Percent": "_pct",
    "PercentRange": "_pct",
    "AttenuationHu": "_hu",
    "MonthsRange": "_months",
}
NUMBERS = {"float", "int", "Decimal", "Fraction", "Quantity", "Interval", "NDArray", *SUFFIX_OF_TYPE}

# Rooms on plain arrays: time is in the caller's unit, weight and mass are the statistician's words.
UNIT_FREE = {"survival", "proportion", "trial"}
STATISTICAL_WORDS = {"weight", "mass", "time", "duration", "size", "sizes"}

# Field names of the consensus's flat record are part of the public format and stay as they are.
CONSENSUS_FIELDS_WITHOUT_UNIT = {
    "kps": "the Karnofsky score is known by its abbreviation; the dictionary fixes per cent",
    "egfr": "named as laboratories report it; the dictionary fixes mL/min/1.73 m²",
    "crcl": "named as laboratories report it; the dictionary fixes mL/min",
    "mitoses_2mm2": "short for mitoses per 2 mm²; the dictionary fixes it",
}


def unit_faults(
    source: str, place: str, aliases: frozenset[str] = frozenset(), physical: frozenset[str] = PHYSICAL_WORDS
) -> list[str]:
    """A sentence for each field, parameter or function of the module that hides its unit."""
    return [
        f"{place}:{line}: {name} must end in its unit, such as {_example(types)}"
        for line, name, types in _numbers(ast.parse(source), NUMBERS | aliases)
        if not _says_unit(name, types, physical)
    ]


def number_aliases(sources: list[str]) -> frozenset[str]:
    """Names the modules give to number types, such as `Measured = Interval | float | str`."""
    found: set[str] = set()
    for tree in map(ast.parse, sources):
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name[0].isupper() and not name.isupper() and _names(node.value) & NUMBERS:
                    found.add(name)
    return frozenset(found - set(SUFFIX_OF_TYPE))


def _numbers(tree: ast.AST, numbers: frozenset[str] | set[str]) -> Iterator[tuple[int, str, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            named = [(node.target.id, node.annotation)]
        elif isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            named = [(argument.arg, argument.annotation) for argument in arguments]
            named.append((node.name, node.returns))
        else:
            continue
        for name, annotation in named:
            types = _names(annotation) if annotation is not None else set()
            if types & numbers:
                yield node.lineno, name.strip("_"), types


def _names(expression: ast.AST) -> set[str]:
    """Every type named in an annotation; what a Literal or a Callable lists is no type of the value."""
    if isinstance(expression, ast.Subscript) and _names(expression.value) & {"Literal", "Callable"}:
        return set()
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        try:
            return _names(ast.parse(expression.value, mode="eval").body)
        except SyntaxError:
            return set()
    own = {expression.id} if isinstance(expression, ast.Name) else set()
    own |= {expression.attr} if isinstance(expression, ast.Attribute) else set()
    return own.union(*map(_names, ast.iter_child_nodes(expression)), set())


def _says_unit(name: str, types: set[str], physical: frozenset[str]) -> bool:
    expected = {SUFFIX_OF_TYPE[kind] for kind in types & SUFFIX_OF_TYPE.keys()}
    if expected:
        return any(name.endswith(suffix) or name == suffix.strip("_") for suffix in expected)
    if not _is_physical(name, physical):
        return True
    return name.lower().endswith(UNIT_SUFFIXES) or name.lower().startswith(TIME_OPENINGS)


def _is_physical(name: str, physical: frozenset[str]) -> bool:
    words = name.lower().split("_")
    return bool(physical & {*words, *("_".join(pair) for pair in pairwise(words))})


def words_of(module: Path) -> frozenset[str]:
    """The words that stand for a physical quantity in this module's room."""
    room = module.relative_to(SOURCE).parts[0]
    return PHYSICAL_WORDS - STATISTICAL_WORDS if room in UNIT_FREE else PHYSICAL_WORDS


def _example(types: set[str]) -> str:
    known = sorted(SUFFIX_OF_TYPE[kind] for kind in types & SUFFIX_OF_TYPE.keys())
    return " or ".join(known) or "_mbq, _gy, _mm, _kg, _days, _years"


def test_every_physical_quantity_names_its_unit():
    modules = {path: path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}
    aliases = number_aliases(list(modules.values()))
    faults = [
        fault
        for path, text in modules.items()
        for fault in unit_faults(text, str(path.relative_to(ROOT)), aliases, words_of(path))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    [
        "activity: float",
        "kidney_dose: float | None = None",
        "half_life: 'float'",
        "largest: LengthMm | None = None",
        "weight_g: MassKg",
        "def f(*, tumour_volume: NDArray) -> None: ...",
        "def absorbed_dose(self) -> float: ...",
        "creatinine: Measured",
    ],
)
def test_a_hidden_unit_is_found(line):
    assert unit_faults(line, "module", frozenset({"Measured"}))


@pytest.mark.parametrize(
    "line",
    [
        "activity_mbq: float",
        "time_integrated_mbq_h: float",
        "weight_kg: MassKg | None = None",
        "days_to_progression: float",
        "gfr_ml_min_1_73m2: float",
        "mass_symptoms: bool",
        "stage: int",
        "message: str",
        "dose: Literal['float']",
    ],
)
def test_a_named_unit_and_a_plain_word_pass(line):
    assert not unit_faults(line, "module")


def test_statistical_words_need_no_unit_in_a_room_without_units():
    assert not unit_faults("weight: float", "module", physical=words_of(SOURCE / "survival" / "cox.py"))
    assert unit_faults("weight: float", "module", physical=words_of(SOURCE / "cohort" / "describe.py"))
    assert unit_faults("absorbed_dose: float", "module", physical=words_of(SOURCE / "survival" / "cox.py"))


def test_an_alias_of_a_number_counts_as_a_number():
    assert number_aliases(["Measured = Interval | float | str\nLIMIT = float('inf')"]) == {"Measured"}


def test_consensus_fields_with_a_unit_name_it_or_are_listed_with_a_reason():
    fields = _consensus_fields()
    physical = {name for name, field in fields.items() if field.get("unit")}
    assert len(physical) > 15, "the dictionary of the consensus has lost its units"
    silent = {name for name in physical if not name.endswith(UNIT_SUFFIXES)}
    silent = {name for name in silent if not name.startswith(TIME_OPENINGS)}
    assert silent == set(CONSENSUS_FIELDS_WITHOUT_UNIT)


def _consensus_fields() -> dict[str, dict[str, object]]:
    files = sorted((SOURCE / "guideline" / "data").rglob("fields.yaml"))
    assert files, "the field dictionary must lie in src/lutetia/guideline/data/<edition>/fields.yaml"
    return yaml.safe_load(files[-1].read_text(encoding="utf-8"))["fields"]
