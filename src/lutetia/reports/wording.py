"""The words of the sheet: vocabularies of the engine as a clinician says them. Levels are never among them."""

from __future__ import annotations

import re

from lutetia.guideline.facts import FactValue
from lutetia.guideline.knowledge import REVIEW, Fact, Knowledge
from lutetia.guideline.truth import Truth

CANDIDACY = {
    "candidate": "Candidate for RLT",
    "candidate_with_conditions": "Candidate for RLT, with conditions",
    "candidate_alternative_preferred": "Candidate for RLT, but an alternative comes first",
    "insufficient_data": "Insufficient data: cannot be judged yet",
    "not_candidate": "Not a candidate for RLT",
    "contraindicated": "RLT is contraindicated",
    "out_of_scope": "Outside the scope of the consensus",
}
RETREATMENT = {
    "candidate_with_conditions": "Candidate for RLT again, with conditions",
    "candidate_alternative_preferred": "Candidate for RLT again, but an alternative comes first",
    "not_candidate": "Not a candidate for RLT again",
}
OUTCOME = {
    "candidate": "candidate",
    "candidate_with_conditions": "candidate with conditions",
    "candidate_alternative_preferred": "candidate, alternative first",
    "insufficient_data": "still insufficient data",
    "not_candidate": "not a candidate",
    "contraindicated": "contraindicated",
    "out_of_scope": "outside the consensus",
}
LABEL = {
    "on_label": "on label",
    "off_label": "off label",
    "off_label_retreatment": "off label (retreatment)",
    "depends_on_uptake_definition": "depends on how uptake is defined",
    "board_must_read_label": "board must read the label",
    "contraindicated": "contraindicated",
    "unknown": "cannot be judged",
}
GRADING = {
    "ki67_sufficient": "Ki-67 suffices",
    "strict": "strict (Ki-67 and mitoses)",
}
JURISDICTION_FROM = {"argument": "chosen for this sheet", "record": "from the record", "not given": "not given"}
SCOPE = {"in_scope": "inside the consensus", "out_of_scope": "outside the consensus", "unknown": "cannot be judged"}
VALUES = {
    "jejunum_ileum": "jejunum/ileum",
    "jejunum ileum": "jejunum/ileum",
    "gi_other": "other gastrointestinal",
    "gi other": "other gastrointestinal",
    "unknown_primary": "unknown primary",
    "well": "well differentiated",
    "poor": "poorly differentiated",
    "biochemical_only": "markers only",
    "biochemical only": "markers only",
    "pet": "PET",
}
TASKS = {
    "sstr_pet": "SSTR PET",
    "fdg_pet": "FDG PET/CT",
    "ct_or_mri": "CT or MRI",
    "renal_function": "renal function",
    "liver_tests": "liver tests",
    "geriatric_assessment": "geriatric assessment",
    "rebiopsy": "new biopsy",
    "echocardiography": "echocardiography",
    "nephrology_review": "nephrology review",
    "haematology_review": "haematology review",
    "recist11_contrast_ct_or_mri": "Imaging",
    "lesion_morphology": "Morphology",
    "precycle_labs": "Blood tests",
}
SET_ASIDE = "first course only"
"""A statement about a first course of RLT, true by its wording after RLT and not used then."""
TOPICS = {
    "Q1": "Candidate",
    "Q2": "Progression, work-up",
    "Q3": "FDG PET/CT first",
    "Q4": "Before targeted drugs",
    "Q5": "Before chemotherapy",
    "Q6": "Before high-dose SSA",
    "Q7": "Monitoring",
    "Q8": "Frail patient",
    "Q9": "G2–G3, if approved",
    "Q10": "RLT again",
}
SHORT = {
    "S000": "cohort",
    "S001": "no level",
    "S002": "trial",
    "S004": "review",
    "EXT": "public",
    "POL": "policy",
    "RECIST": "RECIST 1.1",
    "Lutetia": "choice of this tool",
}
PAPERS = {
    "S000": "Italian cohort",
    "S001": "consensus",
    "S002": "NETTER-2",
    "S004": "PRRT review",
    "EXT": "public material",
    "POL": "this tool's policy",
}
NOT_KNOWN = "not known"
LONGEST_LIST = 4
MET = {Truth.TRUE: "met", Truth.FALSE: "not met", Truth.UNKNOWN: "cannot be judged"}


