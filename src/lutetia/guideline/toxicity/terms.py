"""Which toxicity class of the dose rules an adverse event or an analyte belongs to (data/toxicity_terms.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from lutetia.sources import load_yaml_table

OTHER = "other"


def class_of_term(term: str) -> str:
    """The class of a recorded term, "other" for every term that is not listed."""
    return _classes().get(" ".join(term.split()).casefold(), OTHER)


def class_of_analyte(analyte: str) -> str:
    """The class an analyte feeds, "other" for every analyte that feeds none by itself."""
    found: Mapping[str, str] = _table()["analytes"]
    return found.get(analyte, OTHER)


@cache
def _classes() -> Mapping[str, str]:
    classes: Mapping[str, Any] = _table()["classes"]
    return {term: name for name, terms in classes.items() for term in terms}


@cache
def _table() -> Mapping[str, Any]:
    return load_yaml_table("lutetia.guideline", "data/toxicity_terms.yaml").table
