"""The page of a design: formulas side by side, the truth beside them, what each reading of drop-out gives."""

from __future__ import annotations

from lutetia.reports.result_page import Provenance, page_html
from lutetia.reports.trial_design import design_page
from lutetia.trial.accrual import Accrual
from lutetia.trial.design import survival_design
from lutetia.trial.drop_out import DropOut
from lutetia.trial.expected_events import SurvivalPlan
from lutetia.trial.hazard import Hazard
from lutetia.trial.sequential import group_sequential
from lutetia.trial.sequential_events import sequential_events

CONTROL = Hazard.of_median(15)
PLAN = SurvivalPlan(
    accrual=Accrual.uniform(patients=222, months=22.2),
    experimental=CONTROL.times(0.5),
    control=CONTROL,
    allocation=(2, 1),
    drop_out=DropOut.net(0.15),
)


def page(runs: int = 0, readings=()):
    bounds = group_sequential((2 / 3, 1))
    looks = (bounds, sequential_events(bounds, hazard_ratio=0.5, allocation=(2, 1), plan=PLAN))
    design = survival_design(PLAN, hazard_ratio=0.5, runs=runs, seed=1)
    return design_page(design, title="t", readings=readings, looks=looks, provenance=Provenance(version="1"))


def cells(made, key):
    return {row.cells[0]: row.cells for row in next(t for t in made.tables if t.key == key).rows}


def test_the_published_numbers_stand_in_the_table():
    rows = cells(page(), "formulas")
    assert rows["Schoenfeld (chosen)"][1:5] == ("98.4142", "99", "0.9017", "33.08")
    assert rows["Freedman"][1:3] == ("84.0594", "85")
    assert rows["Hsieh-Freedman"][1:3] == ("106.3877", "107")
    assert cells(page(), "looks")["1"][4] == "2.509309"


def test_readings_with_a_month_and_one_without():
    made = page(readings=(("no drop-out", PLAN.at(30)), ("everybody leaves", "must bring the events")))
    rows = cells(made, "drop-out")
    assert rows["no drop-out"][1] == "30.00"
    assert rows["everybody leaves"][1] == "never"
    assert made.not_made == ("everybody leaves: must bring the events",)


def test_what_was_simulated_stands_beside_what_was_asked_for():
    made = page(runs=400)
    assert [part.key for part in made.parts] == ["events", "truth", "time", "looks"]
    rows = cells(made, "truth")
    assert rows["Power"][1] == "0.9"
    assert 0.85 < float(rows["Power"][2]) < 0.98
    assert "type I error" in made.lead[2]
    assert "truth" not in {table.key for table in page().tables}
    assert "Simulated" in page_html(made)


def test_records_are_numbers_with_units():
    found = next(t for t in page().tables if t.key == "formulas").records
    units = {one["statistic"]: one["unit"] for one in found}
    assert units == {"events": "events", "rounded": "events", "power_at_rounded": "proportion", "months": "months"}
