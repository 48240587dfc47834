"""The numbers of one paper as it prints them: groups of patients, how groups split, and the rows of its tables.

A cell is named `table/row/field`, such as `T4/male/upper`; the size of a group is the cell `groups/male/n`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from pydantic import Field

from lutetia.course.problem import Problem
from lutetia.evidence.row import AnyRow, Difference, Id, Part, RowPlace


class Group(Part):
    """Patients that the paper counts: n of them, part of `of`."""

    id: Id
    n: int = Field(ge=0, description="number of patients, as printed")
    label: str = Field(default="", description="what the paper calls them, in your words")
    of: Id | None = Field(default=None, description="id of the larger group they are part of")
    at: str | None = Field(default=None, description="where it is printed: section, table, page")


class Split(Part):
    """Groups that divide another one: nobody is in two of them; `complete`: everybody is in one."""

    id: Id
    of: Id
    into: tuple[Id, ...] = Field(min_length=1)
    complete: bool = True
    by: str | None = Field(
        default=None, description="the property they differ in, such as ki67; the same word anywhere"
    )
    missing: tuple[Id, ...] = Field(default=(), description="those of `into` in whom the property is not known")


class Sum(Part):
    """Counts of rows that add up to the count of another row or to the size of a group."""

    parts: tuple[Id, ...] = Field(min_length=2)
    row: Id | None = None
    group: Id | None = None
    complete: bool = Field(default=True, description="false: the parts may fall short, never exceed")

    def problems(self) -> Iterable[Problem]:
        if (self.row is None) == (self.group is None):
            yield Problem(place=(), must="a sum must name either row or group", do="Give one of the two.")


class Table(Part):
    """A table of the paper, or the numbers of one section of its text."""

    id: Id
    title: str = ""
    endpoint: str | None = Field(default=None, description="for rows that name none")
    population: Id | None = Field(default=None, description="group for rows that name none")
    arms: tuple[Id, ...] = Field(default=(), description="randomised arms whose baseline this table shows")
    rows: tuple[AnyRow, ...]
    sums: tuple[Sum, ...] = ()


class Claim(Part):
    """A statement of the paper about rows of its tables."""

    id: Id
    says: str = Field(min_length=1, description="the statement in your own words")
    asserts: Literal["different", "not different"]
    rows: tuple[RowPlace, ...] = Field(min_length=1)
    at: str | None = None


class Paper(Part):
    """All that is to be checked of one paper."""

    paper: Id
    title: str
    source: str = Field(min_length=1, description="citation")
    doi: str | None = None
    groups: tuple[Group, ...] = ()
    splits: tuple[Split, ...] = ()
    tables: tuple[Table, ...] = ()
    claims: tuple[Claim, ...] = ()
    note: str | None = None

    @cached_property
    def group_of(self) -> dict[str, Group]:
        """The groups by id."""
        return {group.id: group for group in self.groups}

    @cached_property
    def row_of(self) -> dict[str, AnyRow]:
        """The rows by table/row."""
        return {f"{table.id}/{row.id}": row for table in self.tables for row in table.rows}

    def placed_rows(self) -> Iterator[tuple[str, Table, AnyRow]]:
        """Every row with its place, table/row, and its table."""
        for table in self.tables:
            for row in table.rows:
                yield f"{table.id}/{row.id}", table, row

    def n(self, group: str) -> int:
        """The size of a group."""
        return self.group_of[group].n

    def problems(self) -> Iterable[Problem]:
        yield from _twice("groups", [group.id for group in self.groups])
        yield from _twice("splits", [split.id for split in self.splits])
        yield from _twice("tables", [table.id for table in self.tables])
        for t, table in enumerate(self.tables):
            for problem in _twice("rows", [row.id for row in table.rows]):
                yield Problem(place=("tables", t, *problem.place), must=problem.must, got=problem.got, do=problem.do)
        for place, group in self._named_groups():
            if group not in self.group_of:
                yield Problem(place=place, must="a group must be one of the paper's groups", got=f'"{group}"')
        for place, row in self._named_rows():
            if row not in self.row_of:
                yield Problem(place=place, must="a row must be one of the paper's rows (table/row)", got=f'"{row}"')

    def _named_groups(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every mention of a group, with its place."""
        for i, group in enumerate(self.groups):
            if group.of:
                yield ("groups", i, "of"), group.of
        for i, split in enumerate(self.splits):
            yield ("splits", i, "of"), split.of
            for j, part in enumerate((*split.into, *split.missing)):
                yield ("splits", i, "into", j), part
        for t, table in enumerate(self.tables):
            yield from _groups_of_table(t, table)

    def _named_rows(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every mention of a row, with its place."""
        for i, claim in enumerate(self.claims):
            yield from ((("claims", i, "rows", j), row) for j, row in enumerate(claim.rows))
        for t, table in enumerate(self.tables):
            for r, row in enumerate(table.rows):
                if row.restates:
                    yield ("tables", t, "rows", r, "restates"), row.restates
                if isinstance(row, Difference):
                    yield from ((("tables", t, "rows", r, "between", j), one) for j, one in enumerate(row.between))
            for s, total in enumerate(table.sums):
                names = [*total.parts, *([total.row] if total.row else [])]
                yield from ((("tables", t, "sums", s, "parts", j), f"{table.id}/{one}") for j, one in enumerate(names))


def _groups_of_table(t: int, table: Table) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if table.population:
        yield ("tables", t, "population"), table.population
    yield from ((("tables", t, "arms", j), arm) for j, arm in enumerate(table.arms))
    yield from ((("tables", t, "sums", s, "group"), one.group) for s, one in enumerate(table.sums) if one.group)
    for r, row in enumerate(table.rows):
        for name in ("of", "group", "population"):
            if given := getattr(row, name, None):
                yield ("tables", t, "rows", r, name), given
        for j, group in enumerate(getattr(row, "groups", None) or ()):
            yield ("tables", t, "rows", r, "groups", j), group


def _twice(name: str, ids: list[str]) -> Iterator[Problem]:
    for one, count in Counter(ids).items():
        if count > 1:
            place = (name, len(ids) - 1 - ids[::-1].index(one), "id")
            yield Problem(
                place=place, must="each id must be given once", got=f'"{one}" {count} times', do="Rename one."
            )
