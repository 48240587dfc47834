"""Who the patient is and what the disease is: the header and the disease line of the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.course.timeline import Timeline
from lutetia.guideline.assessment import INTENDED_USE, Assessment
from lutetia.reports import wording
from lutetia.reports.statement import Clerk, Statement

GRADE_FACTS = {"G1": "DER-G1", "G2": "DER-G2", "G3": "DER-G3", "NEC": "DER-NEC"}
LIVER = ("liver_lesion_count", "liver_lesion_max_cm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Whose sheet it is, for which board, and on which knowledge it rests."""

    name: str
    person: str
    made_up: bool
    board_date: str
    title: str
    edition: str
    version: str
    hash: str
    grading: str
    jurisdiction: str
    review_overdue: str
    intended_use: str


def header(assessment: Assessment, timeline: Timeline | None) -> Header:
    """The header of an assessment's sheet."""
    clerk, knowledge = Clerk(assessment), assessment.knowledge
    day = assessment.as_of
    place = assessment.jurisdiction or "not given: both labels shown"
    origin = wording.JURISDICTION_FROM[assessment.jurisdiction_from] if assessment.jurisdiction else ""
    return Header(
        name=assessment.facts.name,
        person=", ".join([_sex(clerk), _age(clerk)]),
        made_up=timeline is not None and timeline.course.made_up is True,
        board_date=f"{day.day} {day:%B} {day.year}",
        title=knowledge.title,
        edition=knowledge.edition,
        version=knowledge.version,
        hash=knowledge.hash[:8],
        grading=wording.GRADING[assessment.grading],
        jurisdiction=f"{place} ({origin})" if origin else place,
        review_overdue=f"knowledge was due for review on {knowledge.review_by}" if assessment.review_overdue else "",
        intended_use=INTENDED_USE,
    )


def _sex(clerk: Clerk) -> str:
    return clerk.shown("sex") if clerk.known("sex") else "sex not known"


def _age(clerk: Clerk) -> str:
    return clerk.shown("age_years") if clerk.known("age_years") else "age not known"


def question(timeline: Timeline | None) -> str:
    """The newest question put to the board; empty when none is on record."""
    reading = timeline.newest("board_question", "question") if timeline is not None else None
    return str(reading.value) if reading is not None and reading.value is not None else ""


def disease(assessment: Assessment, timeline: Timeline | None) -> tuple[Statement, ...]:
    """The disease in single statements, each with the facts that give the value its meaning."""
    clerk = Clerk(assessment)
    lines = [
        _of(clerk, "Primary", ("primary",), ("DER-GEP",)),
        _grade(assessment, clerk),
        _of(clerk, "Stage", ("stage", "resectable"), ("DER-ADV",)),
        _sites(clerk, timeline),
        _functional(clerk),
        _progression(clerk),
        _of(clerk, "Pace", ("pace",), ("GAP-01",)),
        _of(clerk, "Burden", ("tumour_burden",), ("GAP-03",)),
        _uptake(clerk),
        _fitness(clerk),
        _reserve(clerk),
        _treated(clerk),
    ]
    return tuple(line for line in lines if line is not None)


def _of(clerk: Clerk, lead: str, fields: tuple[str, ...], facts: tuple[str, ...]) -> Statement:
    """The known ones of some fields in one statement; "not known" when none is."""
    known = [name for name in fields if clerk.known(name)]
    return _line(lead, [clerk.shown(name) for name in known], facts, _origin(clerk, *known), _gap(clerk, fields))


def _line(lead: str, parts: list[str], facts: tuple[str, ...], origin: str = "", gap: str = "") -> Statement:
    """A statement from its parts; without parts it is "not known" and says why where a reason is on record."""
    if not parts:
        return Statement(lead=lead, text=gap or wording.NOT_KNOWN, facts=facts, truth="u", word="")
    return Statement(lead=lead, text=", ".join(parts), facts=facts, origin=origin)


