"""The tumour: diagnosis, tissue, and extent."""

from __future__ import annotations

from typing import Literal

from lutetia.course.entry import Entry, Known, Text, YesNo, optional
from lutetia.quantities import CountRange, PercentRange

PrimarySite = Literal[
    "pancreas",
    "duodenum",
    "jejunum_ileum",
    "appendix",
    "colon",
    "rectum",
    "stomach",
    "gi_other",
    "unknown_primary",
    "lung",
    "other",
]
Syndrome = Literal["carcinoid", "insulinoma", "gastrinoma", "glucagonoma", "vipoma", "somatostatinoma", "acth", "other"]
HereditarySyndrome = Literal["MEN1", "MEN4", "VHL", "NF1", "TSC", "other"]


class Diagnosis(Entry):
    """The diagnosis; `date` is the date of diagnosis."""

    kind: Literal["diagnosis"] = "diagnosis"
    primary_site: Known[PrimarySite] = optional("organ of origin; unknown_primary: searched for and not found")
    functional: Known[YesNo] = optional("the tumour causes a hormone syndrome")
    syndrome: Known[Syndrome] = optional("the hormone syndrome")
    hereditary: Known[YesNo] = optional("part of a hereditary syndrome; false: excluded or clinically absent")
    hereditary_syndrome: Known[HereditarySyndrome] = optional("which hereditary syndrome")


class Specimen(Entry):
    """Tissue or cells read by pathology; `date` is the date they were taken."""

    kind: Literal["specimen"] = "specimen"
    site: Known[Literal["primary", "metastasis"]] = optional("taken from the primary tumour or a metastasis")
    organ: Known[Text] = optional("organ sampled, e.g. liver")
    method: Known[Literal["histology", "cytology"]] = optional("tissue (histology) or cells only (cytology)")
    differentiation: Known[Literal["well", "poor"]] = optional("well: NET; poor: NEC")
    ki67_pct: Known[PercentRange] = optional('Ki-67 index in %: a number, "<3" or "10-15"')
    mitoses_per_2mm2: Known[CountRange] = optional('mitoses per 2 mm²: a number, "<2" or "2-4"')
    cell_type: Known[Literal["small", "large", "mixed", "other"]] = optional("cell type, for poorly differentiated")


class Staging(Entry):
    """Extent of disease and whether it can be resected, as judged on `date`."""

    kind: Literal["staging"] = "staging"
    stage: Known[Literal["localized", "locally_advanced", "metastatic"]] = optional("extent of disease")
    resectability: Known[Literal["resectable", "borderline", "unresectable"]] = optional(
        "whether all disease can be removed, as judged by the surgeon or the board"
    )
    t: Known[Text] = optional("T category")
    n: Known[Text] = optional("N category")
    m: Known[Text] = optional("M category")
    metastatic_sites: Known[tuple[Text, ...]] = optional("organs with metastases; an empty list: none")
    regional_nodes: Known[YesNo] = optional("regional lymph nodes involved")
    system: Known[Text] = optional("staging system and edition, e.g. AJCC 8")
