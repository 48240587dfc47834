"""One laboratory entry graded by every CTCAE version asked for, with the limits of the entry and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lutetia.course.laboratory import Laboratory, convert_analyte, units_of
from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.guideline.toxicity.conventions import Conventions
from lutetia.quantities import Interval
from lutetia.scoring import ctcae
from lutetia.scoring.ctcae import CtcaeGrade
from lutetia.scoring.ctcae.criteria import Version, version_named
from lutetia.scoring.ctcae.options import Sides

LIMITS = {"lln": "lower", "uln": "upper"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionGrade:
    """The grade of one value by one version. `why_not` says why the value counts as not graded; "" when it is.

    `grade` may be there although the value is not graded: the range that a missing limit leaves open.
    """

    version: str
    provisional: bool
    grade: CtcaeGrade | None
    why_not: str

    @property
    def value(self) -> str | None:
        """The grade as text ("2", "1-2"); None when the value is not graded."""
        return self.grade.value if self.grade is not None and not self.why_not else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedValue:
    """One laboratory entry with its grade by each version, in the order of the conventions."""

    entry_id: str
    analyte: str
    on: PartialDate
    entered: str
    grades: tuple[VersionGrade, ...]

    def by(self, version: str) -> VersionGrade:
        """The grade by one version. Raises KeyError for a version that was not asked for."""
        return {grade.version: grade for grade in self.grades}[version]


def graded_value(
    entry: Laboratory, *, baseline: Laboratory | None, after_baseline: bool, conventions: Conventions
) -> GradedValue:
    """The entry graded; `baseline` and its limits are converted into the unit of the entry.

    `after_baseline` says whether rules relative to a baseline may apply to the entry.
    """
    references = references_of(entry, baseline)
    grades = [_by_version(entry, version, references, after_baseline, conventions) for version in _asked(conventions)]
    return GradedValue(
        entry_id=entry.id, analyte=entry.analyte, on=entry.date, entered=entry.entered, grades=tuple(grades)
    )


@cache
def gradable(versions: tuple[str, ...]) -> tuple[str, ...]:
    """The analytes that some of the versions grade by a number, in the order of the standard's table."""
    return tuple(dict.fromkeys(analyte for version in versions for analyte in ctcae.analytes(version)))


def low_side(entry: Laboratory, version: str, conventions: Conventions) -> CtcaeGrade | None:
    """The grade of a count that may be too low, without the other side; None when it cannot be graded so."""
    try:
        return _graded(entry, version, references_of(entry, None), True, conventions, "low")
    except InputError:
        return None


def _asked(conventions: Conventions) -> tuple[Version, ...]:
    found = (version_named(version) for version in conventions.ctcae_versions)
    return tuple(version for version in found if isinstance(version, Version))


def _by_version(
    entry: Laboratory,
    version: Version,
    references: Mapping[str, float | None],
    after_baseline: bool,
    conventions: Conventions,
) -> VersionGrade:
    found, why_not = None, ""
    if entry.analyte not in version.terms:
        why_not = f"CTCAE {version.version} grades no {entry.analyte} by a number"
    elif not isinstance(entry.value, Interval):
        why_not = f"value {entry.entered}"
    elif entry.unit is None or units_of(entry.analyte).factor(entry.unit) is None:
        why_not = f"{entry.unit} of {entry.analyte} has no limit in the CTCAE"
    else:
        try:
            found = _graded(entry, version.version, references, after_baseline, conventions, "both")
        except InputError as refused:
            why_not = "; ".join(f"{fault.place} {fault.must}" for fault in refused.faults)
        else:
            why_not = _limit_missing(found) or _side_without_numbers(entry, version, found)
    return VersionGrade(version=version.version, provisional=version.provisional, grade=found, why_not=why_not)


def _graded(
    entry: Laboratory,
    version: str,
    references: Mapping[str, float | None],
    after_baseline: bool,
    conventions: Conventions,
    side: Sides,
) -> CtcaeGrade:
    if not isinstance(entry.value, Interval) or entry.unit is None:
        raise AssertionError("a value that is not known has no grade")
    return ctcae.grade(
        entry.analyte,
        entry.value,
        entry.unit,
        version,
        references["lln"],
        references["uln"],
        references["baseline"],
        baseline_lln=references["baseline_lln"],
        baseline_uln=references["baseline_uln"],
        post_baseline=after_baseline,
        baseline_rule=conventions.baseline_rule,
        unstated=conventions.unstated,
        limits=conventions.limits,
        integer_bands=conventions.integer_bands,
        side=side,
        check_plausible=False,  # the course was checked when it was read
    )


def _limit_missing(grade: CtcaeGrade) -> str:
    """Which limit is not on record, when without it not even the least grade is certain; no other limit stands in."""
    missing = [words for name, words in LIMITS.items() if name in grade.missing]
    return f"no {' or '.join(missing)} limit on record" if missing and grade.low == 0 else ""


def _side_without_numbers(entry: Laboratory, version: Version, grade: CtcaeGrade) -> str:
    """The standard's silence on a side of the reference range on which the value lies, or may lie."""
    if grade.low > 0 or not isinstance(entry.value, Interval):
        return ""
    for side, op, limit in (("low", ">=", entry.lower_limit), ("high", "<=", entry.upper_limit)):
        silent = version.not_numeric.get((entry.analyte, side))
        if silent and not (isinstance(limit, float) and entry.value.certainly(op, limit)):  # type: ignore[arg-type]
            return f"CTCAE {version.version} gives no numbers: {silent}"
    return ""


def references_of(entry: Laboratory, baseline: Laboratory | None) -> dict[str, float | None]:
    """Limits of the entry, baseline and limits of its day, all in the unit of the entry; None where not known.

    A baseline that is a range ("<10"), or in a unit that does not convert, is no number and counts as not known.
    """
    exact = baseline.value if baseline is not None and isinstance(baseline.value, Interval) else None
    return {
        "lln": _number(entry.lower_limit),
        "uln": _number(entry.upper_limit),
        "baseline": _converted(exact.value, baseline, entry) if exact is not None and exact.is_exact else None,
        "baseline_lln": _converted(_number(baseline.lower_limit), baseline, entry) if baseline is not None else None,
        "baseline_uln": _converted(_number(baseline.upper_limit), baseline, entry) if baseline is not None else None,
    }


def _number(limit: object) -> float | None:
    return limit if isinstance(limit, float) else None


def _converted(number: float | None, source: Laboratory | None, target: Laboratory) -> float | None:
    if number is None or source is None or source.unit is None or target.unit is None:
        return None
    try:
        return convert_analyte(target.analyte, number, source.unit, target.unit)
    except ValueError:
        return None