def _gap(clerk: Clerk, fields: tuple[str, ...]) -> str:
    return next((clerk.shown(name) for name in fields if clerk.value(name).unknown_because), "")


def _origin(clerk: Clerk, *fields: str) -> str:
    """Dates and authors of some values, each once."""
    return "; ".join(dict.fromkeys(filter(None, (wording.origin_text(clerk.value(name)) for name in fields))))


def _grade(assessment: Assessment, clerk: Clerk) -> Statement:
    """Differentiation, grade, and what it was read from."""
    grade = assessment.grade
    parts = [wording.plain(str(clerk.value("differentiation").value))] if clerk.known("differentiation") else []
    parts += [grade] if grade else []
    used = [name for name in ("ki67_pct", "mitoses_2mm2") if clerk.known(name) or grade or parts]
    parts += [f"{clerk.label(name)} {clerk.shown(name)}" for name in used]
    facts = tuple(GRADE_FACTS[name] for name in (grade or "G1-G2-G3").split("-"))
    if assessment.grade_rests_on_ki67_alone:
        parts.append("rests on Ki-67 alone")
        facts += ("GAP-10",)
    origin = _origin(clerk, *(name for name in ("ki67_pct", "mitoses_2mm2") if clerk.known(name)))
    return _line("Grade", parts, facts, origin)


def _sites(clerk: Clerk, timeline: Timeline | None) -> Statement:
    """Where the metastases are, as staged, and how much liver, bone and peritoneum."""
    reading = timeline.newest("staging", "metastatic_sites") if timeline is not None else None
    organs = [str(organ) for organ in reading.value] if reading is not None and reading.value else []
    parts = [", ".join(organs)] if organs else []
    if clerk.known("liver_lesion_count"):
        parts.append(f"liver lesions {clerk.shown('liver_lesion_count')}")
    if clerk.known("largest_lesion_cm"):
        parts.append(f"largest {clerk.shown('largest_lesion_cm')}")
    for name, words in (("liver_diffuse", "diffuse liver"), ("bone_diffuse", "diffuse bone")):
        if clerk.known(name):
            parts.append(f"{words}: {clerk.shown(name)}")
    if clerk.known("peritoneal"):
        parts.append(f"peritoneum: {clerk.shown('peritoneal')}")
    origin = _origin(clerk, *(n for n in (*LIVER, "liver_diffuse", "bone_diffuse", "peritoneal") if clerk.known(n)))
    return _line("Sites", parts, ("CONS-Q1-C1", "PRAC-LIM-1", "PRAC-PER-1"), origin)


def _functional(clerk: Clerk) -> Statement:
    parts = [clerk.shown("functional")] if clerk.known("functional") else []
    if clerk.value("syndrome_refractory_to_ssa").value is True:
        parts.append("syndrome refractory to SSA")
    return _line("Functional", parts, ("CONS-OTH-4",), _origin(clerk, "functional"))


def _progression(clerk: Clerk) -> Statement:
    words = {True: "confirmed", False: "not confirmed"}
    parts = [words[bool(clerk.value("pd_confirmed").value)]] if clerk.known("pd_confirmed") else []
    if clerk.known("pd_basis") and clerk.value("pd_basis").value != "none":
        parts.append(clerk.shown("pd_basis"))
    if clerk.value("pd_on_ssa").value is True:
        earlier = clerk.value("prior_rlt").value is True  # after RLT, the progression on SSA was an earlier one
        parts.append("earlier on SSA" if earlier else "on SSA")
    return _line("Progression", parts, ("CONS-Q2-R", "CONS-Q1-C3"), _origin(clerk, "pd_confirmed"))


