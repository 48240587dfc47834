"""The rows of a paper's tables, as it prints them: shares, ratios, medians, differences, p-values.

Printed numbers are texts, because "1.50" says more than 1.5: the last digit tells how far it was rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from lutetia.course.problem import Problem, refuse
from lutetia.evidence import printed
from lutetia.evidence.printed import Printed, PrintedShare

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")]
RowPlace = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]


def _as_printed(given: Any) -> Any:
    """Whole numbers and texts pass; a decimal number has lost its trailing zeros and is refused."""
    if isinstance(given, float):
        raise ValueError(f'must be a text in quotes, as printed, but got {given}; write it so: "{given}"')
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


AsPrinted = Annotated[str, BeforeValidator(_as_printed)]


class Part(BaseModel):
    """Anything in a paper file: immutable, and no field that the form does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_post_init(self, context: Any, /) -> None:
        """Refuse what cannot be read. Raises pydantic's ValidationError with all faults of this part."""
        refuse(type(self).__name__, self.problems())

    def problems(self) -> Iterable[Problem]:
        """What does not hold, beyond the types of the fields."""
        return ()


class Row(Part):
    """What every row has. `item` names the same thing in other rows; `restates` points to the row it repeats."""

    id: Id
    label: str = ""
    item: str | None = Field(default=None, description="rows of one item are compared between arms")
    restates: RowPlace | None = Field(default=None, description="table/row of the row that says the same")
    p: AsPrinted | None = None
    at: str | None = None
    fact: Id | None = Field(default=None, description="id of this estimate in an evidence store")
    note: str | None = None

    def problems(self) -> Iterable[Problem]:
        for name, read in self.readers():
            given = getattr(self, name)
            try:
                _ = read(given) if given is not None else None
            except ValueError as error:
                must, _, rest = str(error).partition(", but got ")
                got, _, do = rest.partition("; ")
                yield Problem(place=(name,), must=f"{name} {must}", got=got, do=f"{do[0].upper()}{do[1:]}.")

    def readers(self) -> list[tuple[str, Any]]:
        """The fields that hold printed numbers, each with the function that reads it."""
        return [("p", printed.p_value), ("printed", self._reader())]

    def _reader(self) -> Any:
        return printed.interval

    @cached_property
    def p_value(self) -> Printed | None:
        """The printed p-value."""
        return printed.p_value(self.p) if self.p is not None else None


class Share(Row):
    """A count, a percentage, or both, of a group: "17 (10.4%)", "65/151 (43.0%)", "43.0% (35.0-51.3)"."""

    kind: Literal["share"]
    printed: AsPrinted
    of: Id = Field(description="id of the group that is 100 %")
    group: Id | None = Field(default=None, description="id of the group whose size the count is")
    interval: str | None = Field(default=None, description="method of the interval, where the paper names it")
    denominator: Literal["stated", "unknown"] = Field(
        default="stated", description="unknown: the paper says that some patients were left out, not how many"
    )

    def _reader(self) -> Any:
        return printed.share

    @cached_property
    def share(self) -> PrintedShare:
        """The printed count and percentage."""
        return printed.share(self.printed)


class Estimated(Row):
    """What is printed as an estimate with an interval."""

    printed: AsPrinted
    endpoint: str | None = None
    population: Id | None = Field(default=None, description="group in which it was estimated; default: the table's")

    @cached_property
    def numbers(self) -> tuple[Printed | None, Printed | None, Printed | None]:
        """Estimate, lower and upper limit; None where not printed or not estimable."""
        return printed.interval(self.printed)


class Ratio(Estimated):
    """A hazard, odds or risk ratio of the first group against the second: "1.58 (1.04-2.04)"."""

    kind: Literal["ratio"]
    measure: Literal["HR", "OR", "RR"] = "HR"
    groups: tuple[Id, Id] | None = Field(default=None, description="ids: this group, against that one")
    model: str = Field(default="univariable", description="univariable, multivariable, stratified …")
    level: float = Field(default=0.95, gt=0, lt=1)
    sides: Literal[1, 2] = 2
    interval: Literal["wald", "other"] = Field(default="wald", description="other: not symmetric on the log scale")
    p_test: Literal["wald", "other"] = Field(default="wald", description="other: p comes from another test than the CI")
    events: int | None = Field(default=None, ge=0, description="events behind the ratio, where the paper prints them")


class Median(Estimated):
    """A median time of a group, with its interval."""

    kind: Literal["median"]
    of: Id
    spread: Literal["interval", "range"] = Field(
        default="interval", description="range: lowest and highest, or quartiles"
    )


class Difference(Estimated):
    """The difference between two rows: first minus second, in percentage points or in the rows' unit."""

    kind: Literal["difference"]
    between: tuple[RowPlace, RowPlace]


class PValue(Row):
    """A p-value without an estimate."""

    kind: Literal["p"]
    printed: None = None
    endpoint: str | None = None


AnyRow: TypeAlias = Annotated[Share | Ratio | Median | Difference | PValue, Field(discriminator="kind")]
