"""Scores of one row at a time: growth rates, CTCAE grades and questionnaires."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from lutetia.cli.options import tracked
from lutetia.cli.score_output import Scored
from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    from lutetia.exchange.tabular import Table

WHOSE = ("subject", "reader", "visit", "date")
"""Columns that say whose row it is; they are carried over to the results."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}

Found = tuple[dict[str, Any], Iterable[str]]
"""The results of a row, and the conventions they rest on."""


class Row:
    """One row read cell by cell; what is wrong with its cells is collected."""

    def __init__(self, cells: dict[str, str]) -> None:
        self.cells = cells
        self.faults: list[Fault] = []

    def text(self, column: str) -> str:
        """The cell; "" where it is empty or the table has no such column."""
        return self.cells.get(column, "")

    def number(self, column: str, *, needed: bool = False) -> float | None:
        """The number in the cell, None where it is empty."""
        said = self.text(column)
        if not said and not needed:
            return None
        if not _NUMBER.fullmatch(said):
            self.faults.append(Fault(place=column, must="must be a number", got=repr(said) if said else "nothing"))
            return None
        return float(said)

    def yes_or_no(self, column: str) -> bool | None:
        """Yes or no, None where the cell is empty: not known."""
        said = self.text(column).casefold()
        if said and said not in _YES:
            self.faults.append(Fault(place=column, must="must be yes, no, or empty when not known", got=repr(said)))
        return _YES.get(said)

    def day(self, column: str) -> date | None:
        """The day in the cell, written 2024-05-17."""
        said = self.text(column)
        try:
            return date.fromisoformat(said)
        except ValueError:
            must = "must be a day written YYYY-MM-DD"
            self.faults.append(Fault(place=column, must=must, got=repr(said) if said else "nothing"))
            return None

    def refuse_faults(self) -> None:
        """Raises InputError with the faults met so far, if any."""
        if self.faults:
            raise InputError("row", self.faults)


def score_each(
    table: Table,
    used: Iterable[str],
    columns: Iterable[str],
    score: Callable[[Row], Found | str],
    description: str,
    *said: str,
) -> Scored:
    """Every row scored; a text instead of a score says why a row is left out.

    `used`: the columns that the score reads; others are named as left out. `said`: conventions of the reading.
    Raises InputError with the faults of all rows.
    """
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    conventions = dict.fromkeys(said)
    whose = tuple(column for column in WHOSE if column in table.columns)
    for at, cells in enumerate(tracked(table.rows, description)):
        row = Row(cells)
        try:
            found = score(row)
        except InputError as error:
            faults += [table.located(at, fault) for fault in error.faults]
            continue
        if isinstance(found, str):
            left_out[found] += 1
            continue
        rows.append({column: cells[column] for column in whose} | found[0])
        conventions |= dict.fromkeys(found[1])
    if faults:
        raise InputError(table.name, faults)
    return Scored(
        columns=(*whose, *columns),
        rows=rows,
        read=f"{len(table.rows)} rows of {table.name}",
        left_out=(
            *table.left_out,
            *(f"{count} {'row' if count == 1 else 'rows'}: {why}" for why, count in left_out.items()),
            *unused_columns(table, {*WHOSE, *used}),
        ),
        conventions=tuple(conventions),
    )


def unused_columns(table: Table, used: Iterable[str]) -> tuple[str, ...]:
    """A sentence that names the columns no score reads; nothing when all are read."""
    rest = [column for column in table.columns if column not in set(used)]
    return (f"columns not used: {', '.join(rest)}",) if rest else ()


def growth(table: Table, cut_off: str | None, options: dict[str, Any]) -> Scored:
    """The growth rate of each row: before_mm, after_mm, and days or before_date with after_date."""
    from lutetia.scoring.growth import rate_percent_per_month, side_of_cut_off

    table.require(["before_mm"], ["after_mm"], ["days", "before_date"], ["days", "after_date"])
    used = ["before_mm", "after_mm", "new_lesions", "nodes_in_sum"]
    used += ["days"] if "days" in table.columns else ["before_date", "after_date"]

    def score(row: Row) -> Found | str:
        before_mm, after_mm = row.number("before_mm", needed=True), row.number("after_mm", needed=True)
        days = row.number("days", needed=True) if "days" in table.columns else _days_between(row)
        declared = {name: row.yes_or_no(name) for name in ("new_lesions", "nodes_in_sum")}
        row.refuse_faults()
        if before_mm is None or after_mm is None or days is None:
            raise AssertionError("an empty cell that is needed is a fault")
        rate = rate_percent_per_month(before_mm, after_mm, days, **options, **declared)
        side = side_of_cut_off(rate, cut_off=cut_off) if cut_off else None  # type: ignore[arg-type]
        names = ("months", "low", "high")
        found = {"rate_percent_per_month": rate.value} | {name: getattr(rate, name) for name in names}
        return found | {"side": side.value if side else None}, side.conventions if side else rate.conventions

    columns = ("rate_percent_per_month", "low", "high", "months", *(["side"] if cut_off else []))
    return score_each(table, used, columns, score, "Growth rates")


