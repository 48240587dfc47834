"""The mini timeline of a course as SVG text: tissue, imaging, procedures, therapy with RLT cycles, progression.

Drawn from the timeline alone: what is not recorded is not drawn. Shapes carry the meaning, not colour; labels never
overlap (they get rows of their own, and a label without room is left out, its mark stays). The strip ends at the
timeline's day. Partial dates are drawn in the middle of what they may mean, with a line over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from lutetia.course.therapy import RltCycle, TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.plots import strip_svg as svg
from lutetia.plots.strip_layout import Rows, Scale, shortened, text_width
from lutetia.plots.strip_svg import ACCENT, FONT, HAIR, INK, SOFT

WIDTH, LEFT, RIGHT = 460.0, 48.0, 452.0
ROW, TEXT, SMALL = 9.2, 6.8, 6.2
MOST_ROWS = 3
SHORTEST = timedelta(days=150)
REGIMENS = {
    "ssa_standard": "SSA",
    "ssa_high_dose": "SSA, high dose",
    "rlt": "RLT",
    "everolimus": "everolimus",
    "sunitinib": "sunitinib",
    "captem": "CAPTEM",
    "stz5fu": "STZ/5-FU",
    "folfox": "FOLFOX",
    "platinum_etoposide": "platinum/etoposide",
    "interferon": "interferon",
    "temozolomide": "temozolomide",
}
# Regimen → fill and text of its bar: families differ in lightness, so that grey print keeps them apart.
FILLS = {"rlt": (ACCENT, "#ffffff"), "ssa_standard": ("#e3e8ec", INK), "ssa_high_dose": ("#cfd7dd", INK)}
TARGETED = frozenset({"everolimus", "sunitinib", "interferon"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point in time with its shape and label."""

    when: PartialDate
    shape: str
    label: str


def course_strip(timeline: Timeline) -> str | None:
    """The strip of a course on the timeline's day as SVG text; None when there is nothing dated to draw."""
    tracks = [(name, marks) for name, marks in _tracks(timeline) if marks]
    lines = timeline.lines()
    dates = [mark.when for _, marks in tracks for mark in marks] + [line.date for line in lines]
    if not dates:
        return None
    drawing = _Drawing(_scale(timeline, dates))
    for name, marks in tracks:
        if name == "Progression":
            drawing.therapies(lines, timeline.known("rlt_cycle"))
        drawing.marks(name, marks)
    if not any(name == "Progression" for name, _ in tracks):
        drawing.therapies(lines, timeline.known("rlt_cycle"))
    return drawing.svg(f"Course until the board on {timeline.as_of}")


def _scale(timeline: Timeline, dates: list[PartialDate]) -> Scale:
    """From a little before the first date to the board's day."""
    last = timeline.as_of
    first = min(min(when.earliest for when in dates), last - SHORTEST)
    return Scale(first=first - (last - first) * 0.015, last=last, left=LEFT, right=RIGHT)


def _tracks(timeline: Timeline) -> list[tuple[str, list[Mark]]]:
    return [
        ("Tissue", [*_diagnosis(timeline), *_specimens(timeline)]),
        ("Imaging", list(_imaging(timeline))),
        ("Procedures", list(_procedures(timeline))),
        ("Progression", list(_progressions(timeline))),
    ]


def _diagnosis(timeline: Timeline) -> Iterator[Mark]:
    for entry in timeline.known("diagnosis")[:1]:
        yield Mark(when=entry.date, shape="ring", label="diagnosis")


def _specimens(timeline: Timeline) -> Iterator[Mark]:
    for entry in timeline.known("specimen"):
        ki67 = str(entry.ki67_pct) if _is_known(entry.ki67_pct) else ""
        yield Mark(when=entry.date, shape="triangle", label=f"Ki-67 {ki67} %" if ki67 else "Ki-67 not known")


def _imaging(timeline: Timeline) -> Iterator[Mark]:
    """Examinations that were performed, in the order they were made."""
    for entry in timeline.known("ct_mri", "sstr_imaging", "fdg_imaging"):
        if entry.status != "performed":
            continue
        if entry.kind == "ct_mri":
            words = {"ct": "CT", "mri": "MRI", "ct_and_mri": "CT+MRI"}
            yield Mark(when=entry.date, shape="square", label=words.get(str(entry.modality), "CT/MRI"))
        elif entry.kind == "sstr_imaging":
            words = {"pet": "SSTR PET", "scintigraphy": "SSTR scan"}
            yield Mark(when=entry.date, shape="dot", label=words.get(str(entry.modality), "SSTR"))
        else:
            yield Mark(when=entry.date, shape="diamond", label="FDG")


