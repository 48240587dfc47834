"""The limits of the CTCAE as data: versions, terms, rows, and the names of the analytes they grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from lutetia.errors import Fault
from lutetia.quantities import number_text
from lutetia.sources import load_yaml_table

Side = Literal["low", "high"]
Reference = Literal["value", "lln", "uln", "baseline"]
Operator = Literal["<", "<=", ">", ">="]

VERSIONS: Mapping[str, str] = {"5.0": "data/ctcae_v5.yaml", "6.0": "data/ctcae_v6.yaml"}
"""Version → its data file. There is no default: a grade without a version is refused."""

BASELINE_STATES = ("baseline_high", "baseline_not_high", "baseline_low")
OPPOSITES = {"not_on_anticoagulation": "on_anticoagulation"}
SILENT = "standard_silent"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limit:
    """One comparison: the value `op` a number (per printed unit, SI first), or a multiple of a reference."""

    op: Operator
    reference: Reference
    by_unit: Mapping[str, float]
    factor: float = 1.0

    def __str__(self) -> str:
        if self.reference != "value":
            name = "baseline" if self.reference == "baseline" else self.reference.upper()
            return f"{self.op} {name}" if self.factor == 1 else f"{self.op} {number_text(self.factor)} × {name}"
        printed = (f"{number_text(number)} {'' if unit == '1' else unit}" for unit, number in self.by_unit.items())
        return f"{self.op} {' or '.join(printed)}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A grade that is reached when all of `limits` hold and all words of `when` are true."""

    grade: int
    limits: tuple[Limit, ...]
    as_written: Limit | None
    when: tuple[str, ...]
    only_if_given: bool

    @property
    def asks(self) -> tuple[str, ...]:
        """The clinical words the row depends on, without those about the baseline."""
        return tuple(OPPOSITES.get(word, word) for word in self.when if word not in BASELINE_STATES)

    def __str__(self) -> str:
        said = " and ".join(map(str, self.limits))
        return f"{said}, if {' and '.join(self.when)}".replace("_", " ") if self.when else said


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Term:
    """One CTCAE term for one analyte and one side of its reference range."""

    name: str
    analyte: str
    side: Side
    rows: tuple[Row, ...]
    words: Mapping[str, int]
    note: str | None
    unread: bool

    @property
    def asks(self) -> tuple[str, ...]:
        """The clinical words that decide between two grades of the same number."""
        return tuple(dict.fromkeys(word for row in self.rows for word in row.asks if word != SILENT))

    @property
    def is_silent_somewhere(self) -> bool:
        """True when the standard prints no grade for some abnormal values."""
        return any(SILENT in row.when for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the CTCAE laboratory limits."""

    version: str
    provisional: bool
    says: str
    terms: Mapping[str, tuple[Term, ...]]
    not_numeric: Mapping[tuple[str, str], str]

    @property
    def words(self) -> frozenset[str]:
        """Every clinical word that a term of this version knows."""
        every = [term for terms in self.terms.values() for term in terms]
        return frozenset(word for term in every for word in (*term.words, *term.asks))


def version_named(version: object) -> Version | Fault:
    """The limits of a version ("5.0", "5", "v5.0"), or the fault with the version."""
    do = f"Write version={' or '.join(repr(known) for known in VERSIONS)}: the grades differ."
    if version is None:
        return Fault(place="version", must="a CTCAE grade needs the version of the criteria", do=do)
    text = str(version).strip().casefold().removeprefix("ctcae").strip().removeprefix("v").strip()
    text = f"{text}.0" if text.isdecimal() else text
    if text not in VERSIONS:
        return Fault(place="version", must=f"must be one of {', '.join(VERSIONS)}", got=repr(version), do=do)
    return _load(text)


def analytes(version: str) -> tuple[str, ...]:
    """The analytes a version grades by a number. Raises KeyError for an unknown version."""
    return tuple(_load(version).terms)


@cache
def clinical_words() -> frozenset[str]:
    """Every clinical word that some version knows: one statement about a patient serves all versions."""
    return frozenset(word for version in VERSIONS for word in _load(version).words)


@cache
def analyte_named(name: str) -> str:
    """Our name of an analyte, from any spelling in data/ctcae_names.yaml; unknown names come back as they are."""
    text = " ".join(name.split()).casefold()
    return str(_names().get(text, text.replace(" ", "_")))


@cache
def _names() -> Mapping[str, str]:
    return load_yaml_table("lutetia.scoring", "data/ctcae_names.yaml").table


@cache
def _load(version: str) -> Version:
    table = load_yaml_table("lutetia.scoring", VERSIONS[version]).table
    terms: dict[str, list[Term]] = {}
    for given in table["terms"]:
        terms.setdefault(given["analyte"], []).append(_term(given))
    return Version(
        version=table["version"],
        provisional=table["provisional"],
        says=table["says"],
        terms={analyte: tuple(found) for analyte, found in terms.items()},
        not_numeric={(given["analyte"], given["side"]): given["says"] for given in table["not_numeric"]},
    )


def _term(given: Mapping[str, Any]) -> Term:
    return Term(
        name=given["term"],
        analyte=given["analyte"],
        side=given["side"],
        rows=tuple(_row(row) for row in given["rows"]),
        words=given.get("words", {}),
        note=given.get("note"),
        unread=given.get("unread", False),
    )


def _row(given: Mapping[str, Any]) -> Row:
    main = _limit(given)
    written = given.get("as_written")
    unit = next(iter(main.by_unit), "")
    return Row(
        grade=given["grade"],
        limits=(main, _limit(given["also"])) if "also" in given else (main,),
        as_written=_limit({"is": written["is"], "value": {unit: written["value"]}}) if written else None,
        when=tuple(given.get("when", ())),
        only_if_given=given.get("if_given", False),
    )


def _limit(given: Mapping[str, Any]) -> Limit:
    if "value" in given:
        by_unit = {unit: float(number) for unit, number in given["value"].items()}
        return Limit(op=given["is"], reference="value", by_unit=by_unit)
    reference: Reference = next(name for name in ("lln", "uln", "baseline") if name in given)
    return Limit(op=given["is"], reference=reference, by_unit={}, factor=float(given[reference]))
