"""What the tests of the sheet share: made-up patients of every kind of answer, as flat records and as courses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from lutetia.course.course import Course
from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.guideline.assessment import Assessment, assess
from lutetia.guideline.derive import facts_on
from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.facts import read_flat
from lutetia.guideline.knowledge import Knowledge
from lutetia.reports.board_sheet import Sheet, sheet_of

AS_OF = date(2026, 11, 20)
COURSES = Path(__file__).parents[2] / "examples" / "courses"

# A made-up patient with midgut NET G2, progressive on SSA, everything recorded: a plain candidate.
PLAIN: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "data" / "textbook.yaml").read_text("utf-8"))
# Name → what turns the plain patient into it; null leaves a field out. "empty" is a record without any field.
TURNS: dict[str, dict[str, Any]] = yaml.safe_load("""
plain: {}
conditions: {frail: true, geriatric_assessment_done: false}
alternative first: {primary: pancreas, tumour_burden: high, tumour_symptoms: true, need_rapid_shrinkage: true}
open: {sstr_heterogeneous: true, fdg_done: false, fdg_positive: null, fdg_sstr_discordant: null}
mismatch: {fdg_sstr_discordant: true, fdg_positive: true}
contraindicated: {crcl: 24, hb_g_l: 76, platelets_e9_l: 60, ecog: 3, frail: true}
us renal: {crcl: 24, jurisdiction: US}
carcinoma: {differentiation: poor, ki67_pct: 70}
net g3: {primary: pancreas, ki67_pct: 32, pd_confirmed: false, pd_basis: none, pd_on_ssa: false, prior_ssa: false,
         ssa_months: null, lines_failed: 0}
again: {prior_rlt: true, rlt_cycles: 4, rlt_best_response: PR, rlt_control_months: 30, rlt_failed: false,
        kidney_dose_gy: 17, marrow_dose_gy: 0.9, dosimetry_available: true}
again too early: {prior_rlt: true, rlt_best_response: SD, rlt_control_months: 7}
no receptors known: {sstr_imaging_done: false, sstr_modality: null, sstr_positive: null,
                     sstr_all_lesions_positive: null, sstr_min_score: null, sstr_heterogeneous: null,
                     fdg_done: false, fdg_positive: null, fdg_sstr_discordant: null, crcl: null}
empty: {}
""")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The packaged edition."""
    return load_knowledge()


@pytest.fixture(scope="session")
def judged(knowledge: Knowledge) -> Callable[..., Assessment]:
    """`judged("open", crcl=25, name="X", jurisdiction="US")`: a made-up patient, turned and changed, assessed."""

    def judge(turn: str = "plain", *, name: str = "P-1", place: str | None = None, **changes: Any) -> Assessment:
        values = {} if turn == "empty" else {**PLAIN, **TURNS[turn]}
        record = {field: value for field, value in {**values, **changes}.items() if value is not None}
        facts = read_flat(record, name=name, knowledge=knowledge)
        return assess(facts, knowledge, place, as_of=AS_OF)

    return judge


@pytest.fixture(scope="session")
def sheet(judged: Callable[..., Assessment]) -> Callable[..., Sheet]:
    """`sheet("open")`: the sheet of a made-up flat record."""
    return lambda turn="plain", **options: sheet_of(judged(turn, **options))


@pytest.fixture(params=sorted(TURNS))
def any_sheet(request: pytest.FixtureRequest, sheet: Callable[..., Sheet]) -> Sheet:
    """The sheet of each made-up flat record in turn."""
    return sheet(request.param)


@pytest.fixture(scope="session")
def course_sheets(knowledge: Knowledge) -> dict[str, Sheet]:
    """The sheets of the example courses by name."""
    found = {}
    for path in sorted(COURSES.glob("*.yaml")):
        timeline = Timeline(read_course(path), AS_OF)
        found[path.stem] = sheet_of(assess(facts_on(timeline), knowledge, as_of=AS_OF), timeline)
    return found


@pytest.fixture(scope="session")
def drawn(knowledge: Knowledge) -> Callable[..., Sheet]:
    """`drawn([entries…])`: the sheet of a made-up course with these entries."""

    def draw(entries: list[dict[str, Any]], **about: Any) -> Sheet:
        given = [{"recorded_by": "made up", **entry} for entry in entries]
        course = Course.model_validate({"made_up": True, "patient": {"id": "P-1"}, "entries": given, **about})
        timeline = Timeline(course, AS_OF)
        return sheet_of(assess(facts_on(timeline), knowledge, as_of=AS_OF), timeline)

    return draw


@pytest.fixture(scope="session")
def cohort_report() -> Any:
    """The report of a small made-up cohort with everything a study can declare; made once."""
    from lutetia.cohort.analysis import analyse
    from lutetia.cohort.analysis_rows import analysis_data
    from lutetia.cohort.design_check import design_check
    from lutetia.exchange.studies import load_study
    from lutetia.reports.cohort_report import Provenance, report_of

    file = load_study(Path(__file__).parent / "cohort_study.yaml")
    data = analysis_data(file.courses, file.study)
    design = design_check(data, file.courses, bootstrap=10, seed=3)
    analysis = analyse(data, courses=file.courses, design=design, bootstrap=10, seed=3)
    inputs = (("cohort_study.yaml", "0" * 64),)
    made = Provenance(
        version="0", study_file="cohort_study.yaml", origin=file.origin, seed=3, as_of=None, inputs=inputs
    )
    return report_of(analysis, made)
