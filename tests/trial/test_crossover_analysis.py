"""Crossover: three methods beside intention to treat, on the replayed trial and where they cannot be made."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial.adam import Dataset
from lutetia.trial.crossover_analysis import _ipcw, _ipcw_rows, _rpsft, _switching, crossover_table
from lutetia.trial.rank_preserving import CrossoverData, rank_preserving
from lutetia.trial.switch_weights import SwitchRows, switch_weighted
from lutetia.trial.time_to_event_analysis import time_to_event


@pytest.fixture(scope="module")
def table(replayed):
    return crossover_table(replayed, ("rpsft", "ipcw"), seed=1)


def test_the_first_row_is_intention_to_treat(table, replayed):
    itt = time_to_event(replayed, "OS").hazard_ratio
    assert table.records[0]["estimate"] == pytest.approx(itt.estimate)
    assert [row.cells[0] for row in table.rows][1:] == ["RPSFT", "IPCW"]


def test_every_row_has_a_ratio_or_a_reason(table):
    for row in table.rows[1:]:
        assert row.cells[1] != "not estimable" or row.cells[2]


def test_two_stage_is_the_seeds_own(replayed):
    one, same = (crossover_table(replayed, ("two-stage",), seed=5) for _ in range(2))
    assert one.rows == same.rows


def test_without_crossover_there_is_no_table(by_hand):
    assert crossover_table(by_hand([{"arm": "A"}, {"arm": "B"}]), ("rpsft",)) is None


def test_too_few_events_give_a_reason_and_no_number(by_hand):
    died = {"times": {"OS": (300, 1), "PFS": (100, 1)}}
    moved = {"XOVERFL": "Y", "XOVERDT": date(2021, 7, 1)}
    patients = [{"arm": "A"}, {"arm": "A", **died}, {"arm": "B"}, {"arm": "B", **died, **moved}]
    table = crossover_table(by_hand(patients), ("two-stage",))
    assert table.rows[1].cells[1] == "not estimable"
    assert "events for" in table.rows[1].cells[2]


def test_unknown_methods_are_refused(replayed):
    with pytest.raises(InputError, match="must be among rpsft"):
        crossover_table(replayed, ("magic",))


def pieces_of(by_hand, patients):
    """What the methods get from datasets written by hand."""
    data = by_hand(patients)
    return _switching(data, time_to_event(data, "OS"))


def test_days_of_a_patient_agree(by_hand):
    """Randomised 2021-01-01, PD on day 100 (10 April), crossed over on 1 July (181 days after), died on day 300."""
    died = {"times": {"OS": (300, 1), "PFS": (100, 1)}, "died_on": 300}
    moved = {"XOVERFL": "Y", "XOVERDT": date(2021, 7, 1)}
    given = pieces_of(by_hand, [{"arm": "B", **died, **moved}, {"arm": "A"}])
    assert (given.time[0], given.event[0], given.progression[0], given.switch[0]) == (300, 1, 99, 181)
    assert given.censor.tolist() == [731, 731]  # two years, the day of randomisation and that of the cut-off counted
    assert _ipcw_rows(given, 0) == [(0, 0.0, 99.0, 0, 0, 0, 0), (0, 99.0, 182.0, 0, 1, 1, 0)]
    assert _ipcw_rows(given, 1) == [(1, 0.0, 700.0, 0, 0, 0, 1)]


def test_progression_that_was_no_event_is_still_progression(by_hand):
    """PD after two missed visits is censored; the visit is on record, and crossover comes after it."""
    moved = {"XOVERFL": "Y", "XOVERDT": date(2021, 7, 1), "times": {"PFS": (1, 0)}}
    data = by_hand([{"arm": "B", **moved}, {"arm": "A"}])
    visit = {"STUDYID": "by hand", "USUBJID": "1", "PARAMCD": "OVR", "PARQUAL": "central", "AVALC": "PD"}
    read = Dataset.of("ADRS", [*data.adrs.rows(), {**visit, "ADT": date(2021, 6, 1)}])
    given = _switching(replace(data, adrs=read), time_to_event(data, "OS"))
    assert (given.progression[0], given.before[0]) == (151, False)
    unseen = _switching(data, time_to_event(data, "OS"))
    assert unseen.before.tolist() == [True, False]
    assert _ipcw_rows(unseen, 0) == [(0, 0.0, 182.0, 0, 0, 0, 0)]  # censored there, never at risk of switching


def test_a_death_is_no_progression(by_hand):
    died = {"times": {"OS": (300, 1), "PFS": (300, 1)}, "died_on": 300, "what": "death"}
    assert np.isnan(pieces_of(by_hand, [{"arm": "B", **died}, {"arm": "A"}]).progression).all()


def test_strata_of_three_levels_have_two_columns(by_hand):
    patients = [{"arm": arm, "STRAT1": level} for level in ("g1", "g2", "g3") for arm in "AB"]
    assert pieces_of(by_hand, patients).factors.T.tolist() == [[0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]]


def test_ipcw_is_stratified_as_the_first_row_is(replayed):
    given = _switching(replayed, time_to_event(replayed, "OS"))
    row, said = _ipcw(given, 1, 0.95)
    assert row[1].estimate is not None
    assert "2 baseline columns" in said[0]
    turned = SwitchRows.of(**_plain(given), stratum=np.array(given.arms.stratum)[_plain(given)["patient"]])
    assert row[1].estimate == pytest.approx(switch_weighted(turned).hazard_ratio.estimate)
    loose = switch_weighted(SwitchRows.of(**_plain(given))).hazard_ratio.estimate
    assert row[1].estimate != pytest.approx(loose, rel=1e-6)


def _plain(given):
    rows = [row for i in range(given.arms.arm.size) for row in _ipcw_rows(given, i)]
    names = ("patient", "start", "stop", "event", "switched", "could_switch", "arm")
    columns = {name: np.array(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    return {**columns, "factors": np.zeros((len(rows), 0)), "baseline": given.factors[columns["patient"]]}


def test_rpsft_has_the_days_on_treatment(replayed):
    """Written anew from the datasets: experimental patients are on from the start, controls from their crossover."""
    os = {row["USUBJID"]: row for row in replayed.adtte.where(PARAMCD="OS").rows()}
    on, time, event, last, arm, stratum = [], [], [], [], [], []
    for row in replayed.adsl.rows():
        one, moved = os[row["USUBJID"]], row["XOVERDT"]
        time.append(one["AVAL"])
        event.append(1 - one["CNSR"])
        arm.append(row["TRT01PN"])
        later = (one["ADT"] - moved).days + 1 if moved else 0
        on.append(one["AVAL"] if row["TRT01PN"] == 1 else later)
        last.append((replayed.cut_off - row["RANDDT"]).days + 1)
        stratum.append((row["STRAT1"], row["STRAT2"]))
    codes = [sorted(set(stratum)).index(one) for one in stratum]
    data = CrossoverData.of(time=time, event=event, arm=arm, on_treatment=on, censor_time=last, stratum=np.array(codes))
    row, _ = _rpsft(_switching(replayed, time_to_event(replayed, "OS")), 1, 0.95)
    assert row[1].estimate == pytest.approx(rank_preserving(data).hazard_ratio_adjusted.estimate)
