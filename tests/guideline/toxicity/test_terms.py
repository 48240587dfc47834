"""Which class a recorded term or an analyte belongs to."""

from __future__ import annotations

import pytest

from lutetia.guideline.modification.finding import CLASSES
from lutetia.guideline.toxicity.terms import _classes, class_of_analyte, class_of_term
from lutetia.scoring.ctcae import analytes


@pytest.mark.parametrize(
    ("term", "name"),
    [
        ("Platelet count decreased", "thrombocytopenia"),
        ("ANEMIA", "anaemia"),
        ("Anaemia", "anaemia"),
        ("Neutrophil  count decreased", "neutropenia"),
        ("Lymphocyte count decreased", "lymphopenia"),
        ("White blood cell decreased", "leukopenia"),
        ("Allergic reaction", "hypersensitivity"),
        ("Anaphylaxis", "hypersensitivity"),
        ("Infusion related reaction", "other"),
        ("Acute kidney injury", "renal"),
        ("Blood bilirubin increased", "hepatic"),
        ("Nausea", "other"),
        ("Febrile neutropenia", "other"),
    ],
)
def test_class_of_term(term, name):
    assert class_of_term(term) == name


def test_every_class_is_one_of_the_dose_rules_or_a_white_cell_count():
    assert set(_classes().values()) <= {*CLASSES, "leukopenia", "lymphopenia"}


def test_analytes_that_feed_no_class_are_other():
    feeding = {analyte for analyte in analytes("5.0") if class_of_analyte(analyte) != "other"}
    assert class_of_analyte("alt") == class_of_analyte("potassium") == "other"
    assert {"platelets", "creatinine_clearance", "bilirubin"} <= feeding
