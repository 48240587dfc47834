"""Flat records as people type them: every form of a value, the newest of several, and all faults at once."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.guideline.facts import Facts, FactValue, read_flat
from lutetia.quantities import Interval

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def faults_of(record):
    with pytest.raises(InputError) as caught:
        read_flat(record, name="made-up patient")
    return {fault.place: fault for fault in caught.value.faults}


# ------------------------------------------------------------------------------------------------ forms of a value
def test_plain_values_of_every_type():
    facts = read_flat({"frail": True, "primary": "pancreas", "ecog": 1, "egfr": 61.5, "ki67_pct": 3})
    assert facts.record() == {"frail": True, "primary": "pancreas", "ecog": 1, "egfr": 61.5, "ki67_pct": 3}
    assert facts.get("egfr").origin == "flat record"
    assert facts.get("egfr").date is None
    assert facts.ignored == ()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("<3", Interval(low=0, high=3, high_open=True)),
        ("<= 3", Interval(low=0, high=3)),
        ("10-15", Interval(low=10, high=15)),
        ("10 – 15 %", Interval(low=10, high=15)),
        ("7", 7),
        ("7 %", 7),
        (Interval(low=2, high=5), Interval(low=2, high=5)),
    ],
)
def test_ranges_are_kept_with_what_was_typed(typed, value):
    fact = read_flat({"ki67_pct": typed}).get("ki67_pct")
    assert fact.value == value
    assert fact.entered == (typed if isinstance(typed, str) else None)


def test_a_range_open_upwards_is_above_its_bound():
    value = read_flat({"ki67_pct": ">20"}).get("ki67_pct").value
    assert value.certainly(">", 20) is True
    assert value.certainly(">", 55) is None


def test_a_dated_value_keeps_date_origin_and_reason():
    record = {
        "egfr": {"value": 61, "date": "2026-09", "origin": "laboratory"},
        "crcl": {"value": None, "date": "2026-09-03", "unknown": "not_done"},
    }
    facts = read_flat(record)
    assert facts.get("egfr") == FactValue(
        field="egfr", value=61, date=PartialDate(2026, 9), origin="laboratory", entered=None
    )
    assert facts.get("crcl").value is None
    assert facts.get("crcl").unknown_because == "not_done"
    assert facts.record() == {"egfr": 61}


def test_absent_and_null_are_unknown():
    facts = read_flat({"egfr": None})
    assert facts.record() == {}
    assert facts.get("egfr").value is None
    assert facts.get("crcl") == FactValue(field="crcl", value=None)


def test_unknown_keys_are_kept_aside_in_order():
    assert read_flat({"zeta": 1, "egfr": 60, "alpha": {"x": 2}}).ignored == ("alpha", "zeta")


def test_facts_are_walked_in_the_order_given():
    facts = read_flat({"egfr": 60, "age_years": 62})
    assert [item.field for item in facts] == ["egfr", "age_years"]


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ({"frail": True}, "yes"),
        ({"frail": False}, "no"),
        ({"frail": None}, "not known"),
        ({"frail": {"value": None, "unknown": "pending"}}, "not known (pending)"),
        ({"primary": "jejunum_ileum"}, "jejunum ileum"),
        ({"ki67_pct": "<3"}, "<3"),
        ({"ki67_pct": "10-15 %"}, "10-15"),
        ({"egfr": 61.234}, "61.23"),
        ({"age_years": 62}, "62"),
        ({"fdg_suvmax": 11.0}, "11"),
        ({"platelets_e9_l": 1234.6}, "1235"),
    ],
)
def test_a_value_as_a_person_reads_it(record, shown):
    ((field, _),) = record.items()
    assert read_flat(record).get(field).shown == shown


# --------------------------------------------------------------------------------------------- several values
def dated(*pairs):
    return [{"value": value, "date": day} for value, day in pairs]


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_the_newest_dated_value_wins_in_any_order(order):
    values = dated((45, "2024-01"), (80, "2026-11-02"), (60, "2025"))[order]
    fact = read_flat({"egfr": values}).get("egfr")
    assert (fact.value, str(fact.date)) == (80, "2026-11-02")


def test_a_newer_date_without_a_value_leaves_the_newest_known():
    values = [*dated((60, "2025-03")), {"value": None, "date": "2026-01", "unknown": "pending"}]
    assert read_flat({"egfr": values}).get("egfr").value == 60


def test_values_of_one_day_that_disagree_are_unknown_with_the_reason():
    fact = read_flat({"egfr": dated((45, "2026-05-17"), (80, "2026-05-17"), (30, "2020"))}).get("egfr")
    assert fact.value is None
    assert fact.unknown_because == "contradictory: 45 and 80, order of the dates not certain"
    assert "45 and 80" in fact.shown


@pytest.mark.parametrize(
    ("earlier", "later", "certain"),
    [
        ("2026-04", "2026-05-17", True),
        ("2025", "2026-01-01", True),
        ("2026-05", "2026-05-17", False),
        ("2026", "2026-05-17", False),
        ("2026", "2026-12", False),
        ("2026-05-17", "2026-05-17", False),
    ],
)
def test_partial_dates_order_only_where_certain(earlier, later, certain):
    fact = read_flat({"stage": dated(("localized", earlier), ("metastatic", later))}).get("stage")
    assert fact.value == ("metastatic" if certain else None)


def test_values_that_agree_are_no_contradiction():
    fact = read_flat({"egfr": dated((60, "2026"), (60, "2026-05-17"), ("60", "2026-05"))}).get("egfr")
    assert fact.value == 60


def test_one_undated_value_in_a_list_counts():
    assert read_flat({"egfr": [61]}).get("egfr").value == 61
    assert read_flat({"egfr": []}).get("egfr").value is None
    assert read_flat({"egfr": [None, {"value": 61}]}).get("egfr").value == 61


def test_several_values_without_dates_are_refused():
    fault = faults_of({"egfr": [60, {"value": 61, "date": "2026-05"}]})["egfr"]
    assert "must carry a date" in fault.must
    assert fault.do == "Write {value: 5, date: 2024-05-17}."


# ------------------------------------------------------------------------------------------------------- faults
@pytest.mark.parametrize(
    ("field", "value", "must"),
    [
        ("frail", "yes", "must be true or false"),
        ("frail", 1, "must be true or false"),
        ("frail", "true", "must be true or false"),
        ("primary", "ileum", "must be one of pancreas, duodenum"),
        ("primary", 3, "must be one of"),
        ("primary", True, "must be one of"),
        ("jurisdiction", "eu", "must be one of EU, US, other"),
        ("ecog", 5, "must lie between 0 and 4"),
        ("ecog", True, "must be a number"),
        ("age_years", 130, "must lie between 0 and 120"),
        ("age_years", math.nan, "finite"),
        ("age_years", math.inf, "finite"),
        ("age_years", -1, "must lie between 0 and 120"),
        ("crcl", -1, "must be at least 0"),
        ("ki67_pct", 101, "must lie between 0 and 100"),
        ("ki67_pct", "about 7", "must be a number"),
        ("ki67_pct", "7,5", "write 7.5"),
        ("ki67_pct", "15-10", "from low to high"),
        ("ki67_pct", "90-110", "must lie between 0 and 100"),
        ("ki67_pct", "", "must be a number"),
        ("hb_g_l", 12.8, "must lie between 20 and 250"),  # g/dL by mistake
        ("largest_lesion_cm", 120, "must lie between 0 and 60"),  # mm by mistake
        ("egfr", {"value": 60, "when": "2026"}, "must hold only value, date, origin, unknown"),
        ("egfr", {"value": "sixty"}, "must be a number"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_place(field, value, must):
    fault = faults_of({field: value})[field]
    assert must in fault.must


@pytest.mark.parametrize("day", ["2026-13", "2026-02-30", "17.05.2026", "1850", True])
def test_a_date_that_cannot_be_is_refused_at_its_place(day):
    assert set(faults_of({"egfr": {"value": 60, "date": day}})) == {"egfr.date"}


def test_all_faults_of_a_record_at_once_with_place_and_what_to_do():
    record = {
        "age_years": "old",
        "frail": "yes",
        "egfr": 60,
        "primary": "liver",
        "hb_g_l": {"value": 12.8, "date": "2026-99"},
        "crcl": [{"value": 60}, {"value": -5}, 70],
        "nonsense": "kept aside",
    }
    with pytest.raises(InputError) as caught:
        read_flat(record, name="made-up patient")
    places = [fault.place for fault in caught.value.faults]
    assert sorted(set(places)) == ["age_years", "crcl", "frail", "hb_g_l", "hb_g_l.date", "primary"]
    text = str(caught.value)
    assert text.startswith("made-up patient: ")
    assert "hb_g_l: must lie between 20 and 250, but got 12.8" in text
    assert 'Write a number in g/L, or a range such as "<3" or "10-15".' in text
    assert "'old'" in text


@pytest.mark.parametrize("record", [{"ecog": 1.5}, {"prior_chemo_lines": 0.5}, {"sstr_min_score": "1.5"}], ids=str)
def test_a_whole_number_is_whole(record):
    faults_of(record)


@pytest.mark.parametrize("record", [{"crcl": "78 %"}, {"hb_g_l": "128 %"}, {"age_years": "62 %"}], ids=str)
def test_a_percent_sign_is_refused_where_the_unit_is_another(record):
    faults_of(record)


@pytest.mark.parametrize(("field", "typed"), [("hb_g_l", "<80"), ("weight_kg", "<= 40")])
def test_a_bound_from_above_is_taken_where_entry_starts_above_nought(field, typed):
    fact = read_flat({field: typed}).get(field)
    assert fact.entered == typed
    assert fact.value.certainly("<=", 80) is True


@pytest.mark.parametrize(("field", "typed"), [("hb_g_l", "128 g/L"), ("crcl", "62 mL/min"), ("ki67_pct", "7 %")])
def test_the_unit_of_the_field_may_be_written_behind(field, typed):
    fact = read_flat({field: typed}).get(field)
    assert (fact.value, fact.entered) == (float(typed.split()[0]), typed)


# ------------------------------------------------------------------------------------------------------ changed
def test_a_changed_copy_leaves_the_original():
    facts = read_flat({"egfr": 60, "frail": False}, name="made-up patient")
    changed = facts.changed(egfr=40, frail=None, crcl="<30")
    assert facts.record() == {"egfr": 60, "frail": False}
    assert changed.record() == {"egfr": 40, "crcl": Interval(low=0, high=30, high_open=True)}
    assert changed.name == "made-up patient"


def test_a_field_that_does_not_exist_cannot_be_changed():
    with pytest.raises(InputError) as caught:
        read_flat({}, name="made-up patient").changed(egrf=40, chrom=3)
    assert {fault.place for fault in caught.value.faults} == {"chrom", "egrf"}
    assert "no such field" in str(caught.value)


def test_a_changed_value_that_cannot_be_is_refused():
    with pytest.raises(InputError, match="must lie between 0 and 120"):
        read_flat({}).changed(age_years=130)


def test_all_faults_of_a_change_at_once():
    with pytest.raises(InputError) as caught:
        read_flat({}).changed(age_years="old", nonsense=1)
    assert {fault.place for fault in caught.value.faults} == {"age_years", "nonsense"}


# ------------------------------------------------------------------------------- what must change nothing
def test_order_extra_keys_and_older_duplicates_change_nothing(records, field_values):
    """The facts are the same values, whichever way the record was written down."""

    @settings(CALM, max_examples=250)
    @given(st.data())
    def law(data):
        record = data.draw(records)
        rewritten = {"zz_comment": "extra"}
        for name in data.draw(st.permutations(sorted(record))):
            rewritten[name] = record[name]
            if data.draw(st.integers(0, 3)) == 0:
                older = data.draw(st.sampled_from(field_values[name]))
                values = [*dated((record[name], "2026-11-01"), (older, "2024-05"))]
                rewritten[name] = data.draw(st.permutations(values))
        again = read_flat(rewritten)
        assert again.record() == read_flat(record).record()
        assert again.ignored == ("zz_comment",)

    law()


def test_facts_are_built_by_hand_too():
    facts = Facts(name="made-up patient", values={"egfr": FactValue(field="egfr", value=60)})
    assert facts.record() == {"egfr": 60}
