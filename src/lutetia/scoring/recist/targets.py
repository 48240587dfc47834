"""Checks of a reader's choice of target lesions: at most five, two per organ, all nodes one organ, all measurable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.lesion import Lesion, length_um
from lutetia.scoring.recist.measurability import Measurability
from lutetia.scoring.recist.rules import limits, mm_text, reason

NODES = "lymph nodes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target lesion at baseline: `diameter_mm` is its longest diameter, of a node its short axis.

    `measurable`: the verdict of `measurability`, where it was asked for; `cystic`: thought to be a cystic metastasis.
    """

    name: str
    organ: str
    node: bool
    diameter_mm: float | str | None = None
    measurable: Measurability | None = None
    cystic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that a choice of targets breaks, with the lesions that break it; `where` names patient and reader."""

    lesions: tuple[str, ...]
    because: Reason
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.because}" if self.where else str(self.because)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSelection:
    """`value`: True when no rule is broken, False when one is, None when a lesion's measurability is unknown."""

    value: bool | None
    findings: tuple[Finding, ...]
    undecided: tuple[str, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def check_targets(targets: Sequence[Target], *, solid_lesions_left: bool | None = None) -> TargetSelection:
    """Whether these targets may be chosen together.

    `solid_lesions_left`: measurable solid lesions were not chosen though a cystic one was (None: not told).
    Raises InputError when a name stands twice or a diameter is no length.
    Source: RECIST 1.1, "target lesions"; all nodes are one organ: EORTC clarifications.
    """
    _refuse(targets)
    findings = [*_counts(targets), *_sizes(targets), *_measurable(targets)]
    if solid_lesions_left and any(target.cystic for target in targets):
        cystic = tuple(target.name for target in targets if target.cystic)
        findings.append(Finding(lesions=cystic, because=reason("RECIST-SEL-CYSTIC", ("lesions", ", ".join(cystic)))))
    undecided = tuple(target.name for target in targets if _is_open(target))
    return TargetSelection(
        value=False if findings else None if undecided else True,
        findings=tuple(findings),
        undecided=undecided,
        because=tuple(finding.because for finding in findings),
        conventions=(
            "all lymph nodes together are one organ",
            "organs compare by their names as written",
            "diameters as entered, to the micrometre",
        ),
    )


def _refuse(targets: Sequence[Target]) -> None:
    names = [target.name for target in targets]
    faults = [
        Fault(place=f"target {name}", must="each target must be listed once", got=f"{names.count(name)} times")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    for target in targets:
        organ: object = target.organ
        if not isinstance(organ, str) or not organ.strip():
            faults.append(Fault(place=f"target {target.name}", must="must name its organ", got=repr(organ)))
        try:
            _um(target)
        except ValueError as fault:
            faults.append(Fault(place=f"target {target.name}", must=str(fault), got=repr(target.diameter_mm)))
    if faults:
        raise InputError("target lesions", faults)


def _um(target: Target) -> int | None:
    return None if target.diameter_mm is None else length_um(target.diameter_mm, "as_entered")


def _counts(targets: Sequence[Target]) -> Iterable[Finding]:
    names = tuple(target.name for target in targets)
    if len(names) > limits().targets:
        why = reason("RECIST-SEL-COUNT", ("targets", f"{len(names)}: {', '.join(names)}"))
        yield Finding(lesions=names, because=why)
    by_organ: dict[str, list[str]] = {}
    for target in targets:
        by_organ.setdefault(NODES if target.node else target.organ.strip().casefold(), []).append(target.name)
    for organ, there in by_organ.items():
        if len(there) > limits().targets_per_organ:
            why = reason("RECIST-SEL-ORGAN", ("organ", organ), ("targets", f"{len(there)}: {', '.join(there)}"))
            yield Finding(lesions=tuple(there), because=why)


def _sizes(targets: Sequence[Target]) -> Iterable[Finding]:
    for target in targets:
        um = _um(target)
        if um is not None and um < least_um(target.node):
            why = reason("RECIST-SEL-SIZE", ("lesion", target.name), ("diameter", mm_text(um)))
            yield Finding(lesions=(target.name,), because=why)


def crowded(targets: Sequence[Lesion]) -> bool:
    """Whether the number of targets, in all or in an organ, may break a rule: asked first because it is cheap."""
    organs = ["" if lesion.node else lesion.organ for lesion in targets]
    most = max(map(organs.count, organs), default=0)
    return len(targets) > limits().targets or most > limits().targets_per_organ


def least_um(node: bool) -> int:
    """Smallest diameter of a target at baseline in micrometres: longest diameter, or short axis of a node."""
    return limits().node_target_um if node else limits().target_um


def _measurable(targets: Sequence[Target]) -> Iterable[Finding]:
    for target in targets:
        verdict = target.measurable.value if target.measurable is not None else None
        if verdict is not None and verdict != "measurable":
            why = reason("RECIST-SEL-MEASURABLE", ("lesion", target.name), ("verdict", verdict.replace("_", "-")))
            yield Finding(lesions=(target.name,), because=why)


def _is_open(target: Target) -> bool:
    if target.measurable is not None:
        return target.measurable.value is None
    return target.diameter_mm is None
