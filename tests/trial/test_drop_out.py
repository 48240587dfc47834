"""Drop-out: five readings of one percentage."""

from __future__ import annotations

from math import log

import pytest

from lutetia.errors import InputError
from lutetia.trial import DropOut


def test_the_rate_that_each_reading_means():
    assert DropOut.none().rate_at(30) == 0
    assert DropOut.rate(0.01).rate_at(30) == 0.01
    assert DropOut.net(0.15, by_months=12).rate_at(30) == pytest.approx(-log(0.85) / 12)
    assert DropOut.net(0.15).rate_at(30) == pytest.approx(-log(0.85) / 30)
    assert DropOut.of_patients(0.15).rate_at(30) is None
    assert DropOut.deflated(0.15).rate_at(30) == 0


def test_only_deflation_lowers_what_counts():
    assert DropOut.deflated(0.15).kept_fraction == pytest.approx(0.85)
    assert DropOut.net(0.15).kept_fraction == 1


def test_each_reading_says_itself():
    said = {
        str(d) for d in (DropOut.none(), DropOut.net(0.15), DropOut.net(0.15, by_months=12), DropOut.of_patients(0.15))
    }
    assert len(said) == 4
    assert "15 % of the patients are lost by the analysis, events competing" in said


@pytest.mark.parametrize("fraction", [-0.1, 1, 15, None, "15 %"])
def test_shares_outside_zero_to_one_are_refused(fraction):
    for make in (DropOut.net, DropOut.of_patients, DropOut.deflated):
        with pytest.raises(InputError, match="fraction"):
            make(fraction)


def test_both_faults_are_told():
    with pytest.raises(InputError) as wrong:
        DropOut.net(-1, by_months=0)
    assert [fault.place for fault in wrong.value.faults] == ["fraction", "by_months"]
    with pytest.raises(InputError, match="per_month"):
        DropOut.rate(-0.1)
