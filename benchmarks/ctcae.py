"""Seconds to grade a table of made-up laboratory values by CTCAE, version 5.0 and 6.0; stated limit: 1e6 rows in 1 s.

    python benchmarks/ctcae.py [ROWS]

Analyte and unit are lists of text, mixed row by row, as a laboratory file brings them. Best of five runs, one process.
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np

from lutetia.scoring import ctcae

# analyte, unit, lowest and highest value, lower and upper limit of the reference range: made up
ANALYTES = [
    ("haemoglobin", "g/dL", 6, 16, 12, 16),
    ("platelets", "10^9/L", 5, 400, 150, 400),
    ("neutrophils", "/mm3", 50, 8000, 1800, 7000),
    ("leukocytes", "1e9/L", 0.5, 12, 4, 10),
    ("lymphocytes", "1e9/L", 0.1, 5, 1, 3.5),
    ("alt", "U/L", 5, 900, 5, 40),
    ("ast", "U/L", 5, 900, 5, 35),
    ("alp", "U/L", 30, 2500, 40, 100),
    ("bilirubin", "umol/L", 3, 200, 3, 20),
    ("creatinine", "umol/L", 40, 700, 50, 100),
    ("egfr", "mL/min/1.73m2", 5, 120, 90, 120),
    ("sodium", "mmol/L", 115, 165, 135, 145),
    ("potassium", "mmol/L", 2, 8, 3.5, 5),
    ("calcium", "mg/dL", 5, 15, 8.5, 10.5),
    ("glucose", "mmol/L", 1.5, 30, 3.9, 5.6),
    ("albumin", "g/L", 15, 50, 35, 50),
]


def table(rows: int) -> dict[str, object]:
    """Arguments of `grade_many`: mixed analytes, half of the rows with a raised baseline."""
    lot = np.random.default_rng(20261120)
    which = lot.integers(0, len(ANALYTES), rows)
    low, high, lln, uln = (np.array([row[place] for row in ANALYTES], dtype=float)[which] for place in (2, 3, 4, 5))
    return {
        "analyte": [ANALYTES[place][0] for place in which],
        "unit": [ANALYTES[place][1] for place in which],
        "value": np.round(low + (high - low) * lot.random(rows), 2),
        "lln": lln,
        "uln": uln,
        "baseline": np.where(lot.random(rows) < 0.5, 1.2 * uln, np.nan),
    }


CHOICES = {
    "post_baseline": True,
    "baseline_rule": "post_baseline_only",
    "unstated": "range",
    "limits": "as_reported",
    "integer_bands": "half_open",
    "side": "both",
}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    given = table(rows)
    for version in ("5.0", "6.0"):
        times_s = []
        for _ in range(5):
            begin = perf_counter()
            grades = ctcae.grade_many(version=version, **given, **CHOICES)  # type: ignore[arg-type]
            times_s.append(perf_counter() - begin)
        counts = np.bincount(grades.low, minlength=5).tolist()
        print(f"CTCAE v{version}, {rows} values: {min(times_s):.3f} s (lowest grades 0 to 4: {counts})")


if __name__ == "__main__":
    main()