def _days_between(row: Row) -> float | None:
    before, after = row.day("before_date"), row.day("after_date")
    return None if before is None or after is None else float((after - before).days)


def ctcae(table: Table, version: str | None, options: dict[str, Any]) -> Scored:
    """The CTCAE grade of each row: analyte, value and unit; lln, uln, baseline and clinical words where given."""
    from lutetia.course.laboratory import units_of
    from lutetia.scoring.ctcae import grade
    from lutetia.scoring.ctcae.criteria import analyte_named, clinical_words, version_named

    criteria = version_named(version)
    if isinstance(criteria, Fault):
        raise InputError("CTCAE grades", [criteria])
    table.require(["analyte"], ["value"], ["unit"])
    words = [word for word in sorted(clinical_words()) if word in table.columns]
    references = ("lln", "uln", "baseline", "baseline_lln", "baseline_uln")
    used = ("analyte", "value", "unit", *references, "post_baseline", *words)
    graded: dict[tuple[str, ...], Found | str] = {}  # laboratory values repeat themselves

    def once(row: Row) -> Found | str:
        cells = tuple(map(row.text, used))
        if cells not in graded:
            graded[cells] = score(row)
        return graded[cells]

    def score(row: Row) -> Found | str:
        analyte = analyte_named(row.text("analyte"))
        if analyte not in criteria.terms and _is_known(analyte, units_of):
            return f"CTCAE v{criteria.version} grades no {analyte} by a number"
        if not row.text("value"):
            return "the value is missing"
        given: dict[str, Any] = {name: row.number(name) for name in references}
        after = row.yes_or_no("post_baseline")
        clinical = {word: said for word in words if (said := row.yes_or_no(word)) is not None}
        row.refuse_faults()
        found = grade(
            row.text("analyte"),
            row.text("value"),
            row.text("unit"),
            version,
            **given,
            post_baseline=after is not False,
            clinical=clinical,
            **options,
        )
        shown: dict[str, Any] = {
            "analyte": analyte,
            "value": row.text("value"),
            "unit": row.text("unit"),
            "grade": found.value,
        }
        shown |= {"term": found.term, "version": found.version, "missing": ", ".join(found.missing)}
        return shown, found.conventions

    columns = ("analyte", "value", "unit", "grade", "term", "missing", "version")
    said = "post_baseline: as given, yes where it is empty or no such column exists"
    return score_each(table, used, columns, once, "CTCAE grades", said)


def _is_known(analyte: str, units_of: Callable[[str], object]) -> bool:
    try:
        units_of(analyte)
    except KeyError:
        return False
    return True


def qlq(table: Table, instrument: str, options: dict[str, Any]) -> Scored:
    """The scales of each form: one column for each item, named by its number (1, q1, item_1)."""
    from lutetia.scoring.questionnaire import SUMMARY, instrument_named, score

    known = instrument_named(instrument, options["layout"])
    column_of = _item_columns(table)
    table.require(*([column_of.get(str(item), str(item))] for item in known.items))
    scales = (*(scale.name for scale in known.scales), *([SUMMARY] if known.summary else []))

    def form(row: Row) -> Found | str:
        answers = {item: row.number(column_of[str(item)]) for item in known.items}
        # A course may hold answers to items that the instrument has not.
        strange = row.cells.keys() - set(table.columns)
        row.faults += [Fault(place=f"item {i}", must=f"must be an item of {known.name}") for i in sorted(strange)]
        row.refuse_faults()
        if not any(answer is not None for answer in answers.values()):
            return "the form is blank"
        whole = {item: int(a) if a is not None and a.is_integer() else a for item, a in answers.items()}
        found = score(whole, instrument, **options)  # type: ignore[arg-type]
        return dict(found.value), found.conventions

    return score_each(table, [column_of[str(item)] for item in known.items], scales, form, "Questionnaires")


def _item_columns(table: Table) -> dict[str, str]:
    """Item number → its column; raises InputError where two columns hold the same item."""
    found: dict[str, str] = {}
    faults = []
    for column in table.columns:
        item = column.lower().removeprefix("item").lstrip("_ q0")
        if item in found and item.isdecimal():
            must = f"item {item} must have one column"
            faults.append(Fault(place="header", must=must, got=f"{found[item]} and {column}", do="Keep one of them."))
        found[item] = column
    if faults:
        raise InputError(table.name, faults)
    return found
