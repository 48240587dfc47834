"""The CTCAE grade of one laboratory value, with its reasons and conventions.

A value on a limit belongs to the lower grade, on both sides. What cannot be told (a reference limit or a clinical
word is missing) leaves a range of grades. The version has no default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from lutetia.quantities import Interval, number_text, scaled
from lutetia.scoring.ctcae.case import Case, Measured, read_case, tidy
from lutetia.scoring.ctcae.criteria import BASELINE_STATES, OPPOSITES, SILENT, Limit, Row, Side, Term
from lutetia.scoring.ctcae.options import (
    BaselineRule,
    IntegerBands,
    LimitsUsed,
    Options,
    Sides,
    Unstated,
    column,
    conversion,
    sides_not_graded,
)
from lutetia.scoring.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CtcaeGrade:
    """A CTCAE grade of a laboratory value, 0 (no grade) to 4.

    `possible` lists every grade that the inputs leave open, `low` and `high` its ends; `missing` names the inputs
    that would narrow it. `term` and `side` are None where every possible grade is 0.
    """

    possible: tuple[int, ...]
    term: str | None
    side: Side | None
    version: str
    provisional: bool
    missing: tuple[str, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def low(self) -> int:
        """The lowest grade that the inputs leave open."""
        return self.possible[0]

    @property
    def high(self) -> int:
        """The highest grade that the inputs leave open."""
        return self.possible[-1]

    @property
    def value(self) -> str:
        """The grade as text: "2", or a range such as "1-2"."""
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


def grade(
    analyte: str,
    value: Measured,
    unit: str,
    version: str | None = None,
    lln: float | None = None,
    uln: float | None = None,
    baseline: float | None = None,
    *,
    baseline_lln: float | None = None,
    baseline_uln: float | None = None,
    post_baseline: bool = True,
    baseline_rule: BaselineRule = "post_baseline_only",
    clinical: Mapping[str, bool] | None = None,
    unstated: Unstated = "range",
    limits: LimitsUsed = "as_reported",
    integer_bands: IntegerBands = "half_open",
    side: Sides = "both",
    check_plausible: bool = True,
) -> CtcaeGrade:
    """CTCAE grade of one laboratory value; None stands for unknown.

    `value`, `lln`, `uln` (reference range of the laboratory), `baseline`, `baseline_lln` and `baseline_uln` (the range
    when the baseline was taken; default: today's) are all in `unit`; `value` may be a range ("<10"). `version` is
    "5.0" or "6.0" and must be stated. `post_baseline=False` marks the baseline itself or an earlier value: it is
    graded by ULN unless `baseline_rule="always"`. `clinical` states what no number says, such as
    {"symptomatic": False}. `unstated`, `limits`, `integer_bands`: see `Options` and the page of the score.
    Raises InputError with all faults: no or unknown version, unknown analyte, unit or word, implausible value.
    Source: sidecars of `data/ctcae_v5.yaml` and `data/ctcae_v6.yaml`.
    """
    options = Options(
        baseline_rule=baseline_rule, unstated=unstated, limits=limits, integer_bands=integer_bands, side=side
    )
    references = {"lln": lln, "uln": uln, "baseline": baseline}
    references |= {"baseline_lln": baseline_lln, "baseline_uln": baseline_uln}
    case = read_case(analyte, value, unit, version, references, post_baseline, clinical or {}, options, check_plausible)
    judged = _drop_opposite([_judge(case, term) for term in case.terms])
    possible = _combine(judged)
    leading = max(judged, key=lambda one: (one.possible[-1], one.possible[0]))
    named = leading if leading.possible[-1] > 0 else None
    return CtcaeGrade(
        possible=possible,
        term=named.term.name if named else None,
        side=named.term.side if named else None,
        version=case.version.version,
        provisional=case.version.provisional,
        missing=tuple(dict.fromkeys(name for one in judged for name in one.missing)),
        because=tuple(reason for one in judged for reason in _reasons(case, one)),
        conventions=_conventions(case, judged, possible),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What one term makes of the value."""

    term: Term
    possible: tuple[int, ...]
    rows: tuple[Row, ...]
    missing: tuple[str, ...]


def _holds(case: Case, limit: Limit) -> bool | None:
    """Whether the value lies beyond the limit; None when that cannot be told."""
    if limit.reference == "value":
        unit = column(limit, case.unit, case.options.limits)
        value = case.value.times(conversion(case.analyte, case.unit, unit))
        value = Interval(tidy(value.low), tidy(value.high), value.low_open, value.high_open)
        return value.certainly(limit.op, limit.by_unit[unit])
    reference = case.baseline if limit.reference == "baseline" else case.references[limit.reference]
    if reference is None:
        return None
    return case.value.certainly(limit.op, tidy(scaled(reference, Fraction(str(limit.factor)))))


def _state(case: Case, word: str) -> bool | None:
    """Whether a state about the baseline holds; without a baseline it is taken as normal."""
    baseline = case.baseline
    if baseline is None:
        return word == "baseline_not_high"
    end = "lln" if word == "baseline_low" else "uln"
    reference = case.references[f"baseline_{end}"]
    reference = case.references[end] if reference is None else reference
    if reference is None:
        return None
    if word == "baseline_low":
        return tidy(baseline) < tidy(reference)
    return (tidy(baseline) > tidy(reference)) == (word == "baseline_high")


def _row_holds(case: Case, row: Row, words: Mapping[str, bool]) -> bool | None:
    if row.only_if_given and case.baseline is None:
        return False
    first, *others = case.options.comparisons(row.limits, row.as_written)
    # "> ULN and > baseline" at the baseline itself: only the ULN can speak.
    others = [limit for limit in others if limit.reference != "baseline" or not case.is_at_baseline]
    said: list[bool | None] = [_holds(case, limit) for limit in (first, *others)]
    for word in row.when:
        if word in OPPOSITES:
            said.append(not words[OPPOSITES[word]])
        else:
            said.append(words[word] if word in words else _state(case, word))
    if False in said:
        return False
    return None if None in said else True


def _judge(case: Case, term: Term) -> _Judged:
    """The grades that a term leaves open, over every sense of the clinical words that were not stated."""
    asked = [*term.asks, *([SILENT] if term.is_silent_somewhere else [])]
    senses = [_senses(case, word) for word in asked]
    found = [_under(case, term, dict(zip(asked, sense, strict=True))) for sense in product(*senses)]
    if case.options.unstated == "worst":
        found = [max(found, key=lambda one: (one.possible[-1], one.possible[0]))]
    possible = sorted({_raised(case, term, one) for judged in found for one in judged.possible})
    missing = [name for judged in found for name in judged.missing]
    open_words = [word for word in asked if len(_senses(case, word)) > 1 and word != SILENT]
    if len({judged.possible for judged in found}) > 1:
        missing += open_words
    return _Judged(
        term=term,
        possible=tuple(possible),
        rows=tuple(dict.fromkeys(row for judged in found for row in judged.rows)),
        missing=tuple(dict.fromkeys(missing)),
    )


def _senses(case: Case, word: str) -> tuple[bool, ...]:
    if case.is_at_baseline and word in OPPOSITES.values():
        return (False,)  # "if on anticoagulation" opens a rule relative to the baseline
    return (case.clinical[word],) if word in case.clinical else (False, True)


def _under(case: Case, term: Term, words: Mapping[str, bool]) -> _Judged:
    """The grades that a term leaves open when every clinical word is settled."""
    held = [(row, _row_holds(case, row, words)) for row in term.rows]
    lowest = max((row.grade for row, yes in held if yes), default=0)
    maybe = [row for row, yes in held if yes is None and row.grade > lowest]
    rows = [row for row, yes in held if yes and row.grade == lowest] + maybe
    missing = [name for row in maybe for name in _absent(case, row)]
    possible = tuple(sorted({lowest, *(row.grade for row in maybe)}))
    return _Judged(term=term, possible=possible, rows=tuple(rows), missing=tuple(missing))


def _absent(case: Case, row: Row) -> list[str]:
    wanted = [limit.reference for limit in row.limits if limit.reference != "value"]
    if any(word in BASELINE_STATES and _state(case, word) is None for word in row.when):
        wanted.append("lln" if "baseline_low" in row.when else "uln")
    return [name for name in wanted if case.references[name] is None]


def _raised(case: Case, term: Term, reached: int) -> int:
    """The grade after the words that stand behind an "or"; a value without a grade is not raised."""
    stated = [level for word, level in term.words.items() if case.clinical.get(word)]
    return max([reached, *stated]) if reached else 0


def _drop_opposite(judged: list[_Judged]) -> list[_Judged]:
    """Without the other side of the reference range once one side is certainly graded: a value is not both."""
    certain = {one.term.side for one in judged if one.possible[0] > 0}
    return [one for one in judged if one.term.side in certain] if certain else judged


def _combine(judged: list[_Judged]) -> tuple[int, ...]:
    return tuple(sorted({max(grades) for grades in product(*(one.possible for one in judged))}))


def _reasons(case: Case, judged: _Judged) -> list[Reason]:
    unit = "" if case.unit == "1" else f" {case.unit}"
    value = ("value", f"{case.value}{unit}")
    rule = f"CTCAE {case.version.version} {judged.term.name}"
    if not judged.rows:
        says = f"no limit of {judged.term.name} is passed"
        return [Reason(rule=rule, says=says, used=(value,))]
    reasons = []
    for row in judged.rows:
        used = [value]
        for name in dict.fromkeys(limit.reference for limit in row.limits if limit.reference != "value"):
            number = case.references[name]
            used.append((name, "unknown" if number is None else f"{number_text(number)}{unit}"))
        used += [(word, _said(case.clinical.get(word))) for word in row.asks if word != SILENT]
        says = "the standard prints no grade here" if SILENT in row.when else str(row)
        reasons.append(Reason(rule=f"{rule} grade {row.grade}", says=says, used=tuple(used)))
    stated = [(word, "yes") for word, level in judged.term.words.items() if case.clinical.get(word) and level]
    if stated and judged.possible[-1] > 0:
        reasons.append(Reason(rule=rule, says="a clinical word raises the grade", used=tuple(stated)))
    return reasons


def _said(word: bool | None) -> str:
    return "unknown" if word is None else "yes" if word else "no"


def _conventions(case: Case, judged: list[_Judged], possible: tuple[int, ...]) -> tuple[str, ...]:
    terms = [one.term for one in judged]
    said = [case.version.says, "a value on a limit belongs to the lower grade", *case.options.said(terms)]
    said += case.options.side_said(case.terms)
    said += _about_baseline(case, terms)
    said += _about_columns(case, possible)
    if any(term.words for term in terms):
        said.append('clinical words behind an "or" count only when stated')
    lln, uln = case.references["lln"], case.references["uln"]
    within = lln is not None and case.value.certainly(">=", lln) and case.value.certainly("<=", uln or float("inf"))
    if within and possible[-1] > 0 and lln:
        said.append("the value lies within the laboratory's reference range; the limit of the standard decides")
    said += dict.fromkeys(term.note for term in terms if term.note)
    said += [f"{t.name}: v{case.version.version} text not read, limits of v5.0 carried over" for t in terms if t.unread]
    return (*said, *sides_not_graded(case.version, case.analyte, case.options.side))


def _about_baseline(case: Case, terms: list[Term]) -> list[str]:
    states = {word for term in terms for row in term.rows for word in row.when if word.startswith("baseline")}
    if not any(limit.reference == "baseline" for term in terms for row in term.rows for limit in row.limits):
        return []
    if case.is_at_baseline:
        return ["post_baseline=False: not after the baseline, graded by the reference range"]
    said = [f"post_baseline={case.post_baseline}: {'after' if case.post_baseline else 'not after'} the baseline"]
    if case.references["baseline"] is None:
        by_range = states or any(row.only_if_given for term in terms for row in term.rows)
        return [*said, "no baseline given: graded by the reference range"] if by_range else said
    end = "lln" if states == {"baseline_low"} else "uln"
    if states and case.references[f"baseline_{end}"] is None:
        said.append(f"the baseline was judged by today's {end.upper()} (no baseline_{end} given)")
    return said


def _about_columns(case: Case, possible: tuple[int, ...]) -> list[str]:
    """A sentence when the limits printed in another unit give another grade."""
    choices: tuple[LimitsUsed, ...] = ("si", "us")
    for limits in choices:
        other = replace(case, options=replace(case.options, limits=limits))
        found = _combine(_drop_opposite([_judge(other, term) for term in other.terms]))
        if found != possible:
            grades = "-".join(dict.fromkeys((str(found[0]), str(found[-1]))))
            return [f"by the limits printed in {limits.upper()} units the grade is {grades} (limits={limits!r})"]
    return []
