"""Tables 4 and 5: patients with treatment-emergent adverse events, by term and by class of special interest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lutetia.results.printed import INDENT, count_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.adam import TrialData
from lutetia.trial.arms import Arms, arms_of

SEVERE, SEVERE_PCT = 3, 2.0
Chosen = Callable[[dict[str, Any]], bool]
NOTES = (
    "Patients with at least one event that began on treatment or within its window (TRTEMFL), each counted once a row "
    "with the worst grade; % of the safety set.",
    "An event without a grade counts as any grade and never as grade 3 or more.",
)


def adverse_event_table(data: TrialData, *, key: str = "table-4", common_pct: float = 10.0) -> Table:
    """Table 4: any event, grade 3 or more, serious, related; then terms seen in `common_pct` % of an arm or severe in
    2 %, the most frequent first."""
    made = _Made(data)
    for words, chosen in (
        ("Any adverse event", lambda row: True),
        ("Related to treatment", lambda row: row["AREL"] == "Y"),
        ("Serious", lambda row: row["AESER"] == "Y"),
        ("Serious and related", lambda row: row["AESER"] == "Y" and row["AREL"] == "Y"),
    ):
        made.row(words, chosen)
    made.heading("By term")
    for term in made.terms("AEDECOD", common_pct):
        made.row(INDENT + term, lambda row, term=term: row["AEDECOD"] == term)  # type: ignore[misc]
    notes = (
        *NOTES,
        f"Terms of at least {common_pct:g} % of the patients of an arm, or of grade 3 or more in {SEVERE_PCT:g} %.",
    )
    return made.table(key, "Adverse events", notes)


def special_interest_table(data: TrialData, *, key: str = "table-5") -> Table:
    """Table 5: the classes of special interest (CQ01NAM) and the terms of each."""
    made = _Made(data)
    classes = sorted({name for name in data.adae["CQ01NAM"] if name is not None})
    for name in classes:
        made.row(name.capitalize(), lambda row, name=name: row["CQ01NAM"] == name)  # type: ignore[misc]
        terms = sorted({row["AEDECOD"] for row in made.events if row["CQ01NAM"] == name})
        for term in terms if len(terms) > 1 else []:
            made.row(INDENT + term, lambda row, term=term: row["AEDECOD"] == term)  # type: ignore[misc]
    notes = (
        *NOTES,
        "A class holds what the trial's search definition puts into it (CQ01NAM); no dictionary is here.",
    )
    return made.table(key, "Adverse events of special interest", notes)


class _Made:
    """Rows and records, as they are made."""

    def __init__(self, data: TrialData) -> None:
        self.arms: Arms = arms_of(data, "SAFFL")
        self.side_of = dict(zip(self.arms.subjects, self.arms.arm.tolist(), strict=True))
        emergent = data.adae.where(TRTEMFL="Y").rows()
        self.events = [row for row in emergent if row["USUBJID"] in self.side_of]
        self.printed: list[TableRow] = []
        self.records: list[dict[str, Any]] = []

    def heading(self, words: str) -> None:
        """A row that opens a block."""
        self.printed.append(TableRow(cells=(words,), kind="heading"))

    def row(self, words: str, chosen: Chosen) -> None:
        """Patients with such an event, any grade and grade 3 or more, in each arm."""
        found = [row for row in self.events if chosen(row)]
        severe = [row for row in found if row["AETOXGR"] is not None and row["AETOXGR"] >= SEVERE]
        cells = [words]
        for number, name, n in zip((1, 0), self.arms.names, self.arms.n, strict=True):
            for level, rows in (("any grade", found), ("grade 3 or more", severe)):
                count = len({row["USUBJID"] for row in rows if self.side_of[row["USUBJID"]] == number})
                cells.append(count_text(count, n))
                self.records.append(
                    record("count", count, analysis="adverse events", term=words.strip(), level=level, group=name, n=n)
                )
        self.printed.append(TableRow(cells=tuple(cells)))

    def terms(self, column: str, common_pct: float) -> list[str]:
        """Terms frequent enough in an arm, the most frequent first."""
        patients: dict[str, dict[int, set[str]]] = {}
        severe: dict[str, dict[int, set[str]]] = {}
        for row in self.events:
            side = self.side_of[row["USUBJID"]]
            patients.setdefault(row[column], {0: set(), 1: set()})[side].add(row["USUBJID"])
            if row["AETOXGR"] is not None and row["AETOXGR"] >= SEVERE:
                severe.setdefault(row[column], {0: set(), 1: set()})[side].add(row["USUBJID"])
        n = {1: self.arms.n[0], 0: self.arms.n[1]}

        def share_pct(seen: dict[int, set[str]] | None) -> float:
            return max((100 * len(seen[side]) / n[side] if n[side] else 0.0) for side in (0, 1)) if seen else 0.0

        kept = [
            term
            for term, seen in patients.items()
            if share_pct(seen) >= common_pct or share_pct(severe.get(term)) >= SEVERE_PCT
        ]
        return sorted(kept, key=lambda term: (-len(patients[term][1]) - len(patients[term][0]), term))

    def table(self, key: str, title: str, notes: tuple[str, ...]) -> Table:
        """The table of the rows made so far."""
        head = [""]
        for name, n in zip(self.arms.names, self.arms.n, strict=True):
            head += [f"{name} (n = {n}), any grade", "grade 3 or more"]
        return Table(
            key=key,
            title=f"{title}, {self.arms.set_name}",
            head=tuple(head),
            rows=tuple(self.printed),
            records=tuple(self.records),
            notes=notes,
        )