def _procedures(timeline: Timeline) -> Iterator[Mark]:
    for entry in timeline.known("procedure"):
        residual = f" {entry.residual}" if str(entry.residual) in {"R0", "R1", "R2"} else ""
        yield Mark(when=entry.date, shape="cross", label=entry.procedure.replace("_", " ") + residual)


def _progressions(timeline: Timeline) -> Iterator[Mark]:
    """Progressions stated by an assessment or a line, each day once; markers alone are named as such."""
    found: dict[PartialDate, str] = {}
    for entry in timeline.known("disease_assessment"):
        if entry.progression is True or (entry.basis == "biochemical_only" and entry.progression is not None):
            found.setdefault(entry.date, str(entry.basis))
    for line in timeline.lines():
        if isinstance(line.progression, PartialDate):
            found.setdefault(line.progression, str(line.progression_basis))
    for when in sorted(found, key=lambda day: (day.earliest, day.latest)):
        only_markers = found[when] == "biochemical_only"
        yield Mark(when=when, shape="open" if only_markers else "down", label="markers only" if only_markers else "PD")


def _is_known(value: object) -> bool:
    return value is not None and not hasattr(value, "unknown")


class _Drawing:
    """The strip as it grows downwards."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.parts: list[str] = []
        self.y = 2.0

    def marks(self, name: str, marks: Iterable[Mark]) -> None:
        """One track of points, labels in as many rows as they need."""
        rows, top = Rows(most=MOST_ROWS), self.y
        placed = [
            self._mark(mark, rows, top)
            for mark in sorted(marks, key=lambda mark: (mark.when.earliest, mark.when.latest))
        ]
        self._close(name, top, rows.count + (not all(placed)))

    def _mark(self, mark: Mark, rows: Rows, top: float) -> bool:
        """One mark with its label; a mark without room for its label goes to a row of bare marks, and is False."""
        x, width = self.scale.middle(mark.when), text_width(mark.label, TEXT)
        first = min(self.scale.x(mark.when.earliest), x - 3)
        last = max(self.scale.x(mark.when.latest), x + 3)
        on_the_left = last + 3 + width > RIGHT
        low, high = (first - 3 - width, last) if on_the_left else (first, last + 3 + width)
        row = rows.place(low, high)
        y = top + ROW * ((MOST_ROWS if row is None else row) + 0.5)
        if last - first > 8:
            self._add(svg.line(first, y, last, y, SOFT, 0.6))
        self._add(svg.mark(mark.shape, x, y))
        if row is not None:
            self._text(mark.label, low if on_the_left else last + 2.5, y)
        return row is not None

    def therapies(self, lines: Iterable[TherapyLine], cycles: Iterable[RltCycle]) -> None:
        """Lines of therapy as bars, each with its label inside, beside, or cut; RLT cycles as ticks with their GBq."""
        lines, cycles = list(lines), list(cycles)
        if not lines:
            return
        rows, top = Rows(most=8), self.y
        for line in lines:
            self._bar(line, [cycle for cycle in cycles if cycle.line == line.id], rows, top)
        self._close("Therapy", top, rows.count)

    def _bar(self, line: TherapyLine, cycles: list[RltCycle], rows: Rows, top: float) -> None:
        start, end = self.scale.middle(line.date), self._end(line)
        end = max(end, start + 2.5)
        label, size = self._bar_label(line, cycles), TEXT
        inside = text_width(label, size) + 5 <= end - start and not cycles
        room = max(RIGHT - end, start - LEFT) - 6
        label = label if inside else shortened(label, size, room)
        width = text_width(label, size)
        beside_left = not inside and end + 4 + width > RIGHT
        low = start - 4 - width if beside_left else start
        high = end if inside or beside_left else end + 4 + width
        row = rows.place(low, high)
        if row is None:
            return
        y = top + ROW * row
        self._add(_bar_shape(line, start, end, y))
        if self._is_open(line) and line.ongoing is True:
            self._add(f'<path d="M{end:.1f} {y + 1:.1f}l3 3.6l-3 3.6z" fill="{SOFT}"/>')
        for cycle in cycles:
            x = self.scale.middle(cycle.date)
            self._add(svg.tick(x, y))
        fill = FILLS.get(line.regimen, ("", INK))[1] if inside else INK
        place = start + 2.5 if inside else start - 3 - width if beside_left else end + 4
        self._text(label, place, y + ROW * 0.48, fill=fill, halo=not inside)

    def _bar_label(self, line: TherapyLine, cycles: list[RltCycle]) -> str:
        name = REGIMENS.get(line.regimen) or (line.name if isinstance(line.name, str) else "other")
        label = f"{name} {_activity(cycles)}".rstrip() if cycles else name
        best = f", {line.best_response}" if line.best_response in {"CR", "PR", "SD"} and line.regimen == "rlt" else ""
        return f"{label}{best}" + (", end not known" if self._is_open(line) and line.ongoing is not True else "")

    def _is_open(self, line: TherapyLine) -> bool:
        return not isinstance(line.stop, PartialDate)

    def _end(self, line: TherapyLine) -> float:
        """Stop of a line; the board's day while it is open, whether it is known to go on or not."""
        return self.scale.middle(line.stop) if isinstance(line.stop, PartialDate) else self.scale.right

    def _close(self, name: str, top: float, rows: int) -> None:
        """The name of a track at its left, and a hairline under it."""
        self.y = top + ROW * rows
        self._add(svg.text_element(name, 0, top + ROW * 0.5, fill=ACCENT, size_px=SMALL, bold=True))
        self._add(svg.line(LEFT, self.y, RIGHT, self.y, HAIR, 0.4))
        self.y += 1.5

    def svg(self, title: str) -> str:
        """The drawing with its axis under it."""
        axis, bottom = self._axis(), self.y
        today = svg.line(RIGHT, 0, RIGHT, bottom, ACCENT, 1)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {bottom + 10:.1f}" role="img"'
            f' font-family="{FONT}"><title>{escape(title)}</title>{axis}{today}{"".join(self.parts)}</svg>'
        )

    def _axis(self) -> str:
        """Ticks with labels as far as they do not touch; the board's day always has its label."""
        bottom, rows = self.y, Rows(most=1)
        board = f"board {self.scale.last}"
        width = text_width(board, SMALL)
        rows.place(WIDTH - width, WIDTH)
        found = [svg.text_element(board, WIDTH - width, bottom + 5.5, fill=ACCENT, size_px=SMALL, bold=True)]
        for day, label in self.scale.ticks():
            x, half = self.scale.x(day), text_width(label, SMALL) / 2
            found.append(svg.line(x, 0, x, bottom + 1.5, HAIR, 0.5))
            if x - half >= LEFT - 10 and rows.place(x - half, x + half) is not None:
                found.append(svg.text_element(label, x - half, bottom + 5.5, fill=SOFT, size_px=SMALL))
        return "".join(found)

    def _text(self, text: str, x: float, y: float, *, fill: str = INK, halo: bool = True) -> None:
        self._add(svg.text_element(text, x, y, fill=fill, size_px=TEXT, halo=halo))

    def _add(self, part: str) -> None:
        self.parts.append(part)


