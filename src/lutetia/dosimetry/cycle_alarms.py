"""What a person must look at before a cycle's doses are used, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.region_result import RegionResult

MORE_THAN_GIVEN = 1.05  # activity in the image over what physical decay leaves of the administered
ALARMING = {
    "rising": "its activity was still rising at the last scan: the area is a guess",
    "slower_than_physical": "it falls more slowly than physical decay: check decay correction, outline, calibration",
    "mostly_extrapolated": "more than half of its area lies beyond the last scan",
    "activity_below_zero": "the correction for blur left less than no activity at a scan",
    "negative_bound_part": "the image of the marrow holds less than the blood alone would give",
}


def cycle_alarms(
    series: ActivitySeries, results: Sequence[RegionResult], physical_half_life_h: float
) -> tuple[str, ...]:
    """Alarms of the registrations, of activity that was never given, of regions without a dose or with a bad curve."""
    found = [
        f"{point.name}: {alarm}"
        for point in series.time_points
        if point.registration is not None
        for alarm in point.registration.alarms
    ]
    found += _too_much(series, physical_half_life_h)
    for region in results:
        if region.dose is None:
            found.append(f"{region.name} has no dose, and gives none to others: {region.why}")
        found += [f"{region.name}: {words}." for flag, words in ALARMING.items() if flag in region.flags]
    return tuple(found)


def _too_much(series: ActivitySeries, physical_half_life_h: float) -> list[str]:
    found = []
    for point in series.time_points:
        left_mbq = series.administered_mbq * 2 ** (-point.after_h / physical_half_life_h)
        seen_mbq = point.activity.total()
        if seen_mbq > MORE_THAN_GIVEN * left_mbq:
            found.append(
                f"{point.name}: the image holds {seen_mbq:.0f} MBq, but decay leaves {left_mbq:.0f} MBq of what was "
                "administered. Check calibration, decay correction and times."
            )
    return found
