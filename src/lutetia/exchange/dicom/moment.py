"""Dates and times of a DICOM header as moments with a time zone, or the reason why there is none."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pydicom.dataset import Dataset

from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import text_of

_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(?:\.(\d{1,6}))?")
_DATE_TIME = re.compile(r"(\d{8})(\d{2,6}(?:\.\d{1,6})?)?([+-]\d{4})?")


def date_of(dataset: Dataset, keyword: str) -> date | None:
    """A DA element; None when it is absent or no date."""
    match = _DATE.fullmatch(text_of(dataset, keyword))
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def time_of(text: str) -> time | None:
    """A TM value such as 101530.25; None when it is empty or no time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    try:
        micro = int((match[4] or "0").ljust(6, "0"))
        return time(int(match[1]), int(match[2] or 0), int(match[3] or 0), micro)
    except ValueError:
        return None


def zone_of(dataset: Dataset, given: tzinfo | None) -> tzinfo | None:
    """The offset stated in the file (0008,0201), else the zone given by the caller, else None."""
    return _offset(text_of(dataset, "TimezoneOffsetFromUTC")) or given


def zone(name: str | tzinfo | None) -> tzinfo | None:
    """A time zone by name ("Europe/Rome"). Raises InputError for a name that is not known."""
    if not isinstance(name, str):
        return name
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        must = "must be the name of a time zone, such as Europe/Rome"
        raise InputError("zone", [Fault(place="zone", must=must, got=repr(name))]) from None


def moment_of(dataset: Dataset, stem: str, given: tzinfo | None, *, whole: Dataset | None = None) -> datetime | None:
    """The moment that `stem` names: its DateTime element first, else Date and Time together; None without a zone.

    `stem` is "Acquisition", "Series", "RadiopharmaceuticalStart" … `whole` is the file's own data set when `dataset` is
    an item inside it: the time zone stands there.
    """
    naive, offset = local_moment_of(dataset, stem)
    known = offset or zone_of(whole if whole is not None else dataset, given)
    return naive.replace(tzinfo=known) if naive is not None and known is not None else None


def local_moment_of(dataset: Dataset, stem: str) -> tuple[datetime | None, tzinfo | None]:
    """Date and time as they stand in the file, and the offset that a DateTime element carries itself."""
    match = _DATE_TIME.fullmatch(text_of(dataset, f"{stem}DateTime"))
    if match and match[2]:
        clock = time_of(match[2])
        try:
            day = datetime.strptime(match[1], "%Y%m%d").date()
        except ValueError:
            return None, None
        return (datetime.combine(day, clock), _offset(match[3] or "")) if clock else (None, None)
    day_of, clock = date_of(dataset, f"{stem}Date"), time_of(text_of(dataset, f"{stem}Time"))
    return (datetime.combine(day_of, clock) if day_of and clock else None), None


def _offset(text: str) -> tzinfo | None:
    match = re.fullmatch(r"([+-])(\d{2})(\d{2})", text.strip())
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
