"""What the points share: a made-up patient as SDTM tables, faults counted, time taken."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lutetia.errors import InputError

Rows = list[dict[str, Any]]
Line = tuple[str, str, str, bool]
START = date(2024, 1, 1)


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def made_up(sums: dict[str, list[float]], days: list[int] | None = None) -> tuple[Rows, Rows]:
    """TU and TR of one made-up patient: lesion (N…: a node) → its diameters in mm, visit after visit."""
    tu, tr = [], []
    for name, sizes in sums.items():
        organ, test = ("LYMPH NODE", "LPERP") if name.startswith("N") else (f"ORGAN {name}", "LDIAM")
        who = {"USUBJID": "MU-1", "VISITNUM": 1, "VISIT": "V1"}
        tu.append(who | {"TULNKID": name, "TUTESTCD": "TUMIDENT", "TUSTRESC": "TARGET", "TULOC": organ, "TUEVAL": "R"})
        for at, size in enumerate(sizes, start=1):
            day = (START + timedelta(days=days[at - 1])).isoformat() if days else ""
            row = {"USUBJID": "MU-1", "TREVAL": "R", "TRLNKID": name, "TRTESTCD": test, "TRDTC": day}
            tr.append(row | {"TRSTRESN": str(size), "TRSTRESU": "mm", "VISITNUM": at, "VISIT": f"V{at}"})
    return tu, tr


def refusals(work: Callable[[], Any]) -> list[str]:
    """The faults with which some work is refused; none where it is not."""
    try:
        work()
    except InputError as refused:
        return [str(fault) for fault in refused.faults]
    return []


def seconds(work: Callable[[], Any]) -> float:
    """Seconds of one core that the shortest of three runs takes, whatever else the machine does meanwhile."""
    runs = []
    for _ in range(3):
        begun = time.process_time()
        work()
        runs.append(time.process_time() - begun)
    return min(runs)
