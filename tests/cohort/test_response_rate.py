"""Response rates: NETTER-2's intervals as printed, and who is in the denominator."""

from __future__ import annotations

import pytest

from lutetia.cohort.response_rate import response_rates
from lutetia.errors import InputError

pytest.importorskip("lutetia.proportion.intervals", reason="the intervals are not built yet")


def stories(course, story, responses, regimen="rlt"):
    return [
        story(
            course(
                f"{regimen}-{n}",
                lines=[(regimen, "2015-01-01", {"best_response": r} if r else {})],
                last_contact="2016-01-01",
            )
        )
        for n, r in enumerate(responses)
    ]


def test_the_rates_that_netter_2_prints(course, story):
    """Singh 2024 (S002): ORR 65/151, 43.0 % (35.0-51.3); DCR 137/151, 90.7 % (84.9-94.8); exact intervals."""
    found = stories(course, story, ["PR"] * 65 + ["SD"] * 72 + ["PD"] * 14)
    (rate,) = response_rates(found, ["RLT"] * 151, 1)
    assert (rate.n, rate.responded, rate.controlled) == (151, 65, 137)
    for estimate, expected in ((rate.orr, (43.0, 35.0, 51.3)), (rate.dcr, (90.7, 84.9, 94.8))):
        assert tuple(round(100 * x, 1) for x in (estimate.estimate, estimate.lower, estimate.upper)) == expected


def test_the_denominator_is_named(course, story):
    found = stories(course, story, ["CR", "PD", "NE", None])
    (evaluable,) = response_rates(found, ["x"] * 4, 1, method="wilson")
    assert (evaluable.n, evaluable.responded, evaluable.orr.estimate) == (2, 1, 0.5)
    assert dict(evaluable.counts) == {"CR": 1, "PR": 0, "SD": 0, "NON_CR_NON_PD": 0, "PD": 1, "NE": 1, "not known": 1}
    assert [str(reason) for reason in evaluable.left_out] == ["2 response not evaluable or not known"]
    (everybody,) = response_rates(found, ["x"] * 4, 1, of="all")
    assert (everybody.n, everybody.orr.estimate, everybody.left_out) == (4, 0.25, ())
    assert "of=all" in everybody.conventions[0]


def test_groups_come_apart_and_who_had_no_such_line_is_counted(course, story):
    found = stories(course, story, ["CR", "SD"]) + stories(course, story, ["PD"], "captem")
    one, two = response_rates(found, ["a", "a", "b"], 1)
    assert [(rate.group, rate.n, rate.responded) for rate in (one, two)] == [("a", 2, 1), ("b", 1, 0)]
    (none,) = response_rates(found[:2], ["a", "a"], 2)
    assert (none.n, none.orr, [str(reason) for reason in none.left_out]) == (0, None, ["2 no line 2"])


def test_one_group_for_each_patient(course, story):
    with pytest.raises(InputError, match="one group for each patient"):
        response_rates(stories(course, story, ["CR"]), [], 1)
