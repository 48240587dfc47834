"""Absorbed dose on CT: a transverse and a coronal slice with colour wash, isodose lines, outlines and letters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lutetia.dosimetry.geometry import Floats
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.plots.slice_plane import LETTERS, Plane, body_box_mm, box_of_region_mm, planes_through, share_on, values_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

WINDOW_HU = (-160.0, 240.0)
STEP_MM = 1.25  # between the points that lines are drawn through
WASH = "inferno"  # lightness rises evenly, so that grey print keeps the order
LADDER = tuple(step * 10.0**power for power in range(-6, 5) for step in (1.0, 2.0, 5.0))
MOST_LINES = 6
LEAST_SHARE = 0.01  # of the top of the scale, where the scale begins: below it nothing is washed
FULL_AT, OPACITY = 2.2, 0.66  # times the beginning of the scale at which the wash is as opaque as it gets, on CT
SHORTEST_LINE_MM, APART_MM = 24.0, 12.0  # of a labelled isodose line; between two labels
LEAST_ROOM_MM = 14.0  # from its mark to the edge of an outline
MM_PER_INCH, BAR_MM, FOOT_MM, GAP_MM = 25.4, 50.0, 9.5, 1.2
SMALL, LETTER = 5.6, 6.6  # points
OUTLINE, HALO = "#ffffff", "#000000"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A picture as PNG bytes with its size and what a reader who cannot see it is told."""

    png: bytes
    width_px: int
    height_px: int
    description: str


def dose_overlay(
    dose: Volume,
    ct: Volume | None,
    regions: Sequence[tuple[str, Region]],
    *,
    transverse_at_mm: float,
    coronal_at_mm: float,
    whole: Region | None = None,
    caption: str = "",
    width_mm: float = 76.0,
    per_inch: int = 300,
) -> Picture:
    """The two slices, one below the other, at one scale. Dose in Gy, CT in HU (None: dose alone), one frame.

    `regions` come with the mark printed on their outline (a number of the table); `whole` is shown in full height.
    Colours are logarithmic in dose, as lesions get many times what organs get; they end at the dose that 0.2 % of the
    coloured area exceed and begin at 1 % of it. Raises ValueError where frames of reference differ.
    """
    frames = {dose.frame_of_reference, *(r.geometry.frame_of_reference for _, r in regions)}
    if len(frames | ({ct.frame_of_reference} if ct is not None else set())) > 1:
        raise ValueError("dose, CT and regions must lie in one frame of reference")
    boxes = [(mark, region, *box_of_region_mm(region)) for mark, region in regions if not region.is_empty]
    planes = planes_through(
        *body_box_mm(ct, dose),
        transverse_at_mm=transverse_at_mm,
        coronal_at_mm=coronal_at_mm,
        seen_mm=[(float(low[2]), float(high[2])) for _, _, low, high in boxes],
        whole_mm=_heights_mm(whole),
    )
    pixels = round(width_mm / MM_PER_INCH * per_inch)
    slices = [_cut(plane, dose, ct, boxes, pixels) for plane in planes]
    top = _top_gy(slices)
    png, size = _drawn(slices, top, caption, width_mm, per_inch)
    return Picture(png=png, width_px=size[0], height_px=size[1], description=_said(slices, top, ct, caption))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Slice:
    """`gy` and `hu` at every pixel; `lines_gy` and the shares of `outlines` (mark, name, share) at wider steps."""

    plane: Plane
    gy: Floats
    hu: Floats | None
    lines_gy: Floats
    outlines: tuple[tuple[str, str, Floats], ...]


def _cut(
    plane: Plane, dose: Volume, ct: Volume | None, boxes: Sequence[tuple[str, Region, Floats, Floats]], pixels: int
) -> _Slice:
    points = plane.points_mm(plane.size_mm[0] / pixels)
    wide = plane.points_mm(STEP_MM)
    hit = [(mark, region) for mark, region, low, high in boxes if low[plane.axis] <= plane.at_mm <= high[plane.axis]]
    shares = [(mark, region.name, share_on(region, wide)) for mark, region in hit]
    return _Slice(
        plane=plane,
        gy=values_on(dose, points, 0.0),
        hu=values_on(ct, points, -1000.0) if ct is not None else None,
        lines_gy=values_on(dose, wide, 0.0),
        outlines=tuple(found for found in shares if found[2].max() > 0.5),
    )


