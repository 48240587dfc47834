"""Seconds for a board sheet as HTML and as PDF after start, and for 1,000 assessments, on made-up patients.

    python benchmarks/board.py [COUNT]

Sheets are those of the example courses; the first of each kind is given apart, because it loads templates and fonts.
The 1,000 assessments are of flat records that differ in a few fields, every section of the answer computed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from time import perf_counter
from typing import Any

from lutetia.course.timeline import Timeline
from lutetia.exchange import examples
from lutetia.exchange.courses import read_course
from lutetia.guideline.assessment import Assessment, assess
from lutetia.guideline.derive import facts_on
from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.knowledge import Knowledge
from lutetia.reports import board_html, board_pdf
from lutetia.reports.board_json import as_object
from lutetia.reports.board_sheet import Sheet, sheet_of

HTML_LIMIT_S, PDF_LIMIT_S, RECORDS_LIMIT_S = 0.3, 1.5, 3.0


def timelines() -> list[Timeline]:
    """The example courses on the day of their board."""
    return [Timeline(read_course(path), examples.BOARD_DAY) for path in examples.course_files()]


def assessed(timeline: Timeline, knowledge: Knowledge) -> Assessment:
    """One example course assessed."""
    return assess(facts_on(timeline), knowledge, as_of=timeline.as_of)


def seconds_each(make: Callable[[Sheet], Any], sheets: list[Sheet]) -> list[float]:
    """The time of each sheet, in order."""
    times_s = []
    for sheet in sheets:
        begin = perf_counter()
        make(sheet)
        times_s.append(perf_counter() - begin)
    return times_s


def records(count: int, assessments: list[Assessment]) -> Iterator[dict[str, Any]]:
    """Flat records made from the examples; no two in a row are alike."""
    for number, assessment in enumerate(islice(cycle(assessments), count)):
        yield {**assessment.facts.record(), "age_years": 40 + number % 45, "crcl": 25 + number % 80}


def seconds_of_assessments(given: list[dict[str, Any]], knowledge: Knowledge) -> float:
    """The time to assess all records, every section of the answer computed."""
    begin = perf_counter()
    for record in given:
        as_object(assess(record, knowledge, as_of=examples.BOARD_DAY))
    return perf_counter() - begin


def report(name: str, times_s: list[float], limit_s: float) -> None:
    """The first, the mean and the worst of the others, beside the limit."""
    mean_s = sum(times_s[1:]) / len(times_s[1:])
    verdict = "kept" if max(times_s) <= limit_s else "BROKEN"
    rest = f"then mean {mean_s:.3f} s, worst {max(times_s[1:]):.3f} s"
    print(f"{name:<6} first {times_s[0]:.3f} s, {rest}; limit {limit_s} s {verdict}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    begin = perf_counter()
    knowledge = load_knowledge()
    print(f"knowledge loaded in {perf_counter() - begin:.3f} s")
    courses = timelines()
    assessments = [assessed(timeline, knowledge) for timeline in courses]
    sheets = [sheet_of(*pair) for pair in zip(assessments, courses, strict=True)]
    report("HTML", seconds_each(board_html.html, sheets), HTML_LIMIT_S)
    report("PDF", seconds_each(board_pdf.pdf, sheets), PDF_LIMIT_S)
    whole_s = seconds_of_assessments(list(records(count, assessments)), knowledge)
    kept = "kept" if whole_s <= RECORDS_LIMIT_S * count / 1000 else "BROKEN"
    print(f"{count} assessments in {whole_s:.2f} s; limit {RECORDS_LIMIT_S * count / 1000:g} s {kept}")


if __name__ == "__main__":
    main()
