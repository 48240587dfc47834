"""What was injected, as headers say it: the traps of units, dates and names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydicom.dataset import Dataset

from lutetia.exchange.dicom.radiopharmaceutical import injection_of, nuclide_in, nuclide_of

CEST = timezone(timedelta(hours=2))
SCANNED = datetime(2024, 5, 4, 10, 30, tzinfo=CEST)


def header(**elements):
    item, dataset = Dataset(), Dataset()
    for name, value in elements.items():
        setattr(item, name, value)
    dataset.RadiopharmaceuticalInformationSequence = [item]
    dataset.AcquisitionDate = "20240504"
    return dataset


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("^177^Lutetium", "Lu-177"),
        ("Lutetium-177", "Lu-177"),
        ("177Lu-DOTATATE", "Lu-177"),
        ("Lu-177 DOTATATE", "Lu-177"),
        ("[177Lu]Lu-DOTA-TATE", "Lu-177"),
        ("^99m^Technetium", "Tc-99m"),
        ("Ga 68 DOTATOC", "Ga-68"),
        ("F^18^", "F-18"),
        ("DOTATATE", None),
        ("Solution 300", None),
        ("", None),
    ],
)
def test_nuclides_are_found_in_texts(text, wanted):
    assert nuclide_in(text) == wanted


def test_the_code_goes_before_the_free_text():
    item, code = Dataset(), Dataset()
    code.CodeMeaning = "^90^Yttrium"
    item.RadionuclideCodeSequence, item.Radiopharmaceutical = [code], "Lu-177 DOTATATE"
    assert nuclide_of(item) == "Y-90"


def test_activity_is_in_mbq_for_nm_and_in_bq_for_pt():
    assert injection_of(header(RadionuclideTotalDose="7400"), "NM", SCANNED, CEST).activity_mbq == 7400
    assert injection_of(header(RadionuclideTotalDose="150000000"), "PT", SCANNED, CEST).activity_mbq == 150


@pytest.mark.parametrize(("modality", "value"), [("NM", "7400000000"), ("PT", "150"), ("NM", "-5")])
def test_an_activity_in_the_wrong_unit_is_unknown_with_the_reason(modality, value):
    found = injection_of(header(RadionuclideTotalDose=value), modality, SCANNED, CEST)
    assert found.activity_mbq is None
    assert any("activity" in sentence for sentence in found.unknown)


def test_the_date_time_goes_before_the_time_of_day():
    both = header(
        RadiopharmaceuticalStartDateTime="20240430090000+0200",
        RadiopharmaceuticalStartTime="101010",
        RadionuclideHalfLife="574300.8",
    )
    found = injection_of(both, "NM", SCANNED, None)
    assert found.at == datetime(2024, 4, 30, 7, tzinfo=UTC)
    assert found.half_life_h == pytest.approx(159.528)


def test_a_time_of_day_alone_leaves_the_day_unknown_for_a_long_half_life():
    found = injection_of(
        header(RadiopharmaceuticalStartTime="090000", RadionuclideHalfLife="574300"), "NM", SCANNED, CEST
    )
    assert found.at is None
    assert "The injection is given by time of day alone: the day is not known." in found.unknown


@pytest.mark.parametrize(("clock", "day"), [("090000", 4), ("230000", 3)])
def test_a_time_of_day_alone_means_the_day_of_the_scan_for_a_short_one(clock, day):
    found = injection_of(header(RadiopharmaceuticalStartTime=clock, RadionuclideHalfLife="4062.6"), "PT", SCANNED, CEST)
    assert found.at == datetime(2024, 5, day, int(clock[:2]), tzinfo=CEST)
    assert any("day of the scan" in sentence for sentence in found.unknown)


def test_what_is_not_there_is_unknown():
    none = injection_of(Dataset(), "NM", SCANNED, CEST)
    assert (none.nuclide, none.at, none.activity_mbq) == (None, None, None)
    assert none.unknown == ("No radiopharmaceutical in the header.",)
    two = header(RadionuclideTotalDose="7400")
    two.RadiopharmaceuticalInformationSequence = [*two.RadiopharmaceuticalInformationSequence, Dataset()]
    assert "lists 2" in injection_of(two, "NM", SCANNED, CEST).unknown[0]