def plain(word: str) -> str:
    """A word of a vocabulary as a clinician writes it."""
    return VALUES.get(word, word.replace("_", " "))


def task(name: str) -> str:
    """A work-up or monitoring task in words."""
    return TASKS.get(name, name.replace("_", " "))


def answers(text: str) -> str:
    """Possible answers to a question, joined by "or" by the engine, as a short list of plain words."""
    more = " or more" if text.endswith(" or more") else ""
    parts = [plain(part) for part in text.removesuffix(" or more").split(" or ")]
    if len(parts) > LONGEST_LIST:
        parts = [*parts[: LONGEST_LIST - 1], f"… ({len(parts)} values)"]
    return ", ".join(parts) + more


def field_label(knowledge: Knowledge, field: str) -> str:
    """What a clinician calls a field; the field's own name when the dictionary does not know it."""
    entry = knowledge.fields.get(field)
    return entry.label if entry else field.replace("_", " ")


def value_text(knowledge: Knowledge, item: FactValue) -> str:
    """A value with its unit, "not known" (with the reason) when there is none; as entered where that differs."""
    if item.value is None:
        return f"{NOT_KNOWN} ({item.unknown_because})" if item.unknown_because else NOT_KNOWN
    field = knowledge.fields.get(item.field)
    if isinstance(item.value, str | bool):
        return plain(item.shown)
    shown = re.sub(r"\d+\.\d+", lambda match: f"{float(match[0]):.4g}", item.shown)  # derived ends of ranges
    text = f"{shown}{_unit(field.unit) if field and field.unit else ''}"
    if item.entered and not _same(item.entered, item.shown):
        text += f" (entered {item.entered})"
    return text


def _unit(unit: str) -> str:
    return f" × {unit}" if unit[0].isdigit() else f" {unit}"


def _same(entered: str, shown: str) -> bool:
    """Whether what was typed has the same numbers as what is shown: another spelling of the unit is no news."""

    def numbers(text: str) -> list[float]:
        return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text.split("/")[0])]

    return numbers(entered)[:2] == numbers(shown)[:2]


def origin_text(item: FactValue, *, with_entry: bool = False) -> str:
    """Date and author of a value, e.g. "2026-10-02, pathology"; empty where neither is on record."""
    author = item.origin or ""
    if author == "flat record":
        author = ""
    elif not with_entry and ", " in author:
        author = author.split(", ", 1)[1]
    return ", ".join(part for part in (str(item.date) if item.date else "", author) if part)


def strength(fact: Fact) -> str | None:
    """Level and grade exactly as printed; None where the source gives none, and always for the narrative review."""
    return None if fact.paper == REVIEW else fact.strength


def standing(fact: Fact) -> str:
    """What kind of line it is where no level is printed: the source's own remark, or which source it is."""
    stated = fact.attributes.get("strength")
    if stated and fact.paper != REVIEW:
        return {"ungraded text": "ungraded"}.get(str(stated), str(stated).split(",")[0].split(" ")[0])
    if fact.file == "labels.yaml":
        return f"{fact.attributes.get('jurisdiction', '')} label".strip()
    return SHORT.get(fact.paper, fact.paper)


def named(text: str) -> str:
    """A text of the knowledge with papers called by name instead of code, and units as they are printed."""
    text = text.replace("x 10^9/L", "× 10⁹/L").replace("10^9/L", "10⁹/L").replace("mm2", "mm²")
    return re.sub(r"\bS00[0124]\b", lambda match: PAPERS[match[0]], text)


def condition(text: str) -> str:
    """A condition in words, with sites as a clinician writes them."""
    return text.replace("jejunum ileum", "jejunum/ileum")


def first_sentence(text: str) -> str:
    """The first sentence of a text: for the page, where the whole text stands in the HTML sheet."""
    return re.split(r"(?<=[a-z0-9%)]\.) (?=[A-Z0-9])", text, maxsplit=1)[0]


def sentence(text: str) -> str:
    """The text as a sentence: first letter large, full stop at the end."""
    text = text.strip()
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".:?!" else ".")
