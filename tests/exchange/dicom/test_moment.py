"""Dates, times and zones of a header."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from pydicom.dataset import Dataset

from lutetia.errors import InputError
from lutetia.exchange.dicom.moment import date_of, moment_of, time_of, zone, zone_of

CET = timezone(timedelta(hours=1))


def header(**elements):
    dataset = Dataset()
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("101530.25", time(10, 15, 30, 250000)),
        ("101530", time(10, 15, 30)),
        ("1015", time(10, 15)),
        ("10", time(10)),
        ("10:15:30", time(10, 15, 30)),
        ("241500", None),
        ("", None),
        ("noon", None),
    ],
)
def test_times(text, wanted):
    assert time_of(text) == wanted


def test_dates():
    assert date_of(header(SeriesDate="20240229"), "SeriesDate") == date(2024, 2, 29)
    assert date_of(header(), "SeriesDate") is None
    odd = header()
    odd.add_new("SeriesDate", "DA", "")
    odd["SeriesDate"]._value = "20230229"
    assert date_of(odd, "SeriesDate") is None


def test_a_date_time_element_goes_before_date_and_time():
    both = header(AcquisitionDateTime="20240504103000.5+0200", AcquisitionDate="20200101", AcquisitionTime="000000")
    assert moment_of(both, "Acquisition", None) == datetime(2024, 5, 4, 8, 30, 0, 500000, UTC)
    apart = header(AcquisitionDate="20240504", AcquisitionTime="1030", TimezoneOffsetFromUTC="-0330")
    assert moment_of(apart, "Acquisition", CET) == datetime(2024, 5, 4, 14, 0, tzinfo=UTC)


def test_without_a_zone_there_is_no_moment():
    bare = header(AcquisitionDate="20240504", AcquisitionTime="103000")
    assert moment_of(bare, "Acquisition", None) is None
    assert moment_of(bare, "Acquisition", CET) == datetime(2024, 5, 4, 10, 30, tzinfo=CET)
    assert moment_of(header(AcquisitionTime="103000"), "Acquisition", CET) is None
    assert zone_of(header(TimezoneOffsetFromUTC="+9900"), CET) == CET


def test_an_item_takes_the_zone_of_its_file():
    item, whole = header(RadiopharmaceuticalStartDateTime="20240503090000"), header(TimezoneOffsetFromUTC="+0100")
    assert moment_of(item, "RadiopharmaceuticalStart", None, whole=whole) == datetime(2024, 5, 3, 9, tzinfo=CET)


def test_zones_by_name():
    assert zone("Europe/Rome") == ZoneInfo("Europe/Rome")
    assert zone(None) is None
    assert zone(CET) is CET
    for wrong in ("Europe/Atlantis", "../passwd", ""):
        with pytest.raises(InputError, match="name of a time zone"):
            zone(wrong)
