"""The forest of a trial: the hazard ratio of an endpoint in every level of declared baseline facts."""

from __future__ import annotations

from collections.abc import Sequence

from lutetia.errors import Fault, InputError
from lutetia.results.figure_data import ForestFigure, RatioRow
from lutetia.results.printed import INDENT, NONE, p_text
from lutetia.results.subgroup import subgroup_rows
from lutetia.survival import FollowUp
from lutetia.trial.adam import layout_of
from lutetia.trial.time_to_event_analysis import TimeToEvent


def subgroup_forest(one: TimeToEvent, columns: Sequence[str], *, key: str = "figure-forest") -> ForestFigure:
    """Unstratified hazard ratios by subgroup with tests of interaction; the first row is the stratified ratio of all.

    Numbers with more than six values make two groups at their median. Raises InputError for columns that ADSL does not
    have.
    """
    known = {column.name: column.label for column in layout_of("ADSL").columns}
    unknown = [column for column in columns if column not in known]
    if unknown:
        faults = [Fault(place=f"subgroups, {column}", must="must be a column of ADSL") for column in unknown]
        raise InputError("forest", faults)
    plain = FollowUp(stop=one.follow_up.stop, event=one.follow_up.event)
    rows = [
        RatioRow(
            label="All patients, stratified",
            ratio=one.hazard_ratio,
            counts=_counts(one.events, one.arms.n),
            events=float(sum(one.events)),
        )
    ]
    for column in columns:
        labels = _labels(one.arms.facts[column])
        found = subgroup_rows(plain, one.arms.arm, labels)
        p = p_text(found.interaction.p) if found.interaction is not None else NONE
        rows.append(RatioRow(label=known[column], beside=p))
        rows += [
            RatioRow(
                label=INDENT + row.level + (" (no finite ratio)" if row.ratio is None else ""),
                ratio=row.ratio,
                counts=_counts(row.events, row.n),
                events=float(sum(row.events)),
            )
            for row in found.rows
        ]
    return ForestFigure(
        key=key,
        title=f"{one.title} by subgroup",
        rows=tuple(rows),
        ratio="Hazard ratio",
        favours=(f"favours {one.arms.names[0]}", f"favours {one.arms.names[1]}"),
        beside_title="Interaction p",
        conventions=(
            "Each ratio from the patients of that level alone, not stratified; interaction by likelihood ratio; no "
            "adjustment for the number of subgroups.",
        ),
    )


def _counts(events: tuple[int, int], n: tuple[int, int]) -> str:
    return f"{events[0]}/{n[0]} : {events[1]}/{n[1]}"


def _labels(values: Sequence[object]) -> list[str | None]:
    """A level per patient; numbers with many values by their median."""
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(set(numbers)) <= 6:
        return [None if value is None else {"Y": "yes", "N": "no"}.get(str(value), str(value)) for value in values]
    middle = sorted(numbers)[len(numbers) // 2]
    middle = middle if middle > min(numbers) else min(n for n in numbers if n > middle)  # half at the least value
    return [
        None if value is None else f"below {middle:g}" if float(value) < middle else f"{middle:g} and more"  # type: ignore[arg-type]
        for value in values
    ]
