"""Numbers as a journal prints them: ratios, p-values, months, percentages; what is unknown says so in words."""

from __future__ import annotations

from math import isfinite

from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import InputError
from lutetia.estimate import Estimate

NOT_REACHED = "NE"
NOT_ESTIMABLE = "not estimable"
NONE = "–"
INDENT = "\u2003"  # an em space before each level of a factor


def ratio_text(ratio: Estimate | None) -> str:
    """A ratio with its interval, two decimals: "0.54 (0.37–0.79)"; "not estimable" where there is none."""
    if ratio is None or ratio.estimate is None:
        return NOT_ESTIMABLE
    return f"{ratio_number(ratio.estimate)} ({_limit(ratio.lower)}–{_limit(ratio.upper)})"


def ratio_number(value: float) -> str:
    """Two decimals; below 0.005 and from 1000 on what the decimals would hide is said."""
    if value < 0.005:
        return "<0.01"
    if value >= 1000:
        return ">1000"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _limit(value: float | None) -> str:
    return NOT_REACHED if value is None else ratio_number(value)


def p_text(p: float | None) -> str:
    """Three decimals, "<0.001" below 0.001, ">0.999" above 0.9995; a dash where there is no test."""
    if p is None or not isfinite(p):
        return NONE
    if p < 0.001:
        return "<0.001"
    return ">0.999" if p > 0.9995 else f"{p:.3f}"


def p_sentence(p: float | None) -> str:
    """A p-value inside a sentence: "p = 0.012", "p < 0.001"; "no test" where there is none."""
    text = p_text(p)
    if text == NONE:
        return "no test"
    return f"p {text[0]} {text[1:]}" if text[0] in "<>" else f"p = {text}"


def months_text(days: Estimate | None) -> str:
    """Days in months of 30.4375 days, one decimal, with the interval: "13.9 (10.2–17.6)"; NE where not reached."""
    if days is None:
        return NONE
    if days.estimate is None and days.lower is None:
        return NOT_REACHED
    middle, low, high = (_months(value) for value in (days.estimate, days.lower, days.upper))
    return f"{middle} ({low}–{high})"


def _months(days: float | None) -> str:
    return NOT_REACHED if days is None or not isfinite(days) else f"{days / DAYS_PER_MONTH:.1f}".replace("-", "−")


def difference_months_text(days: Estimate | None) -> str:
    """A difference of days in months, with signs: "+3.2 (−1.0 to +7.4)"."""
    if days is None or days.estimate is None:
        return NOT_ESTIMABLE
    middle, low, high = (_signed(value, 1 / DAYS_PER_MONTH) for value in (days.estimate, days.lower, days.upper))
    return f"{middle} ({low} to {high})"


def percent_text(share: Estimate | None) -> str:
    """A share (0 to 1) in % with its interval, one decimal: "43.0 (35.0–51.3)"; NE where the curve does not reach.

    Without limits (nobody, or everybody, had the event) the share stands alone.
    """
    if share is None or share.estimate is None:
        return NOT_REACHED
    if share.lower is None and share.upper is None:
        return f"{100 * share.estimate:.1f}"
    low, high = (NOT_REACHED if value is None else f"{100 * value:.1f}" for value in (share.lower, share.upper))
    return f"{100 * share.estimate:.1f} ({low}–{high})"


def difference_percent_text(share: Estimate | None) -> str:
    """A difference of shares in percentage points, with signs: "+33.7 (+23.4 to +44.0)"."""
    if share is None or share.estimate is None:
        return NOT_ESTIMABLE
    middle, low, high = (_signed(value, 100) for value in (share.estimate, share.lower, share.upper))
    return f"{middle} ({low} to {high})"


def _signed(value: float | None, times: float) -> str:
    if value is None:
        return NOT_REACHED
    text = f"{value * times:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text


def count_text(count: int, of: int) -> str:
    """A count with its share in %: "12 (15.0)"."""
    return f"{count} ({100 * count / of:.1f})" if of else f"{count}"


def chi2_text(chi2: float | None) -> str:
    """A chi-square statistic, two decimals; a dash where there is none."""
    return NONE if chi2 is None or not isfinite(chi2) else f"{chi2:.2f}"


def in_one_line(error: InputError) -> str:
    """What is wrong with an input, in one sentence for a note."""
    return "; ".join(
        f"{fault.place} {fault.must}" + (f", but got {fault.got}" if fault.got else "") for fault in error.faults
    )
