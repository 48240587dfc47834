"""Worst laboratory grade after baseline by arm: CTCAE, version named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lutetia.errors import InputError
from lutetia.results.printed import INDENT, in_one_line
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.scoring.ctcae.many import grade_many
from lutetia.scoring.ctcae.options import Sides
from lutetia.trial.adam import Dataset, TrialData
from lutetia.trial.arms import arms_of

ANALYTES: dict[str, tuple[str, Sides, str]] = {
    "HGB": ("haemoglobin", "low", "Anaemia (haemoglobin)"),
    "PLAT": ("platelets", "low", "Platelet count decreased"),
    "NEUT": ("neutrophils", "low", "Neutrophil count decreased"),
    "LYM": ("lymphocytes", "low", "Lymphocyte count decreased"),
    "CREAT": ("creatinine", "high", "Creatinine increased"),
}
GRADES = (0, 1, 2, 3, 4)


def laboratory_table(data: TrialData, *, version: str, key: str = "table-lab") -> Table:
    """Patients by worst grade after baseline of each analyte. A value of several possible grades counts as the lowest;
    an analyte that cannot be graded has no row and a note says why."""
    arms = arms_of(data, "SAFFL")
    side_of = dict(zip(arms.subjects, arms.arm.tolist(), strict=True))
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes = [
        f"CTCAE version {version}, worst value after baseline, by limits of normal and the patient's baseline; "
        "where a grade hangs on symptoms too, the lowest that fits.",
        "Patients without a value after baseline are not counted.",
    ]
    for code, (analyte, side, words) in ANALYTES.items():
        worst, why = _worst(data.adlb.where(PARAMCD=code), analyte, side, version, side_of)
        if why:
            notes.append(f"{words}: not graded, {why}")
            continue
        printed.append(TableRow(cells=(f"{words}",), kind="heading"))
        counts = Counter((side_of[subject], grade) for subject, grade in worst.items())
        for name, number in zip(arms.names, (1, 0), strict=True):
            row_counts = [counts[number, grade] for grade in GRADES]
            printed.append(TableRow(cells=(INDENT + name, str(sum(row_counts)), *(str(c) for c in row_counts))))
            for grade, count in zip(GRADES, row_counts, strict=True):
                records.append(
                    record("count", count, analysis=f"CTCAE {version}", term=words, level=f"grade {grade}", group=name,
                           n=sum(row_counts))
                )  # fmt: skip
    return Table(
        key=key,
        title="Worst laboratory grade after baseline, safety set",
        head=("", "Patients", *(f"Grade {grade}" for grade in GRADES)),
        rows=tuple(printed),
        records=tuple(records),
        notes=tuple(notes),
    )


def _worst(
    values: Dataset, analyte: str, side: Sides, version: str, side_of: Mapping[str, int]
) -> tuple[dict[str, int], str]:
    """The worst grade after baseline of each patient of the set, and why there is none."""
    base_day = {row["USUBJID"]: row["ADT"] for row in values.where(ABLFL="Y").rows()}
    rows = [
        row
        for row in values.rows()
        if row["ABLFL"] != "Y"
        and row["USUBJID"] in side_of
        and not (row["USUBJID"] in base_day and row["ADT"] is not None and row["ADT"] < base_day[row["USUBJID"]])
    ]  # what was measured before the baseline is not after it
    if not rows:
        return {}, "no values after baseline"
    try:
        graded = grade_many(
            analyte,
            [row["AVAL"] for row in rows],
            [row["AVALU"] for row in rows],
            version,
            lln=[row["ANRLO"] for row in rows],
            uln=[row["ANRHI"] for row in rows],
            baseline=[row["BASE"] for row in rows],
            post_baseline=True,
            baseline_rule="post_baseline_only",
            unstated="range",
            limits="as_reported",
            integer_bands="half_open",
            side=side,
        )
    except InputError as error:
        return {}, in_one_line(error)
    worst: dict[str, int] = {}
    for row, grade in zip(rows, graded.low.tolist(), strict=True):
        if grade >= 0:
            worst[row["USUBJID"]] = max(worst.get(row["USUBJID"], 0), grade)
    return worst, ""
