"""The sentences of this folder as data (`scoring/data/course_lesions.yaml`), and cautions made from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.targets import Finding
from lutetia.sources import load_yaml_table


@cache
def table() -> Mapping[str, Any]:
    """The content of `data/course_lesions.yaml`."""
    return dict(load_yaml_table("lutetia.scoring", "data/course_lesions.yaml").table)


def reason(rule: str, *used: tuple[str, str]) -> Reason:
    """The rule with its sentence and what it was applied to."""
    return Reason(rule=rule, says=table()["rules"][rule]["says"], used=used)


def caution(rule: str, *used: tuple[str, str], lesions: tuple[str, ...] = ()) -> Finding:
    """Something to keep in mind that does not keep the lesions from being judged."""
    return Finding(lesions=lesions, because=reason(rule, *used))
