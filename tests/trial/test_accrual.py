"""Accrual patterns: patients by month, entry times, and negative rates refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial import Accrual


def test_ten_a_month_for_twenty_two_months():
    accrual = Accrual.uniform(per_month=10, months=22.2)
    assert accrual.patients == pytest.approx(222)
    assert accrual.patients_by([0, 11.1, 30, -1]).tolist() == pytest.approx([0, 111, 222, 0])
    assert Accrual.uniform(patients=222, months=22.2) == accrual
    assert accrual.per_month_at([-1, 5, 23]).tolist() == [0, 10, 0]
    assert str(accrual) == "222 patients within 22.2 months, uniform"


def test_a_ramp_by_hand():
    ramp = Accrual.ramp(per_month=12, ramp_months=6, months=20)
    assert ramp.patients == pytest.approx(36 + 168)  # a triangle, then 14 months
    assert ramp.patients_by([3, 6, 10]).tolist() == pytest.approx([9, 36, 84])
    assert ramp.per_month_at([3, 8]).tolist() == pytest.approx([6, 12])
    assert Accrual.ramp(per_month=12, ramp_months=6, months=6, from_per_month=12).patients == pytest.approx(72)


def test_pieces_by_hand():
    accrual = Accrual.piecewise(per_month=[2, 10, 4], months=[3, 5, 1])
    assert accrual.patients == pytest.approx(6 + 50 + 4)
    assert accrual.patients_by(4.0) == pytest.approx(16)
    assert accrual.months == 9
    assert accrual.edges_months.tolist() == [0, 3, 8, 9]
    assert accrual.scaled(2).patients == pytest.approx(120)


def test_entry_times_follow_the_pattern():
    accrual = Accrual.ramp(per_month=12, ramp_months=6, months=20)
    entry = accrual.entry_months(204)
    assert entry.size == 204
    assert (np.diff(entry) > 0).all()
    assert accrual.patients_by(entry).tolist() == pytest.approx((np.arange(204) + 0.5).tolist(), abs=1e-3)


def test_negative_accrual_is_refused_with_every_place():
    with pytest.raises(InputError) as wrong:
        Accrual.piecewise(per_month=[5, -3, -1], months=[1, 0, 2])
    assert [fault.place for fault in wrong.value.faults] == ["months[1]", "per_month[1]", "per_month[2]"]
    with pytest.raises(InputError, match="per_month"):
        Accrual.uniform(per_month=-10, months=12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Accrual.uniform(months=10),
        lambda: Accrual.uniform(patients=10, per_month=1, months=10),
        lambda: Accrual.ramp(per_month=5, ramp_months=12, months=6),
        lambda: Accrual.piecewise(per_month=[1, 2], months=[1]),
        lambda: Accrual.piecewise(per_month=[0, 0], months=[1, 1]),
        lambda: Accrual.piecewise(per_month=[], months=[]),
    ],
)
def test_contradictions_are_refused(make):
    with pytest.raises(InputError, match="accrual"):
        make()