def _heights_mm(region: Region | None) -> tuple[float, float] | None:
    if region is None:
        return None
    low, high = box_of_region_mm(region)
    return float(low[2]), float(high[2])


def _top_gy(slices: Sequence[_Slice]) -> float:
    """The top of the colour scale: the dose that 0.2 % of the washed area exceed, rounded up to two digits."""
    values = np.concatenate([one.gy.ravel() for one in slices])
    high = float(values.max())
    if high <= 0:
        return 1.0
    top = float(np.quantile(values[values > LEAST_SHARE * high], 0.998))
    digit = 10.0 ** (np.floor(np.log10(top)) - 1)
    return float(np.ceil(top / digit - 1e-9) * digit)


def isodose_levels_gy(top_gy: float) -> tuple[float, ...]:
    """Round doses for isodose lines below the top of the scale: 1, 2 and 5 by powers of ten, five at most."""
    fit = [level for level in LADDER if LEAST_SHARE * top_gy <= level < 0.97 * top_gy]
    return tuple(fit[-MOST_LINES:])


def _drawn(
    slices: Sequence[_Slice], top_gy: float, caption: str, width_mm: float, per_inch: int
) -> tuple[bytes, tuple[int, int]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    heights = [width_mm * one.plane.size_mm[1] / one.plane.size_mm[0] for one in slices]
    whole_mm = sum(heights) + GAP_MM * len(slices) + FOOT_MM
    figure = Figure(figsize=(width_mm / MM_PER_INCH, whole_mm / MM_PER_INCH), dpi=per_inch, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    bottom = whole_mm
    for at, (one, height) in enumerate(zip(slices, heights, strict=True)):
        bottom -= height
        axes = figure.add_axes((0, bottom / whole_mm, 1, height / whole_mm))
        _slice(axes, one, top_gy, bar=at == 0, other=slices[1 - at].plane if len(slices) == 2 else None)
        bottom -= GAP_MM
    _colour_bar(figure, top_gy, slices, caption, whole_mm)
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=per_inch, metadata={"Software": None})
    return made.getvalue(), canvas.get_width_height()


def _slice(axes: Axes, one: _Slice, top_gy: float, *, bar: bool, other: Plane | None) -> None:
    width, height = one.plane.size_mm
    axes.set_axis_off()
    shown = np.round(255 * _washed(one, top_gy)).astype(np.uint8)
    axes.imshow(shown, extent=(0.0, width, height, 0.0), interpolation="nearest")
    rows, columns = one.lines_gy.shape
    x = np.linspace(0, width, columns)
    y = np.linspace(0, height, rows)
    _isodoses(axes, one.lines_gy, x, y, top_gy)
    _outlines(axes, one, x, y)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    _letters(axes, one.plane, other, width, height)
    if bar:
        _scale_bar(axes, width, height)


def _washed(one: _Slice, top_gy: float) -> Floats:
    """Red, green and blue of every pixel: CT in grey under the colours of the dose, clear where the scale begins."""
    import matplotlib

    least = LEAST_SHARE * top_gy
    colours = matplotlib.colormaps[WASH](_scale(top_gy)(np.clip(one.gy, least, top_gy)))[..., :3]
    opacity = np.clip((one.gy / least - 1) / (FULL_AT - 1), 0, 1)[..., None]
    if one.hu is None:
        return np.asarray(colours * opacity)
    grey = np.clip((one.hu - WINDOW_HU[0]) / (WINDOW_HU[1] - WINDOW_HU[0]), 0, 1)[..., None]
    return np.asarray(grey * (1 - OPACITY * opacity) + colours * OPACITY * opacity)


def _scale(top_gy: float) -> Any:
    from matplotlib.colors import LogNorm

    return LogNorm(vmin=LEAST_SHARE * top_gy, vmax=top_gy)


def _outlines(axes: Axes, one: _Slice, x: Floats, y: Floats) -> None:
    """Dashed white outlines on black, each with its mark where it has most room, or beside it where it is small."""
    from scipy.ndimage import distance_transform_edt

    taken: list[tuple[float, float]] = []
    for mark, _, share in one.outlines:
        for colour, line, dash in ((HALO, 1.1, "solid"), (OUTLINE, 0.6, (0, (3.0, 1.6)))):
            axes.contour(x, y, share, levels=[0.5], colors=[colour], linewidths=line, linestyles=[dash], zorder=4)
        rows, columns = np.nonzero(share > 0.5)
        room = distance_transform_edt(np.pad(share > 0.5, 1))[1:-1, 1:-1] * STEP_MM
        best = np.argwhere(room >= 0.97 * room.max())
        row, column = best[np.argmin(((best - [rows.mean(), columns.mean()]) ** 2).sum(axis=1))]
        at_x, at_y = float(x[column]), float(y[row])
        if room.max() < LEAST_ROOM_MM:
            sides = [(x[columns].max() + 9, y[rows].min() - 6), (x[columns].min() - 9, y[rows].min() - 6),
                     (x[columns].max() + 9, y[rows].max() + 6), (x[columns].min() - 9, y[rows].max() + 6)]  # fmt: skip
            free = [side for side in sides if all(np.hypot(*np.subtract(side, other)) > APART_MM for other in taken)]
            at_x, at_y = (float(value) for value in (free or sides)[0])
        taken.append((at_x, at_y))
        badge = {"boxstyle": f"circle,pad={0.22 if len(mark) == 1 else 0.1}", "fc": "white", "ec": "black", "lw": 0.5}
        axes.text(
            at_x, at_y, mark, fontproperties=_font(True), fontsize=SMALL, color="black", ha="center", va="center",
            bbox=badge, zorder=10, clip_on=True,
        )  # fmt: skip


def _isodoses(axes: Axes, gy: Floats, x: Floats, y: Floats, top_gy: float) -> None:
    """Lines in the colours of the scale on a dark edge, each level labelled once where it is long enough."""
    import matplotlib

    levels = [level for level in isodose_levels_gy(top_gy) if gy.max() > level]
    if not levels:
        return
    shades = matplotlib.colormaps[WASH](0.3 + 0.7 * np.asarray(_scale(top_gy)(levels)))
    axes.contour(x, y, gy, levels=levels, colors=[HALO], linewidths=1.1, alpha=0.55, zorder=3)
    lines = axes.contour(x, y, gy, levels=levels, colors=shades, linewidths=0.6, zorder=3)
    for (at_x, at_y), level in _label_places(lines.allsegs, levels):
        _text(axes, at_x, at_y, f"{level:g}", points=SMALL, ha="center", va="center", zorder=8)


def _label_places(segments: Any, levels: Sequence[float]) -> list[tuple[tuple[float, float], float]]:
    """Where each level is labelled: on its longest line, as far as can be from the labels of higher levels."""
    taken: list[tuple[tuple[float, float], float]] = []
    for paths, level in reversed(list(zip(segments, levels, strict=True))):
        lengths = [float(np.hypot(*np.diff(path, axis=0).T).sum()) for path in paths]
        if not lengths or max(lengths) < SHORTEST_LINE_MM:
            continue
        path = paths[int(np.argmax(lengths))]
        others = np.array([place for place, _ in taken])
        if not others.size:
            at = int(np.argmax(path[:, 0] - path[:, 1]))  # top right
        else:
            nearest = np.min(np.hypot(*(path[:, None, :] - others[None]).transpose(2, 0, 1)), axis=1)
            at = int(np.argmax(nearest))
            if nearest[at] < APART_MM:
                continue
        taken.append(((float(path[at, 0]), float(path[at, 1])), level))
    return taken


def _letters(axes: Axes, plane: Plane, other: Plane | None, width_mm: float, height_mm: float) -> None:
    left, right, top, bottom = LETTERS[plane.direction]
    pad = 0.012 * width_mm
    _text(axes, pad, height_mm / 2, left, points=LETTER, weight=True, ha="left", va="center")
    _text(axes, width_mm - pad, height_mm / 2, right, points=LETTER, weight=True, ha="right", va="center")
    _text(axes, width_mm / 2, pad, top, points=LETTER, weight=True, ha="center", va="top")
    _text(axes, width_mm / 2, height_mm - pad, bottom, points=LETTER, weight=True, ha="center", va="bottom")
    name = {"transverse": "z", "coronal": "y"}[plane.direction]
    _text(axes, pad, pad, f"{plane.direction}, {name} = {plane.at_mm:.0f} mm", points=SMALL, ha="left", va="top")
    if other is not None:
        here = abs(other.at_mm - plane.down_mm[0])
        for start, stop in ((0.0, 0.045), (0.955, 1.0)):
            axes.plot([start * width_mm, stop * width_mm], [here, here], color=OUTLINE, linewidth=0.7, zorder=6)


def _scale_bar(axes: Axes, width_mm: float, height_mm: float) -> None:
    right, low = width_mm - 0.03 * width_mm, height_mm - 0.05 * height_mm
    axes.plot([right - BAR_MM, right], [low, low], color=HALO, linewidth=2.6, solid_capstyle="butt", zorder=6)
    axes.plot([right - BAR_MM, right], [low, low], color=OUTLINE, linewidth=1.5, solid_capstyle="butt", zorder=7)
    _text(
        axes, right - BAR_MM / 2, low - 0.02 * height_mm, f"{BAR_MM / 10:g} cm", points=SMALL, ha="center", va="bottom"
    )


def _colour_bar(figure: Any, top_gy: float, slices: Sequence[_Slice], caption: str, whole_mm: float) -> None:
    from matplotlib.cm import ScalarMappable

    high = max(float(one.gy.max()) for one in slices)
    axes = figure.add_axes((0.03, 5.6 / whole_mm, 0.6, 2.2 / whole_mm))
    wash = ScalarMappable(norm=_scale(top_gy), cmap=WASH)
    bar = figure.colorbar(wash, cax=axes, orientation="horizontal", extend="max" if high > top_gy else "neither")
    bar.outline.set_linewidth(0.4)
    bar.ax.tick_params(length=2, width=0.4, pad=1.2)
    bar.ax.minorticks_off()
    ticks = [level for level in LADDER if LEAST_SHARE * top_gy <= level <= top_gy]
    bar.set_ticks(ticks, labels=[f"{level:g}" for level in ticks])
    for label in bar.ax.get_xticklabels():
        label.set_fontproperties(_font(False))
        label.set_fontsize(SMALL)
    words = f"Gy, log scale; at most {high:.3g}"
    figure.text(0.665, 6.7 / whole_mm, words, fontproperties=_font(False), fontsize=SMALL + 0.4, va="center")
    if caption:
        figure.text(0.0, 0.4 / whole_mm, caption, fontproperties=_font(False), fontsize=SMALL, va="bottom")


def _text(axes: Axes, x: float, y: float, words: str, *, points: float, weight: bool = False, **more: Any) -> None:
    more.setdefault("zorder", 9)
    axes.text(
        x, y, words, fontproperties=_font(weight), fontsize=points, color=OUTLINE, path_effects=_halo(1.5),
        clip_on=True, **more,
    )  # fmt: skip


def _halo(width: float) -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=HALO)]


@cache
def _font(bold: bool) -> FontProperties:
    """The font of the printed sheets; matplotlib's own where it is not installed."""
    from matplotlib.font_manager import FontProperties

    found = find_spec("font_source_sans_pro")
    if found is None or found.origin is None:
        return FontProperties(weight="bold" if bold else "normal")
    name = "SourceSansPro-Semibold.otf" if bold else "SourceSansPro-Regular.otf"
    return FontProperties(fname=str(Path(found.origin).parent / "files" / name))


def _said(slices: Sequence[_Slice], top_gy: float, ct: Volume | None, caption: str) -> str:
    parts = []
    for one in slices:
        named = ", ".join(f"{mark} {name}" for mark, name, _ in one.outlines) or "no region"
        parts.append(f"{one.plane.direction} slice: highest {one.gy.max():.3g} Gy; outlines: {named}")
    under = "on CT" if ct is not None else "without CT"
    levels = ", ".join(f"{level:g}" for level in isodose_levels_gy(top_gy))
    said = f"Absorbed dose {under}, seen from the feet and the front. {'; '.join(parts)}. Isodose lines {levels} Gy."
    return f"{said} {caption}".strip()
