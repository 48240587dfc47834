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


GY_PER_MBQ_H_AND_G = 0.0853  # 177Lu, electrons left where they are: 0.1479 MeV a decay
SCANS_H = (4.0, 24.0, 96.0, 168.0)
ROLES = {"rest of the body": "remainder", "vertebral marrow": "marrow", "spine": "organ"}


def dose_region(name: str, tissue: Any, volume_ml: float, role: str, seed: int, **changes: Any) -> Any:
    """A region's result made by hand from a tissue of the digital patient: points, fit, dose by mass, budget, BED."""
    import numpy as np

    from lutetia.dosimetry import Tissue, bed, fit_curve
    from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
    from lutetia.dosimetry.cycle_dose import RegionCurve, RegionResult
    from lutetia.dosimetry.dose_protraction import protraction_factor

    times = np.array(SCANS_H)
    true = tissue.curve.activity_mbq(times)
    sigma = 0.04 * true
    points = true + sigma * np.random.default_rng(seed).standard_normal(times.size)
    model = "bi" if role == "marrow" else "mono_uptake" if role == "lesion" else "mono"
    fit = fit_curve(times, points, sigmas_mbq=sigma, physical_half_life_h=159.528, model=model, rising="flag")
    found = RegionCurve(
        model=fit.model,
        curve=fit.curve,
        tia_mbq_h=fit.tia_mbq_h,
        share_beyond_last_fraction=fit.share_beyond_last_fraction,
        share_before_first_fraction=fit.share_before_first_fraction,
        u_before_first_mbq_h=0.0,
        flags=fit.flags,
        cautions=fit.cautions,
        conventions=fit.conventions,
        found=fit,
    )
    mass_g = volume_ml * tissue.density_g_per_ml
    gy = GY_PER_MBQ_H_AND_G * (fit.tia_mbq_h.estimate or 0) / mass_g
    parts = {"volume": 0.4 / volume_ml ** (1 / 3), "recovery curve": 0.2 / volume_ml**0.5, "calibration": 0.03}
    parts |= {"curve": (fit.tia_mbq_h.std_error or 0) / (fit.tia_mbq_h.estimate or 1), "S value": 0.02}
    shared = ("recovery curve", "calibration", "S value")
    budget = tuple(Component(name=n, effect_gy=gy * share, shared=n in shared) for n, share in parts.items())
    dose = AbsorbedDose(gy=gy, budget=budget)
    kidney = Tissue(name="kidney", alpha_beta_gy=2.6, repair_half_time_h=2.8, source="made up", status="made up")
    effect = bed(dose, fit.curve, kidney) if "kidney" in name else None
    values: dict[str, Any] = {
        "name": name,
        "role": role,
        "rule": name,
        "volume_ml": volume_ml,
        "u_volume_fraction": parts["volume"],
        "mass_g": mass_g,
        "partial_volume": "geometric transfer",
        "engine": "region kernels",
        "times_h": times,
        "activity_mbq": points,
        "u_activity_mbq": sigma,
        "recovery_fraction": np.ones(times.size),
        "curve": found,
        "tia_mbq_h": fit.tia_mbq_h,
        "dose": dose,
        "parts_gy": {name: gy},
        "protraction_fraction": protraction_factor(fit.curve, 2.8) if effect else None,
        "bed": effect,
        "eqd2": effect.eqd2() if effect else None,
        "marrow": None,
        "dose_volume": None,
        "flags": fit.flags,
        "cautions": fit.cautions,
        "why": None,
        "conventions": (),
    }
    return RegionResult(**(values | changes))


