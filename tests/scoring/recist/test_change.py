"""Twin of src/lutetia/scoring/recist/change.py: bars and points by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist

Tables = Callable[..., Any]
LESIONS = {"T1": ("LIVER", "TARGET"), "T2": ("LUNG", "TARGET")}
DAYS = ["2024-01-01", "2024-03-11", "2024-05-20", "2024-07-29"]


def judged(tables: Tables) -> Any:
    # Sums 80, 60 (−25 %), not all measured, 100 (+25 %, progression); then 40, 50 (+25 %, progression), 20 (−50 %).
    first = [{"T1": 40, "T2": 40}, {"T1": 30, "T2": 30}, {"T1": 20}, {"T1": 60, "T2": 40}]
    second = [{"T1": 20, "T2": 20}, {"T1": 25, "T2": 25}, {"T1": 10, "T2": 10}]
    third = tables({"A": ("BONE", "NON-TARGET")}, [{"A": "PRESENT"}, {"A": "PRESENT"}], subject="MU-3", days=DAYS[:2])
    made = [
        tables(LESIONS, first, subject="MU-1", days=DAYS),
        tables(LESIONS, second, subject="MU-2", days=DAYS[:3]),
        third,
    ]
    return recist.visit_responses([row for tu, _ in made for row in tu], [row for _, tr in made for row in tr])


def test_the_bars_of_a_waterfall(tables: Tables) -> None:
    found = recist.waterfall(judged(tables), until="progression")
    assert [(bar.subject, bar.value, bar.visit) for bar in found.value] == [
        ("MU-2", 25, "VISIT 2"),
        ("MU-1", -25, "VISIT 2"),
    ]
    assert found.left_out == (("MU-3, READER 1", "no target lesion"),)
    after = recist.waterfall(judged(tables), until="end")
    assert [(bar.subject, bar.value) for bar in after.value] == [("MU-1", -25), ("MU-2", -50)]
    with pytest.raises(InputError, match="until"):
        recist.waterfall([], until="always")  # type: ignore[arg-type]


def test_the_points_of_a_spider(tables: Tables) -> None:
    starts = dict.fromkeys(("MU-1", "MU-2", "MU-3"), "2024-01-01")
    found = recist.spider(judged(tables), reference_dates=starts)
    points = [(point.subject, point.days, point.value) for point in found.value]
    assert points == [
        ("MU-1", 0, 0),
        ("MU-1", 70, -25),
        ("MU-1", 210, 25),
        ("MU-2", 0, 0),
        ("MU-2", 70, 25),
        ("MU-2", 140, -50),
    ]
    assert dict(found.left_out) == {
        "MU-1, READER 1, VISIT 3": "not all targets measured",
        "MU-3, READER 1, VISIT 2": "no target lesion",
    }


def test_every_patient_needs_a_reference_date(tables: Tables) -> None:
    with pytest.raises(InputError) as refused:
        recist.spider(judged(tables), reference_dates={"MU-1": "2024-01-01", "MU-2": "2024"})
    assert {fault.place for fault in refused.value.faults} == {"reference_dates (MU-2)", "reference_dates (MU-3)"}
