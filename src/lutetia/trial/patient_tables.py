"""Tables of patients by arm: baseline of the full analysis set, exposure and disposition of the safety set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lutetia.results.printed import INDENT, NONE, count_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.adam import TrialData
from lutetia.trial.arms import Arms, arms_of

NUMBERS = {"AGE": "Age, years", "KI67": "Ki-67, %", "DIAGMO": "Months since diagnosis"}
LEVELS = {
    "SEX": "Sex",
    "STRAT1": "Grade",
    "STRAT2": "Origin (stratum)",
    "PRIMSITE": "Primary tumour",
    "KPS": "Karnofsky performance status",
    "UPTAKE": "Somatostatin receptor uptake score",
}
FLAGS = {
    "LIVERFL": "Liver metastases",
    "BONEFL": "Bone metastases",
    "NODEFL": "Lymph-node metastases",
    "PERITFL": "Peritoneal metastases",
    "PRSSAFL": "Earlier somatostatin analogue",
}


def baseline_table(data: TrialData, *, key: str = "table-1") -> Table:
    """Table 1: baseline by arm. Percentages are of all patients of the arm; who is not known stands in a row."""
    arms = arms_of(data, "FASFL")
    made = _Made(arms, "baseline")
    for column, title in NUMBERS.items():
        made.number(title, arms.facts[column])
    for column, title in LEVELS.items():
        made.levels(title, arms.facts[column])
    for column, title in FLAGS.items():
        made.flag(title, arms.facts[column])
    return made.table(key, "Baseline", ("No tests of baseline differences: arms were made by chance.",))


def exposure_table(data: TrialData, *, key: str = "table-2") -> Table:
    """Table 2: treatment given in the safety set, and how it ended."""
    arms = arms_of(data, "SAFFL")
    made = _Made(arms, "exposure")
    facts = arms.facts
    dates = zip(facts["TRTSDT"], facts["TRTEDT"], strict=True)
    weeks = [None if first is None or last is None else ((last - first).days + 1) / 7 for first, last in dates]
    made.number("Weeks from first to last dose", weeks)
    made.levels("Cycles of 177Lu-DOTATATE", facts["NCYCLE"], only_known=True)
    made.number("Cumulative activity, GBq", facts["CUMGBQ"], only_known=True)
    made.flag("On randomised treatment at cut-off", facts["ONTRTFL"])
    made.levels("Treatment ended for", facts["DCTREAS"], only_known=True)
    made.flag("Crossed over", facts["XOVERFL"])
    return made.table(key, "Exposure", ("Cycles and activity: of those who received any.",))


class _Made:
    """Rows and records of a table by arm, as they are made."""

    def __init__(self, arms: Arms, analysis: str) -> None:
        self.arms, self.analysis = arms, analysis
        self.printed: list[TableRow] = []
        self.records: list[dict[str, Any]] = []

    def table(self, key: str, title: str, notes: tuple[str, ...]) -> Table:
        """The table of the rows made so far."""
        head = ("", *(f"{name} (n = {n})" for name, n in zip(self.arms.names, self.arms.n, strict=True)))
        return Table(
            key=key,
            title=f"{title}, {self.arms.set_name}",
            head=head,
            rows=tuple(self.printed),
            records=tuple(self.records),
            notes=("Counts with %; numbers as median (quartiles).", *notes),
        )

    def number(self, title: str, values: Sequence[float | None], *, only_known: bool = False) -> None:
        """Median and quartiles of each side, and how many are not known."""
        cells, lacking = [], []
        for name, side in zip(self.arms.names, self.arms.sides(), strict=True):
            known = np.array([float(v) for v, mine in zip(values, side, strict=True) if mine and v is not None])
            lacking.append(int(side.sum()) - known.size)
            if known.size == 0:
                cells.append(NONE)
                continue
            low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
            cells.append(f"{middle:.1f} ({low:.1f}–{high:.1f})")
            self._record("median", title, "", name, float(middle), known.size)
            self._record("lower_quartile", title, "", name, float(low), known.size)
            self._record("upper_quartile", title, "", name, float(high), known.size)
        self.printed.append(TableRow(cells=(title, *cells)))
        if any(lacking) and not only_known:
            self._counts(f"{INDENT}not known", title, "not known", (lacking[0], lacking[1]))

    def levels(self, title: str, values: Sequence[Any], *, only_known: bool = False) -> None:
        """A count for each level, in the order of the levels; who is not known has a row unless that is no level."""
        known = sorted({value for value in values if value is not None}, key=_rank)
        self.printed.append(TableRow(cells=(title, "", "")))
        for level in known:
            counts = self.arms.count([value == level for value in values])
            self._counts(f"{INDENT}{level}", title, str(level), counts)
        missing = self.arms.count([value is None for value in values])
        if any(missing) and not only_known:
            self._counts(f"{INDENT}not known", title, "not known", missing)

    def flag(self, title: str, values: Sequence[str | None]) -> None:
        """A count of Y; who is not known has a row."""
        self._counts(title, title, "Y", self.arms.count([value == "Y" for value in values]))
        missing = self.arms.count([value is None for value in values])
        if any(missing):
            self._counts(f"{INDENT}not known", title, "not known", missing)

    def _counts(self, label: str, term: str, level: str, counts: tuple[int, int]) -> None:
        cells = [count_text(count, n) for count, n in zip(counts, self.arms.n, strict=True)]
        self.printed.append(TableRow(cells=(label, *cells)))
        for name, count, n in zip(self.arms.names, counts, self.arms.n, strict=True):
            self._record("count", term, level, name, count, n)

    def _record(self, statistic: str, term: str, level: str, group: str, value: float, n: int) -> None:
        self.records.append(record(statistic, value, analysis=self.analysis, term=term, level=level, group=group, n=n))


def _rank(value: Any) -> tuple[int, Any]:
    """Numbers before words, "elsewhere" and "other" last."""
    if isinstance(value, int | float):
        return (0, value)
    return (2 if str(value) in ("elsewhere", "other") else 1, str(value))
