"""The rules behind a sheet: wording, expression, truth for this patient, source section and address of each fact.

Rules of the scores and of the doses stand beside the facts of the knowledge; they have a source and no condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lutetia.guideline.assessment import Assessment
from lutetia.guideline.explain import words
from lutetia.guideline.expression import Expression, leaves
from lutetia.guideline.knowledge import Fact
from lutetia.reports import wording
from lutetia.reports.statement import Clerk

# Where the papers can be read; citations as in the knowledge.
ADDRESS = {
    "S000": "https://doi.org/10.3390/jcm13072074",
    "S001": "https://doi.org/10.1007/s40618-024-02448-6",
    "S002": "https://doi.org/10.1016/S0140-6736(24)00701-3",
    "S004": "https://doi.org/10.3390/cancers15112975",
    "RECIST": "https://doi.org/10.1016/j.ejca.2008.10.026",
    "Choi": "https://doi.org/10.1200/JCO.2006.07.3049",
}
CITATION = {
    "S000": "Panzuto F, Andrini E, et al. J Clin Med 2024;13:2074 (sequencing cohort)",
    "S001": "Panzuto F, Albertelli M, et al. J Endocrinol Invest 2024 (consensus of Itanet, AIMN, SIE, AIOM)",
    "S002": "Singh S, et al. Lancet 2024;403:2807-17 (NETTER-2)",
    "S004": "Merola E, Grana CM. Cancers 2023;15:2975 (narrative review)",
    "EXT": "Public material: product information, registries, announcements",
    "POL": "Lutetia tier policy: how this tool reads the facts together, reviewed like a fact",
    "Lutetia": "Lutetia: a choice of this tool where the published rules leave one",
    "RECIST": "Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247 (RECIST 1.1); EORTC questions and clarifications",
    "Choi": "Choi H, et al. J Clin Oncol 2007;25:1753-1759",
    "GREPONET": "Ferté's script to the growth rate; Lamarca A, et al., the GREPONET study, Oncologist (abstract)",
    "CTCAE": "National Cancer Institute, Common Terminology Criteria for Adverse Events",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fact as a reader can check it."""

    id: str
    says: str
    strength: str | None
    standing: str
    truth: str
    words: str
    expression: str
    requires: tuple[str, ...]
    values: tuple[str, ...]
    source: str
    anchor: str
    note: str
    verification: str
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of one source with the cited rules it holds."""

    anchor: str
    paper: str
    name: str
    citation: str
    address: str
    rules: tuple[Rule, ...]


def rules_of(assessment: Assessment, cited: Iterable[str]) -> dict[str, Rule]:
    """The rules of the cited facts by id. KnowledgeError for an id that does not resolve."""
    clerk = Clerk(assessment)
    return {fact_id: _rule(clerk, clerk.fact(fact_id)) for fact_id in sorted(set(cited))}


def sections_of(rules: Iterable[Rule]) -> tuple[Section, ...]:
    """The cited rules gathered under the section of the source they come from, in the order of their names."""
    grouped: dict[str, list[Rule]] = {}
    for rule in rules:
        grouped.setdefault(rule.source, []).append(rule)
    return tuple(_section(source, grouped[source]) for source in sorted(grouped))


def _section(source: str, rules: list[Rule]) -> Section:
    paper = source.replace(":", "/").split("/")[0].split(" ")[0]
    return Section(
        anchor=anchor(source),
        paper=paper,
        name=source,
        citation=CITATION.get(paper, ""),
        address=ADDRESS.get(paper, ""),
        rules=tuple(rules),
    )


def anchor(source: str) -> str:
    """The name of a source section inside the sheet's own page."""
    return "source-" + re.sub(r"[^A-Za-z0-9]+", "-", source).strip("-")


def _rule(clerk: Clerk, fact: Fact) -> Rule:
    truth = clerk.truth(fact.id)
    verification = fact.attributes.get("verification")
    return Rule(
        id=fact.id,
        says=wording.named(fact.says),
        strength=wording.strength(fact),
        standing=wording.standing(fact),
        truth=truth.letter if truth else "",
        words=wording.condition(words(clerk.knowledge, fact.when)) if fact.when is not None else "",
        expression=str(fact.when) if fact.when is not None else "",
        requires=tuple(wording.condition(words(clerk.knowledge, item)) for item in fact.requires),
        values=_values(clerk, [fact.when] if fact.when is not None else list(fact.requires)),
        source=fact.source,
        anchor=anchor(fact.source),
        note=_note(fact.attributes),
        verification=_verification(verification) if isinstance(verification, dict) else "",
        places=_places(verification) if isinstance(verification, dict) else (),
    )


def _values(clerk: Clerk, expressions: list[Expression]) -> tuple[str, ...]:
    """The patient's values that the rule reads directly, each with date and author."""
    fields = dict.fromkeys(leaf.field for item in expressions for leaf in leaves(item))
    return tuple(_value(clerk, name) for name in fields)


def _value(clerk: Clerk, name: str) -> str:
    origin = wording.origin_text(clerk.value(name), with_entry=True)
    return f"{clerk.label(name)}: {clerk.shown(name)}" + (f" ({origin})" if origin else "")


def _note(attributes: Mapping[str, Any]) -> str:
    keys = ("note", "use", "caution", "boundary", "design", "rule")
    return wording.named("; ".join(str(attributes[key]) for key in keys if attributes.get(key)))


def _verification(verification: Mapping[str, Any]) -> str:
    state = str(verification.get("status", "not verified")).replace("_", " ")
    read = f", read {verification['read_on']}" if verification.get("read_on") else ""
    support = f"; rests on: {verification['rests_on']}" if verification.get("rests_on") else ""
    limit = f"; limit: {verification['limit']}" if verification.get("limit") else ""
    return f"{state}{read}{support}{limit}"


def _places(verification: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Title with date, and address where it is one that a browser can open."""
    return tuple(
        (f"{place.get('title')} ({place.get('date', 'undated')})", str(place.get("address", "")))
        for place in verification.get("where", ())
        if isinstance(place, dict)
    )
