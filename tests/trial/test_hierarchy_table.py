"""The hierarchy stops at the first endpoint that is not significant, as NETTER-2 did at global health status."""

import pytest

from lutetia.errors import InputError
from lutetia.trial.hierarchy_table import hierarchy_table


def test_netter2_stops_at_global_health_status():
    p = {"PFS": 1e-6, "ORR": 1e-6, "TTDQL": 0.4, "diarrhoea": 0.001}
    table = hierarchy_table(tuple(p), p, alpha=0.025)
    assert [row.cells[3] for row in table.rows] == ["rejected", "rejected", "not rejected", "not tested"]
    assert [row.cells[2] for row in table.rows][2] == "0.400"


def test_an_endpoint_that_was_not_analysed_is_refused():
    with pytest.raises(InputError, match="hierarchy, pain"):
        hierarchy_table(("PFS", "pain"), {"PFS": 0.01}, alpha=0.025)


def test_an_endpoint_twice_in_the_order_is_refused():
    with pytest.raises(InputError, match="once in the order"):
        hierarchy_table(("PFS", "ORR", "PFS"), {"PFS": 0.001, "ORR": 0.02}, alpha=0.025)


def test_a_test_that_was_not_made_stops_the_order():
    rows = hierarchy_table(("PFS", "ORR", "OS"), {"PFS": 0.001, "ORR": None, "OS": 0.001}, alpha=0.025).rows
    assert [row.cells[3] for row in rows] == ["rejected", "not rejected", "not tested"]


def test_the_level_is_one_sided_and_whole():
    rows = hierarchy_table(("PFS", "ORR"), {"PFS": 0.025, "ORR": 0.026}, alpha=0.025).rows
    assert [row.cells[3] for row in rows] == ["rejected", "not rejected"]