def _uptake(clerk: Clerk) -> Statement:
    """What receptor imaging and FDG PET showed, as read; nothing is assumed from an examination not done."""
    fields = ("sstr_positive", "sstr_all_lesions_positive", "sstr_heterogeneous", "sstr_min_score", "sstr_max_score")
    words = {
        "sstr_positive": {True: "uptake", False: "no uptake"},
        "sstr_all_lesions_positive": {True: "in all lesions", False: "not in all lesions"},
        "sstr_heterogeneous": {True: "heterogeneous", False: "homogeneous"},
    }
    parts = [words[name][bool(clerk.value(name).value)] for name in fields[:3] if clerk.known(name)]
    scores = [clerk.shown(name) for name in fields[3:] if clerk.known(name)]
    parts += [f"score {'–'.join(dict.fromkeys(scores))}"] if scores else []
    discordant = clerk.value("fdg_sstr_discordant").value
    if clerk.value("fdg_done").value is False:
        parts.append("FDG PET not done")
    elif discordant is not None:
        parts.append("FDG mismatch" if discordant else "FDG without mismatch")
    if not parts and clerk.value("sstr_imaging_done").value is False:
        return Statement(
            lead="SSTR", text="imaging not done: uptake not known", facts=("PRAC-SSTR-1", "GAP-02"), truth="u"
        )
    origin = _origin(clerk, *(name for name in (*fields, "fdg_sstr_discordant") if clerk.known(name)))
    return _line("SSTR", parts, ("CONS-Q1-C2", "GAP-02", "GAP-04"), origin)


def _fitness(clerk: Clerk) -> Statement:
    parts = [f"ECOG {clerk.shown('ecog')}"] if clerk.known("ecog") else []
    parts += [f"Karnofsky {clerk.shown('kps')}"] if clerk.known("kps") else []
    parts += ["frail" if clerk.value("frail").value else "not frail"] if clerk.known("frail") else []
    if clerk.value("tumour_symptoms").value is True:
        parts.append("mass symptoms")
    if clerk.value("need_rapid_shrinkage").value is True:
        parts.append("needs rapid shrinkage")
    origin = _origin(clerk, *(name for name in ("ecog", "kps", "frail") if clerk.known(name)))
    return _line("Patient", parts, ("CONS-Q8-T1", "GAP-11"), origin)


def _reserve(clerk: Clerk) -> Statement:
    """Kidney, marrow and liver values that RLT depends on."""
    short = {
        "crcl": "CrCl",
        "egfr": "eGFR",
        "hb_g_l": "Hb",
        "platelets_e9_l": "platelets",
        "ast_alt_xuln": "AST/ALT",
    }
    known = [name for name in short if clerk.known(name)]
    parts = [f"{short[name]} {clerk.shown(name)}" for name in known]
    return _line("Organ function", parts, ("PRAC-TOX-1", "GAP-06"), _origin(clerk, *known))


def _treated(clerk: Clerk) -> Statement:
    """What was given before, as far as the record says so."""
    parts: list[str] = []
    if clerk.known("prior_ssa"):
        months = f" {clerk.shown('ssa_months')}" if clerk.known("ssa_months") else ""
        parts.append(f"SSA{months}" if clerk.value("prior_ssa").value else "no SSA")
    if clerk.known("prior_rlt"):
        parts.append(_rlt(clerk) if clerk.value("prior_rlt").value else "no RLT")
    for name, words in (("prior_everolimus", "everolimus"), ("prior_sunitinib", "sunitinib")):
        if clerk.value(name).value is True:
            parts.append(words)
    if clerk.known("prior_chemo_lines"):
        parts.append(f"chemotherapy lines {clerk.shown('prior_chemo_lines')}")
    if clerk.known("lines_failed"):
        parts.append(f"lines failed {clerk.shown('lines_failed')}")
    return _line("Treated", parts, ("CONS-Q1-C3", "CONS-Q10-C3"))


def _rlt(clerk: Clerk) -> str:
    cycles = f" {clerk.shown('rlt_cycles')} cycles" if clerk.known("rlt_cycles") else ""
    best = f", best {clerk.shown('rlt_best_response')}" if clerk.known("rlt_best_response") else ""
    held = f", held {clerk.shown('rlt_control_months')}" if clerk.known("rlt_control_months") else ""
    return f"RLT{cycles}{best}{held}"
