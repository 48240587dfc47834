"""Numbers of a dose report as they are printed: three digits, and a word where there is no number."""

from __future__ import annotations

from math import floor, isfinite, log10

UNKNOWN, NONE = "unknown", "–"


def significant(value: float | None, digits: int = 3) -> str:
    """The value with this many significant digits and no exponent; "unknown" for None, "–" for what is no number."""
    if value is None:
        return UNKNOWN
    if not isfinite(value):
        return NONE
    if value == 0:
        return "0"
    places = digits - 1 - floor(log10(abs(value)))
    if places > 6:
        return f"{value:.1e}"
    return f"{round(value, places):.{max(places, 0)}f}"


def per_cent(fraction: float | None) -> str:
    """A fraction in per cent: one decimal below ten."""
    if fraction is None:
        return UNKNOWN
    pct = 100 * fraction
    return f"{pct:.1f}" if abs(pct) < 9.95 else f"{pct:.0f}"


def with_u(value: float, u: float | None) -> str:
    """Value ± u: u to two digits, the value to the same decimals."""
    if u is None:
        return f"{significant(value)} (u {UNKNOWN})"
    if u == 0:
        return f"{significant(value)} ± 0"
    places = max(0, 1 - floor(log10(abs(u))))
    return f"{value:.{places}f} ± {u:.{places}f}"


def gbq(activity_mbq: float) -> str:
    """An activity in GBq."""
    return f"{activity_mbq / 1000:.2f}" if activity_mbq < 99_995 else f"{activity_mbq / 1000:.0f}"