def _bar_shape(line: TherapyLine, start: float, end: float, y: float) -> str:
    """The bar of a line: dashed and empty where its end is not known."""
    open_end = not isinstance(line.stop, PartialDate) and line.ongoing is not True
    default = "#a9b4bd" if line.regimen in TARGETED else "#7d8a95"
    fill = "none" if open_end else FILLS.get(line.regimen, (default, INK))[0]
    dash = ' stroke-dasharray="2 1.5"' if open_end else ""
    return (
        f'<rect x="{start:.1f}" y="{y + 0.9:.1f}" width="{end - start:.1f}" height="7.4" rx="1" fill="{fill}"'
        f' stroke="{SOFT}" stroke-width="0.5"{dash}/>'
    )


def _activity(cycles: list[RltCycle]) -> str:
    """How many cycles with how much: "4 × 7.4 GBq", or the sum where cycles differ; nothing assumed of gaps."""
    known = [float(c.activity_mbq) / 1000 for c in cycles if isinstance(c.activity_mbq, float)]
    words = "cycle" if len(cycles) == 1 else "cycles"
    if len(known) < len(cycles):
        return f"{len(cycles)} {words}"
    shown = {f"{gbq:.1f}" for gbq in known}
    return f"{len(cycles)} × {shown.pop()} GBq" if len(shown) == 1 else f"{len(cycles)} {words}, {sum(known):.1f} GBq"
