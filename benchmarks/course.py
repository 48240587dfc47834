"""Seconds to read and check a course of 2,000 entries, from JSON text and from YAML text.

    python benchmarks/course.py [ENTRIES]

The course is made up. The figure of each format is the best of five runs in one process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import yaml

from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import parse_course

FIRST_DAY = date(2015, 1, 1)


def entries(count: int) -> Iterator[dict[str, Any]]:
    """Laboratory values, visits, CT with lesions, and RLT cycles, a day apart."""
    yield entry(0, "therapy_line", regimen="rlt", ongoing=True)
    for n in range(1, count):
        if n % 10 == 1:
            yield entry(n, "clinic_visit", ecog=1, karnofsky_pct=90, weight_kg=72.5, mass_symptoms=False)
        elif n % 10 == 2:
            lesions = [{"lesion": f"L{i}", "role": "target", "organ": "liver", "diameter_mm": 20 + i} for i in range(5)]
            yield entry(n, "ct_mri", modality="ct", liver_lesion_count=">10", tumour_burden="low", lesions=lesions)
        elif n % 100 == 3:
            agent = "[177Lu]Lu-DOTATATE"
            number = n // 100 + 1
            yield entry(n, "rlt_cycle", line="e0", number=number, radiopharmaceutical=agent, activity_mbq="7.4 GBq")
        else:
            yield entry(n, "laboratory", analyte="haemoglobin", value=12.8, unit="g/dL", lower_limit=12.0)


def entry(nth: int, kind: str, **fields: Any) -> dict[str, Any]:
    """One entry with what every entry has."""
    day = FIRST_DAY + timedelta(days=nth)
    return {"kind": kind, "id": f"e{nth}", "date": day.isoformat(), "recorded_by": "made up", **fields}


def best_seconds(text: str, name: str) -> float:
    """The least time of five readings."""
    times_s = []
    for _ in range(5):
        begin = perf_counter()
        parse_course(text, name)
        times_s.append(perf_counter() - begin)
    return min(times_s)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    head = {"lutetia": "course/1", "made_up": True, "patient": {"id": "BENCH", "birth": "1960"}}
    course = {**head, "entries": list(entries(count))}
    as_json = json.dumps(course)
    as_yaml = yaml.safe_dump(course, sort_keys=False)
    begin = perf_counter()
    read = parse_course(as_json, "course.json")
    print(f"{count} entries, JSON, first reading of the process: {perf_counter() - begin:.3f} s")
    print(f"{count} entries, JSON: {best_seconds(as_json, 'course.json'):.3f} s")
    print(f"{count} entries, YAML: {best_seconds(as_yaml, 'course.yaml'):.3f} s")
    begin = perf_counter()
    Timeline(read, date(2030, 1, 1)).laboratory("haemoglobin")
    print(f"{count} entries, timeline and one reading: {perf_counter() - begin:.3f} s")


if __name__ == "__main__":
    main()
