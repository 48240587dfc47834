"""Gray's test: four patients by hand, cmprsk in R, and the log-rank test as its limit."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, gray_test, log_rank

approx = pytest.approx

# a: cause 2 at 1, cause 1 at 3; b: cause 1 at 2, censored at 4.
FOUR = FollowUp(stop=[1, 3, 2, 4], event=[2, 1, 1, 0])
ARMS = ["a", "a", "b", "b"]


def test_four_patients_by_hand():
    found = gray_test(FOUR, ARMS)
    # At 2: R = (2, 2), so a expects 1/2 of the event; at 3: R = (2, 1), so a expects 2/3 of it.
    assert found.scores == approx([-1 / 2 + 1 - 2 / 3])
    # a = ±1 at each time, c(3) = 1/4 + 1/3. Events of the cause: 2 · (1 − 1/2 · 1/3)² / 8 at 2 and 2 · 1/8 at 3;
    # the other event at 1: (2 · 7/12)² / 4.
    assert found.variance == approx(np.array([[2 * (5 / 6) ** 2 / 8 + 2 / 8 + (7 / 6) ** 2 / 4]]))
    assert found.chi2 == approx(2 / 55)
    assert (found.groups, found.n, found.events) == (("a", "b"), (2, 2), (1, 1))


def test_without_other_events_the_scores_are_those_of_the_log_rank_test():
    stop, event, arm = [1, 2, 3, 4, 5, 7, 8, 9], [1, 1, 0, 1, 1, 0, 1, 0], list("abababab")
    f = FollowUp(stop=stop, event=event)
    ranks = log_rank(f, arm)
    assert gray_test(f, arm).scores == approx(np.asarray(ranks.observed - ranks.expected)[:-1])


def says(values, quantity):
    here = values["quantity"] == quantity
    return zip(values["at"][here], values["value"][here], strict=True)


@pytest.mark.parametrize("cause", [1, 2])
def test_agrees_with_cmprsk(reference, cause):
    rows, values = reference("competing_rows"), reference("competing_values")
    f = FollowUp(stop=rows["stop"], event=rows["event"])
    for rho, expected in says(values, f"gray.cause{cause}"):
        assert gray_test(f, rows["group"], cause=cause, rho=rho).chi2 == approx(expected, rel=1e-11)
    layered = FollowUp(stop=rows["stop"], event=rows["event"], strata=rows["stratum"])
    for rho, expected in says(values, f"gray.strata.cause{cause}"):
        assert gray_test(f, rows["group"], cause=cause, rho=rho, strata=rows["stratum"]).chi2 == approx(expected)
        assert gray_test(layered, rows["group"], cause=cause, rho=rho).chi2 == approx(expected, rel=1e-11)


def test_mgus_by_sex(table):
    """Acceptance A9: cmprsk 2.2-11 in R 4.2.2."""
    d = table("mgus2")
    progressed = d["pstat"] == 1
    stop = np.where(progressed, d["ptime"], d["futime"])
    f = FollowUp(stop=stop, event=np.where(progressed, 1, 2 * d["death"]))
    found = gray_test(f, d["sex"])
    assert found.chi2 == approx(1.194507825, abs=1e-9)
    assert found.p == approx(0.274422156788, abs=1e-9)
    assert gray_test(f, d["sex"], cause=2).chi2 == approx(11.65125901213, abs=1e-9)


def test_relabelling_and_rescaling_change_nothing():
    first = gray_test(FOUR, ARMS)
    other = gray_test(FollowUp(stop=FOUR.stop * 30.4375, event=FOUR.event), ["z", "z", "y", "y"])
    assert other.chi2 == approx(first.chi2)
    assert other.scores == approx(-first.scores)


def test_rows_without_a_group_or_stratum_are_counted():
    found = gray_test(
        FollowUp(stop=[1, 3, 2, 4, 5, 6], event=[2, 1, 1, 0, 1, 1]),
        [*ARMS, None, "a"],
        strata=[1, 1, 1, 1, 1, None],
    )
    assert found.chi2 == approx(2 / 55)
    assert [(out.why, out.rows) for out in found.left_out] == [("group missing", (4,)), ("strata missing", (5,))]


def test_a_test_that_cannot_be_made_says_so():
    found = gray_test(FollowUp(stop=[1, 2, 3, 4], event=[2, 2, 1, 1]), ARMS)
    assert (found.chi2, found.p) == (None, None)
    assert "singular" in found.why


def test_being_censored_is_no_cause():
    with pytest.raises(InputError, match="must be an event that occurs, from 1, but got none of cause 0"):
        gray_test(FOUR, ARMS, cause=0)


def test_every_fault_is_named():
    f = FollowUp(start=[0, 0, 1], stop=[1, 2, 3], event=[2, 2, 0], weights=[1, 1, 2], cluster=[1, 1, 2])
    with pytest.raises(InputError) as refused:
        gray_test(f, ["a", "a", "a"], rho=np.nan)
    for told in (
        "at least two groups",
        "none of cause 1",
        "rho: must be a number",
        "common time zero",
        "unweighted rows",
        "one row each",
    ):
        assert told in str(refused.value)
