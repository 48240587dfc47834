"""The measured response of the board: by hand on the example courses, and never more than the lesions tell."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from lutetia.course.course import Course
from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.exchange.examples import BOARD_DAY, FOLDER
from lutetia.guideline.derive import facts_on
from lutetia.guideline.response import measured_response, response_conventions

EXAMPLES = pytest.mark.parametrize("name", [f"VO-{number:02d}" for number in range(1, 15)])


def course(name: str) -> Course:
    return read_course(FOLDER / f"{name}.yaml")


def changed(name: str, changes: dict[str, dict[str, Any]], add: tuple[dict[str, Any], ...] = ()) -> Timeline:
    """An example course with some fields of some entries changed, and entries added."""
    raw = course(name).model_dump(mode="json")
    for entry in raw["entries"]:
        entry.update(changes.get(entry["id"], {}))
    raw["entries"] += [{"recorded_by": "oncology", **entry} for entry in add]
    return Timeline(Course.model_validate(raw), BOARD_DAY)


def on(name: str, day: date = BOARD_DAY) -> Any:
    return measured_response(Timeline(course(name), day))


def test_progression_on_lanreotide_by_hand() -> None:
    # Sums 66 (34+18+14), 64, 67, 79 mm. 79 is 15 mm and 23.4 % above the nadir of 64: PD.
    found = on("VO-02")
    assert (found.line.id, found.value, found.newest.sum_mm) == ("lanreotide", "PD", 79.0)
    assert [visit.overall for visit in found.visits] == ["SD", "SD", "PD"]
    assert [str(part) for part in found.nadir_visit] == ["2025-10-07", "64.0"]
    assert (found.best.value, str(found.best.day)) == ("SD", "2025-10-07")  # 109 days after the start, at least 42
    assert found.disagreements == ()
    assert found.not_assessable == ()
    assert {"RECIST-TL-PD", "RECIST-VISIT-TARGET-PD", "RECIST-BEST-DURATION"} <= {why.rule for why in found.because}


def test_response_to_rlt_and_progression_after_it() -> None:
    # 104 → 67 (−35.6 %) → 63 → 77 mm (+14 mm, +22.2 % over 63); non-target node gone (9 mm, absent, 8 mm).
    found = on("VO-12")
    assert [visit.overall for visit in found.visits] == ["PR", "PR", "PD"]
    assert [visit.nontarget for visit in found.visits] == ["CR", "CR", "CR"]
    assert (found.line.id, found.best.value, str(found.best.day)) == ("rlt", "PR", "2024-07-10")


def test_growth_with_its_band_by_the_formula() -> None:
    first, last = on("VO-13").growth
    months = 105 * 12 / 365.25  # 2025-08-26 to 2025-12-09
    rate, error = 3 * math.log(93 / 101) / months, 3 * math.sqrt(2) * 0.03 / months
    assert first.rate.value == pytest.approx(100 * (math.exp(rate) - 1))
    assert first.rate.high == pytest.approx(100 * (math.exp(rate + 1.959964 * error) - 1), abs=1e-4)
    assert first.rate.high < 0.8
    assert first.side.value == "below"
    assert last.side is None  # the cut-off speaks of the first follow-up
    assert (last.pair.before_mm, last.pair.after_mm) == (96.0, 118.0)


def test_the_side_of_the_cut_off_is_undecided_outside_its_months() -> None:
    first = on("VO-02").growth[0]
    assert first.side.value == "undecided"
    assert first.side.because[0].says == "6.9 months lie outside 2 to 4"


def test_only_what_was_known_on_the_day() -> None:
    found = on("VO-02", date(2026, 4, 1))
    assert (found.value, len(found.visits)) == ("SD", 2)
    none = on("VO-02", date(2025, 7, 1))
    assert (none.value, [one.why for one in none.not_assessable]) == (
        None,
        ["no measured examination after the start (2025-06-20)"],
    )


@pytest.mark.parametrize(("name", "why"), [("VO-07", "no line of therapy on record"), ("VO-09", "no line of therapy")])
def test_untreated_patients_have_no_response(name: str, why: str) -> None:
    found = on(name)
    assert (found.line, found.value, found.best, found.growth) == (None, None, None, ())
    assert found.not_assessable[0].why.startswith(why)


def test_without_measured_lesions_it_is_not_known() -> None:
    timeline = Timeline(Course.model_validate({"patient": {"id": "P"}}), BOARD_DAY)
    found = measured_response(timeline)
    assert [one.why for one in found.not_assessable] == ["no measured lesions on record"]
    assert found.conventions == ()


def test_what_a_reader_recorded_is_shown_beside_the_computed_one() -> None:
    found = measured_response(changed("VO-02", {"da-2026-09": {"response": "SD", "progression": False}}))
    (one,) = found.disagreements
    assert (str(one.day), one.recorded, one.recorded_by, one.computed) == ("2026-09-08", "SD", "radiology", "PD")
    assert found.value == "PD"
    other_method = changed("VO-02", {"da-2026-09": {"response": "SD", "method": "board"}})
    assert measured_response(other_method).disagreements == ()
    other_day = changed("VO-02", {"da-2026-09": {"response": "SD", "date": "2026-09-09"}})
    assert measured_response(other_day).disagreements == ()
    assert "SD on 2026-09-09 (da-2026-09)" in str(measured_response(other_day).left_out[-1])


def test_the_word_for_neither_cr_nor_pd_is_the_same() -> None:
    lesions = [{"lesion": "pancreas-tail", "organ": "pancreas", "role": "non_target", "status": "present"}]
    bare = {name: {"lesions": lesions} for name in ("ct-2025-03", "ct-2025-10", "ct-2026-03", "ct-2026-09")}
    words = {name: {"response": "NON_CR_NON_PD"} for name in ("da-2025-10", "da-2026-03", "da-2026-09")}
    found = measured_response(changed("VO-02", bare | words))
    assert (found.value, found.disagreements, found.growth) == ("NON-CR/NON-PD", (), ())
    assert found.nadir_visit == (None, None)


def test_a_newer_line_without_lesions_is_named_and_the_older_one_judged() -> None:
    newer = {"kind": "therapy_line", "id": "everolimus", "date": "2026-10-05", "regimen": "everolimus", "ongoing": True}
    found = measured_response(changed("VO-02", {}, (newer,)))
    assert (found.line.id, found.value) == ("lanreotide", "PD")
    (open_line,) = found.not_assessable
    assert (open_line.line.id, open_line.why) == ("everolimus", "no measured examination after the start (2026-10-05)")


def test_lesions_with_faults_are_not_judged_and_the_fault_is_told() -> None:
    small = [{"lesion": "pancreas-tail", "organ": "pancreas", "role": "target", "diameter_mm": 3.4}]
    found = measured_response(changed("VO-02", {"ct-2025-03": {"lesions": small}}))
    assert found.value is None
    (one,) = found.not_assessable
    assert "ct-2025-03, lesion pancreas-tail: a target must measure at least 10 mm" in one.why
    assert [why.rule for why in one.because] == ["LES-FAULT"]


def test_the_conventions_are_those_of_the_file_and_can_be_named() -> None:
    said = " ".join(on("VO-02").conventions)
    for expected in ("min_sd_days=42", "no confirmation asked", "nadir=reader", "reading_error_pct=3", "reader=any"):
        assert expected in said
    stricter = {**response_conventions(), "min_sd_days": 600}
    assert measured_response(Timeline(course("VO-02"), BOARD_DAY), stricter).best.value == "PD"


@EXAMPLES
def test_measured_and_recorded_agree_in_the_example_courses(name: str) -> None:
    assert on(name).disagreements == ()


@EXAMPLES
def test_measured_lesions_do_not_change_what_the_guideline_reads(name: str) -> None:
    """Taken away they leave every fact of the engine as it is: the section informs, it does not decide."""
    bare = changed(name, {e.id: {"lesions": []} for e in course(name).entries if e.kind == "ct_mri"})
    assert facts_on(bare).record() == facts_on(Timeline(course(name), BOARD_DAY)).record()
    assert measured_response(bare).value is None
