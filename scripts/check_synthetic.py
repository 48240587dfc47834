"""Compare the made-up ITANET-like cohort with what S000 prints: margins and medians, mean over simulated cohorts.

    python scripts/check_synthetic.py               200 cohorts of 201 patients: about a minute
    python scripts/check_synthetic.py --cohorts 20  quicker, less sure

Courses are generated, selected and analysed as any others are (lutetia.cohort, lutetia.survival). Exit code 1 when a
median PFS of a line, over all patients or by treatment, is more than 5 % off.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData, analysis_data
from lutetia.cohort.study import Study
from lutetia.dates import DAYS_PER_MONTH
from lutetia.exchange.itanet_draw import margins
from lutetia.exchange.studies import read_study
from lutetia.exchange.synthetic import itanet_like
from lutetia.survival import FollowUp, kaplan_meier

STUDY = Path(__file__).resolve().parents[1] / "examples" / "itanet-like" / "study.yaml"
TOLERANCE = 0.05
_COLUMNS = {"G1": ("grade", "G1"), "G2": ("grade", "G2"), "male": ("sex", "male"), "female": ("sex", "female")}
_COLUMNS |= {"Ki-67 up to 10": ("ki67_class", "<=10"), "Ki-67 above 10": ("ki67_class", ">10")}
_COLUMNS |= {"resected": ("primary_resected", True), "not resected": ("primary_resected", False)}
_COLUMNS |= {"extrahepatic": ("extrahepatic_disease", True), "not extrahepatic": ("extrahepatic_disease", False)}


def belongs(row: Mapping[str, Any], name: str) -> bool:
    """Whether a patient is in a group of the table of medians."""
    if name == "all":
        return True
    if name.startswith(("first ", "second ")):
        line, treatment = name.split()
        return bool(row[f"treatment_of_line_{1 if line == 'first' else 2}"] == treatment)
    column, value = _COLUMNS.get(name, ("group", name))
    return bool(row[column] == value)


def median_months(rows: Sequence[Mapping[str, Any]], endpoint: str) -> float:
    """The Kaplan-Meier median in months; NaN where it is not reached."""
    pairs = [(row[f"{endpoint}_days"], row[f"{endpoint}_event"]) for row in rows if row[f"{endpoint}_days"] is not None]
    days, event = zip(*pairs, strict=True)
    found = kaplan_meier(FollowUp(stop=days, event=event)).median().estimate
    return float("nan") if found is None else float(found) / DAYS_PER_MONTH


def counts_of(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    """How many patients of a cohort are in each row of Table 1, of the lines, and of the sequences."""
    for name in (*_COLUMNS, "SSA-RLT", "RLT-other", "SSA-other"):
        yield name, sum(belongs(row, name) for row in rows)
    for line in ("first", "second"):
        for treatment in ("SSA", "RLT", "TT", "CHT"):
            yield f"{line} {treatment}", sum(belongs(row, f"{line} {treatment}") for row in rows)
    yield "functional", sum(row["functional"] is True for row in rows)
    yield "Ki-67 missing", sum(row["ki67_pct"] is None for row in rows)
    yield "metastatic", sum(row["stage"] == "metastatic" for row in rows)
    yield "responded to line 1", sum(row["DOR_days"] is not None for row in rows)
    yield "deaths", sum(row["OS_event"] == 1 for row in rows)


# Expected counts that stand in the paper (S000) but not in the table of margins as they are.
_PRINTED = {"G2": 149, "Ki-67 up to 10": 144, "Ki-67 missing": 12, "female": 83, "not resected": 103}
_PRINTED |= {"not extrahepatic": 153, "SSA-RLT": 35, "RLT-other": 35, "SSA-other": 93, "responded to line 1": 30}


def printed_counts() -> dict[str, int]:
    """The counts of S000 by the names used here."""
    names = {"male": "male", "g1": "G1", "ki67_above_10": "Ki-67 above 10", "functional": "functional"}
    names |= {"resected": "resected", "extrahepatic": "extrahepatic", "metastatic": "metastatic"}
    found = {names[row["what"]]: row["count"] for row in margins()["counts"] if row["what"] in names}
    found |= {f"first {row['group']}": row["count"] for row in margins()["first_line"]}
    table = margins()["second_line"]
    found |= {f"second {group}": sum(row[group] for row in table.values()) for group in ("SSA", "RLT", "TT", "CHT")}
    return found | _PRINTED


def simulate(
    study: Study, cohorts: int, first_seed: int
) -> tuple[dict[str, list[int]], dict[tuple[str, str], list[float]]]:
    """Counts and medians of each simulated cohort."""
    counts: dict[str, list[int]] = defaultdict(list)
    medians: dict[tuple[str, str], list[float]] = defaultdict(list)
    for seed in range(first_seed, first_seed + cohorts):
        data: AnalysisData = analysis_data(itanet_like(margins()["patients"], seed), study)
        rows = [dict(zip(data.columns, row, strict=True)) for row in data.rows]
        for name, count in counts_of(rows):
            counts[name].append(count)
        for aim in margins()["medians_months"]:
            mine = [row for row in rows if belongs(row, aim["of"])]
            medians[aim["endpoint"], aim["of"]].append(median_months(mine, aim["endpoint"]))
    return counts, medians


def is_aim(aim: Mapping[str, Any]) -> bool:
    """Whether a median is one of those that must come within 5 %: PFS of a line, of all or by treatment."""
    return aim["endpoint"] in ("PFS1", "PFS2") and aim["of"].startswith(("all", "first ", "second "))


def main() -> int:
    """Print both tables; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1000)
    options = parser.parse_args()
    counts, medians = simulate(read_study(STUDY), options.cohorts, options.first_seed)
    print(f"{'count':24s} {'S000':>6s} {'mean':>8s}")
    for name, found in counts.items():
        print(f"{name:24s} {printed_counts().get(name, ''):>6} {np.mean(found):8.2f}")
    print(f"\n{'median, months':24s} {'S000':>6s} {'mean':>8s} {'off':>8s}")
    missed = 0
    for aim in margins()["medians_months"]:
        mean = float(np.nanmean(medians[aim["endpoint"], aim["of"]]))
        off = mean / aim["months"] - 1
        missed += is_aim(aim) and abs(off) > TOLERANCE
        name = f"{aim['endpoint']} {aim['of']}"
        print(f"{name:24s} {aim['months']:6.1f} {mean:8.2f} {100 * off:+7.1f} %{' *' if is_aim(aim) else ''}")
    print(f"\n* must come within {TOLERANCE:.0%}; missed: {missed}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