@pytest.fixture(scope="session")
def made_cycle() -> Any:
    """`made_cycle()`: the digital patient's cycle made by hand, its CT with it; `spacing_mm` and `names` may differ."""
    from functools import cache

    import numpy as np

    from lutetia.dosimetry.cycle_dose import CycleDose
    from lutetia.dosimetry.dose_volume import dose_volume
    from lutetia.dosimetry.phantom import digital_patient, on_grid, torso_geometry
    from lutetia.dosimetry.region import minus
    from lutetia.dosimetry.region_set import RegionSet
    from lutetia.dosimetry.volume import Volume
    from lutetia.dosimetry.voxel_dose import EnergyBalance, VoxelDose

    @cache
    def make(spacing_mm: float = 9.6, names: tuple[str, ...] = ()) -> Any:
        patient = digital_patient()
        shape = (round(560 / spacing_mm), round(240 / spacing_mm), round(440 / spacing_mm))
        geometry = torso_geometry(patient, shape=shape, spacing_mm=(spacing_mm,) * 3)
        voxels = on_grid(patient, geometry, points=27)
        tia = voxels.tia()
        dose = Volume(array=tia.array * np.float32(GY_PER_MBQ_H_AND_G / 1.04), geometry=geometry, unit="Gy")
        chosen = names or tuple(name for name in patient.names if "lung" not in name)
        outlines = list(voxels.regions(*chosen))
        lesions = [region for region in outlines if region.name.startswith("liver lesion")]
        outlines = [minus("liver", r, *lesions) if r.name == "liver" and lesions else r for r in outlines]
        drawn = RegionSet(regions=tuple(outlines), overlaps="state")
        regions = []
        for seed, region in enumerate(drawn):
            tissue = next(tissue for tissue in patient.tissues if tissue.name == region.name)
            role = ROLES.get(region.name, "lesion" if "lesion" in region.name or "tumour" in region.name else "organ")
            volume = patient.volume_ml[region.name]
            more = {"rule": region.rule, "dose_volume": dose_volume(dose, region) if role != "remainder" else None}
            regions.append(dose_region(region.name, tissue, volume, role, seed, **more))
        energy = EnergyBalance(emitted_mev=1.0, deposited_mev=1.0)
        return CycleDose(
            nuclide="Lu-177",
            administered_mbq=7400.0,
            regions=tuple(regions),
            outlines=drawn,
            dose_map=VoxelDose(
                dose=dose, method="local deposition", energy=energy, error_bound_gy=0.0, conventions=("Made by hand.",)
            ),
            engine="region kernels",
            conventions=("A cycle made by hand.",),
            left_out=(),
            alarms=(),
        ), voxels.ct()

    return make


@pytest.fixture(scope="session")
def cycle_report(made_cycle: Any) -> Any:
    """`cycle_report()`: a made-up patient's second cycle with ledger, plan, CT and inputs; fields may be changed."""
    from lutetia.dosimetry.ledger import Cycle, Ledger
    from lutetia.dosimetry.plan import Limit, PlanRequest, plan_cycles
    from lutetia.reports.cycle_report import CycleReport

    def make(spacing_mm: float = 9.6, names: tuple[str, ...] = (), **changes: Any) -> CycleReport:
        cycle, ct = made_cycle(spacing_mm, names)
        this = cycle.cycle()
        first = Cycle(
            activity_mbq=7300.0,
            absorbed={name: dose.times(0.95) for name, dose in this.absorbed.items()},
            g_factors=this.g_factors,
        )
        ledger = Ledger(cycles=(first, this))
        limits = [
            Limit(organ="left kidney", limit_gy=23.0, source="a made-up protocol"),
            Limit(organ="vertebral marrow", limit_gy=2.0, source="a made-up protocol"),
        ]
        request = PlanRequest(standard_activity_mbq=7400.0, forecast="last_cycle", rule="expected")
        values: dict[str, Any] = {
            "cycle": cycle,
            "version": "0",
            "patient": "Digital patient",
            "made_up": True,
            "agent": "[177Lu]Lu-DOTATATE",
            "number": 2,
            "administered_on": date(2026, 9, 14),
            "as_of": AS_OF,
            "ledger": ledger,
            "earlier": ("2026-07-06",),
            "plan": plan_cycles(ledger, [x for x in limits if x.organ in this.absorbed], request),
            "plan_request": request,
            "ct": ct,
            "inputs": (("STUDY.yaml", "ab" * 32), ("ct/0001.dcm", "cd" * 32)),
        }
        return CycleReport(**(values | changes))

    return make
