"""The response lines: what they say of the example patients, and what they must not say without lesions."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from lutetia.reports.board_html import html
from lutetia.reports.board_pdf import page_data, pdf
from lutetia.reports.published_rules import resolve
from lutetia.reports.statement import DETAILS


def lines(sheet):
    return {item.lead: item for item in sheet.response}


def lesion(name, role, diameter_mm, **more):
    return {"lesion": name, "organ": "liver", "role": role, "diameter_mm": diameter_mm, **more}


def ct(number, day, *lesions, **more):
    return {"kind": "ct_mri", "id": f"ct{number}", "date": day, "lesions": list(lesions), **more}


LINE = {"kind": "therapy_line", "id": "rlt", "date": "2024-02-01", "regimen": "rlt"}


def test_progression_with_the_sums_that_decide_it(course_sheets):
    found = lines(course_sheets["VO-02"])
    newest = found["PD on 2026-09-08"]
    assert newest.text == (
        "lanreotide since 2025-06-20: sum 79 mm, +23.4 % from the nadir 64 mm (same reader, 2025-10-07), "
        "+19.7 % from the baseline 66 mm (2025-03-11)"
    )
    assert newest.facts == ("RECIST-TL-PD", "RECIST-VISIT-TARGET-PD")
    assert found["Best"].text.startswith("SD (2025-10-07), no confirmation asked, SD counts from 42 days on. Visits: ")
    assert "2025-10-07 SD 64 mm, 2026-03-10 SD 67 mm, 2026-09-08 PD 79 mm" in found["Best"].text
    assert "cut-off 0.8 %/month undecided (6.9 months lie outside 2 to 4)" in found["Growth"].text
    assert "reading error 3 % a sum assumed" in found["Growth"].text
    assert found["Keep in mind"].text == "baseline 101 days before the start (at most 28)"


def test_a_side_of_the_cut_off_and_the_rule_behind_it(course_sheets):
    growth = lines(course_sheets["VO-13"])["Growth"]
    assert "first −6.9 %/month (−13.4 to +0.1) to 2025-12-09, below the cut-off 0.8 %/month" in growth.text
    assert growth.facts == ("tumour-growth-rate", "GREPONET-first_follow_up")


def test_a_recorded_best_response_that_differs_is_shown(course_sheets):
    best = lines(course_sheets["VO-10"])["Best"]
    assert best.text.startswith("PD (2026-09-08)")
    assert best.text.endswith("Recorded as best response of the line: SD")
    assert "LES-RECORDED" in best.facts


def test_a_response_recorded_otherwise_is_shown_and_never_overruled(drawn):
    base, visit = (
        ct(n, day, lesion("T1", "target", mm)) for n, (day, mm) in enumerate([("2024-01-20", 50), ("2024-05-20", 65)])
    )
    told = {"kind": "disease_assessment", "id": "da", "date": "2024-05-20", "method": "recist_1_1", "response": "SD"}
    found = lines(drawn([base, LINE, visit, told]))
    assert "PD on 2024-05-20" in found
    assert found["Recorded and computed differ"].text == "2024-05-20: SD by made up, PD from measured lesions"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "not known: no measured lesions on record"),
        ([ct(0, "2024-01-20", lesion("T1", "target", 50))], "not assessable: no line of therapy on record"),
        ([LINE, ct(0, "2024-05-20", lesion("T1", "target", 50))], "not assessable: no measured baseline before"),
        ([LINE, ct(0, "2024-01-20", lesion("T1", "target", 50))], "not assessable: no measured examination after"),
        (
            [LINE, ct(0, "2024-01-20", lesion("T1", "target", 5)), ct(1, "2024-05-20", lesion("T1", "target", 5))],
            "not assessable: ct0, lesion T1: a target must measure at least 10 mm",
        ),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said_in_one_line(drawn, entries, said):
    (line,) = drawn(entries).response
    assert line.text.startswith(said)
    assert line.truth == "u"


def test_a_flat_record_has_no_lesions(sheet):
    (line,) = sheet("plain").response
    assert (line.text, line.facts) == ("not known: no measured lesions on record", ("POL-UNKNOWN",))


def test_incomplete_sums_new_lesions_and_non_targets(drawn):
    base = ct(0, "2024-01-20", lesion("T1", "target", 50), lesion("T2", "target", 30), lesion("N", "non_target", 12))
    gap = ct(1, "2024-05-20", lesion("T1", "target", 45), lesion("N", "non_target", 12))
    new = ct(
        2,
        "2024-08-20",
        *(lesion(*one) for one in [("T1", "target", 50), ("T2", "target", 30), ("N", "non_target", 12)]),
        lesion("X", "new", 12),
    )
    ne, pd = (lines(drawn(entries)) for entries in ([LINE, base, gap], [LINE, base, gap, new]))
    assert ne["NE on 2024-05-20"].text.endswith("sum incomplete (45 mm measured), non-target non-CR/non-PD")
    newest = pd["PD on 2024-08-20"]
    assert newest.text.endswith(
        "sum 80 mm, as at the baseline 80 mm (2024-01-20), new lesion, non-target non-CR/non-PD"
    )
    assert "RECIST-NEW" in newest.facts
    assert "nadir may have been lower, not every target measured on 2024-05-20" in pd["Keep in mind"].text


def test_every_line_cites_rules_that_resolve(course_sheets, knowledge):
    for sheet in course_sheets.values():
        for item in sheet.response:
            assert all(resolve(knowledge, rule) for rule in item.facts)
            assert set(item.facts) <= set(sheet.rules)


def test_choices_stand_in_the_details_and_not_on_the_page(course_sheets):
    sheet = course_sheets["VO-02"]
    choices = sheet.response[-1]
    assert choices.word == DETAILS
    assert any("nadir=reader" in part for part in choices.more)
    assert "nadir=reader" in html(sheet)
    assert "nadir=reader" not in str(page_data(sheet))


def test_one_page_with_more_lesions_than_a_page_can_hold(drawn):
    """A made-up course of eight lines of therapy, forty examinations of nine lesions each, and a procedure a year."""
    names = [f"lesion-with-a-long-name-{n}" for n in range(9)]
    days = [f"{2006 + n // 2}-{3 + 6 * (n % 2):02d}-11" for n in range(40)]
    entries = [ct(n, day, *(lesion(name, "target", 30 + n % 7) for name in names)) for n, day in enumerate(days)]
    entries += [
        {"kind": "procedure", "id": f"p{n}", "date": f"{2007 + n}-05", "procedure": "embolisation"} for n in range(18)
    ]
    entries += [
        {"kind": "therapy_line", "id": f"t{n}", "date": f"{2006 + 2 * n}-04-01", "regimen": "other", "name": "d " * 90}
        for n in range(8)
    ]  # fmt: skip
    made = pdf(drawn(entries))
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
