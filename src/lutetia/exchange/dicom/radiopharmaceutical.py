"""What was injected, as the header says: nuclide, half-life, activity, moment; each unknown with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from pydicom.dataset import Dataset

from lutetia.exchange.dicom.file import items_of, number_of, text_of
from lutetia.exchange.dicom.moment import date_of, moment_of, time_of, zone_of

SHORT_HALF_LIFE_H = 6.0  # below it a time of day without a date can only mean the day of the scan
MOST_PLAUSIBLE_MBQ = 100_000.0
LEAST_PLAUSIBLE_MBQ = 0.1
_SYMBOLS = {
    "actinium": "Ac",
    "bismuth": "Bi",
    "carbon": "C",
    "copper": "Cu",
    "fluorine": "F",
    "gallium": "Ga",
    "holmium": "Ho",
    "indium": "In",
    "iodine": "I",
    "lead": "Pb",
    "lutetium": "Lu",
    "nitrogen": "N",
    "oxygen": "O",
    "radium": "Ra",
    "rhenium": "Re",
    "rubidium": "Rb",
    "samarium": "Sm",
    "scandium": "Sc",
    "technetium": "Tc",
    "terbium": "Tb",
    "thallium": "Tl",
    "xenon": "Xe",
    "yttrium": "Y",
    "zirconium": "Zr",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """The administration as the header states it; None is unknown, and `unknown` says why.

    `activity_mbq` is what was measured for `at`, the start of the injection. `residual_mbq` and the calibration moment
    are not in the header: a course's record of the administration has them and goes before this one.
    """

    nuclide: str | None
    half_life_h: float | None
    at: datetime | None
    activity_mbq: float | None
    unknown: tuple[str, ...]


def injection_of(dataset: Dataset, modality: str, scanned_at: datetime | None, zone: tzinfo | None) -> Injection:
    """The first item of the Radiopharmaceutical Information Sequence, as the standard writes it for the modality."""
    items = items_of(dataset, "RadiopharmaceuticalInformationSequence")
    if not items:
        return Injection(
            nuclide=None,
            half_life_h=None,
            at=None,
            activity_mbq=None,
            unknown=("No radiopharmaceutical in the header.",),
        )
    item = items[0]
    half_life_s = number_of(item, "RadionuclideHalfLife")
    half_life_h = half_life_s / 3600 if half_life_s is not None and half_life_s > 0 else None
    unknown: list[str] = []
    if len(items) > 1:
        unknown.append(f"The header lists {len(items)} radiopharmaceuticals; the first one is taken.")
    return Injection(
        nuclide=nuclide_of(item),
        half_life_h=half_life_h,
        at=_injected_at(dataset, item, half_life_h, scanned_at, zone, unknown),
        activity_mbq=_activity_mbq(item, modality, unknown),
        unknown=tuple(unknown),
    )


def nuclide_of(item: Dataset) -> str | None:
    """ "Lu-177" of "^177^Lutetium", "Lutetium-177", "177Lu" or "Lu-177 DOTATATE"; None when no nuclide is named."""
    texts = [text_of(code, "CodeMeaning") for code in items_of(item, "RadionuclideCodeSequence")]
    texts.append(text_of(item, "Radiopharmaceutical"))
    for text in texts:
        found = nuclide_in(text)
        if found:
            return found
    return None


def nuclide_in(text: str) -> str | None:
    """The nuclide a text names, as "Lu-177"; None if none or if the element is not one that is used in this field."""
    plain = re.sub(r"[\^\[\]()]", " ", text)
    for pattern in (r"(?P<a>\d{1,3}m?)[\s-]*(?P<e>[A-Za-z]{1,12})", r"(?P<e>[A-Za-z]{1,12})[\s-]*(?P<a>\d{1,3}m?)\b"):
        for match in re.finditer(pattern, plain):
            word = match["e"].lower()
            symbol = _SYMBOLS.get(word) or next((s for s in _SYMBOLS.values() if s.lower() == word), None)
            if symbol:
                return f"{symbol}-{match['a']}"
    return None


def _injected_at(
    dataset: Dataset,
    item: Dataset,
    half_life_h: float | None,
    scanned_at: datetime | None,
    zone: tzinfo | None,
    unknown: list[str],
) -> datetime | None:
    """RadiopharmaceuticalStartDateTime before StartTime; a time of day alone only for nuclides gone within a day."""
    stated = moment_of(item, "RadiopharmaceuticalStart", zone, whole=dataset)
    if stated is not None:
        return stated
    clock = time_of(text_of(item, "RadiopharmaceuticalStartTime"))
    if clock is None:
        unknown.append("The moment of injection is not in the header.")
        return None
    known_zone = zone_of(dataset, zone)
    day = date_of(dataset, "AcquisitionDate") or date_of(dataset, "SeriesDate")
    if half_life_h is None or half_life_h > SHORT_HALF_LIFE_H or day is None or known_zone is None:
        unknown.append("The injection is given by time of day alone: the day is not known.")
        return None
    at = datetime.combine(day, clock, known_zone)
    if scanned_at is not None and at > scanned_at:
        at -= timedelta(days=1)
    unknown.append("The injection is given by time of day alone; the day of the scan is taken (short half-life).")
    return at


def _activity_mbq(item: Dataset, modality: str, unknown: list[str]) -> float | None:
    """RadionuclideTotalDose: in MBq for NM (PS3.3 C.8.4.10.1.7), in Bq for PET (PS3.3 C.8.9.2)."""
    stated = number_of(item, "RadionuclideTotalDose")
    if stated is None or stated <= 0:
        unknown.append("The injected activity is not in the header.")
        return None
    activity_mbq = stated if modality == "NM" else stated / 1e6
    if LEAST_PLAUSIBLE_MBQ <= activity_mbq <= MOST_PLAUSIBLE_MBQ:
        return activity_mbq
    unit = "MBq" if modality == "NM" else "Bq"
    unknown.append(
        f"The injected activity is stated as {stated:g}, in {unit} by the standard: not plausible, not taken."
    )
    return None
