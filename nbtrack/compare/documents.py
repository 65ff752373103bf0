"""What the views are given; labextension/src/kernel/documents.ts says the same in TypeScript."""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "DOCUMENTS",
    "ArtifactRow",
    "ArtifactsDocument",
    "Box",
    "BoxDocument",
    "Cell",
    "CellKind",
    "CodeDiff",
    "Column",
    "Comparison",
    "CurveEntry",
    "CurvesDocument",
    "FieldsDocument",
    "Group",
    "GroupCurve",
    "GroupCurvesDocument",
    "GroupsDocument",
    "Importance",
    "ImportanceDocument",
    "Line",
    "Picture",
    "PicturesDocument",
    "Row",
    "RunHead",
    "Section",
    "Spread",
]

DOCUMENTS = {
    "side_by_side": 20,
    "artifacts": 20,
    "pictures": 20,
    "curves": 100,
    "grouped": 20_000,
    "grouped_curves": 2_000,
    "parallel": 10_000,
    "scatter": 10_000,
    "box": 10_000,
    "importance": 10_000,
}
"""Documents, and of how many runs at most one is made where none are chosen."""

CellKind = Literal["number", "text", "bool", "none", "time", "duration"]


class Cell(TypedDict):
    """A value of any type; `text` is exact, also for integers and floats that JSON or JavaScript would change."""

    kind: CellKind
    text: str


class RunHead(TypedDict):
    """What a run is called and known by."""

    id: str
    name: str
    status: str


class Row(TypedDict):
    """A name, and what each run has of it; None where a run lacks it."""

    name: str
    cells: list[Cell | None]
    differs: bool
    best: list[int]
    """The places of the runs with the best value, empty where none is better than another."""
    direction: Literal["down", "up"] | None


class Section(TypedDict):
    """A part of the comparison, such as the params."""

    name: str
    rows: list[Row]


class Line(TypedDict):
    """One line of a code diff, as it is on the left and on the right; None where a side has none."""

    kind: Literal["same", "added", "removed", "changed"]
    left: tuple[int, str] | None
    right: tuple[int, str] | None


class CodeDiff(TypedDict):
    """The first run's code beside another's."""

    left: str
    right: str
    """The ids of the two runs."""
    lines: list[Line]
    cut: int
    """How many lines were too many to be compared."""


class Comparison(TypedDict):
    """Runs side by side."""

    runs: list[RunHead]
    sections: list[Section]
    code: list[CodeDiff]
    """One for each run after the first."""
    coded: list[bool]
    """Whether each run's code is known."""


class ArtifactRow(TypedDict):
    """An artifact's name, and how many bytes each run has of it; None where a run has none."""

    name: str
    sizes: list[int | None]
    picture: bool
    """Whether its name says that it is one."""


class ArtifactsDocument(TypedDict):
    """Which run has which artifact: first what most of them have."""

    runs: list[RunHead]
    rows: list[ArtifactRow]
    left_out: int
    """How many names were too many to list."""
    faults: list[str]
    """What could not be read."""


class Picture(TypedDict):
    """A picture to be shown: pixels as base64, or the text of an SVG; or why there is none."""

    kind: Literal["image", "svg", "none"]
    type: str
    data: str
    why: str


class PicturesDocument(TypedDict):
    """An artifact of one name, of each run; None where a run has none."""

    name: str
    runs: list[RunHead]
    pictures: list[Picture | None]


class CurveEntry(RunHead):
    """A run's curve, its points apart; see `CurvesDocument.packed`."""

    count: int
    lost: int
    size: int
    """How many buckets are packed."""
    exact: bool
    """Whether each bucket is one point: then no least and greatest values are packed."""
    last: tuple[float, float | None] | None


class CurvesDocument(TypedDict):
    """A metric's curves in many runs."""

    metric: str
    x: str
    """`step`, `relative`, `time`, or another metric: `metrics.loss`."""
    spacing: Literal["even", "log"]
    within: tuple[float, float] | None
    direction: Literal["down", "up"] | None
    origin: float
    """What is to be added to each packed place."""
    runs: list[CurveEntry]
    packed: str
    """Base64 of little-endian float32: for each run its places, its means, then (unless exact) least and greatest."""


class Spread(TypedDict):
    """What a metric's values in a group come to."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    count: int


class Group(TypedDict):
    """The runs that are equal in what they are grouped by."""

    label: str
    key: list[Cell | None]
    runs: list[str]
    spreads: list[Spread]
    filter: str | None
    """A filter that finds them among the others; None where none can be written."""


class GroupsDocument(TypedDict):
    """Runs grouped by fields, with the spread of each metric."""

    by: list[str]
    metrics: list[str]
    directions: list[Literal["down", "up"] | None]
    groups: list[Group]
    left_out: int
    """How many groups were too many to list."""


class GroupCurve(TypedDict):
    """The mean of a group's curves with a band; NaN is None."""

    label: str
    runs: list[str]
    x: list[float]
    mean: list[float | None]
    std: list[float | None]
    min: list[float | None]
    max: list[float | None]
    count: list[int]


class GroupCurvesDocument(TypedDict):
    """A metric's curves, as the mean of each group."""

    metric: str
    x: str
    by: list[str]
    direction: Literal["down", "up"] | None
    groups: list[GroupCurve]


class Column(TypedDict):
    """A field of many runs, to be drawn along an axis."""

    field: str
    """As it was asked for."""
    filter: str | None
    """As a filter writes it; None where none can."""
    label: str
    kind: Literal["number", "category", "time"]
    values: list[float | None]
    """Numbers, or places in `categories`."""
    categories: list[str]
    quoted: list[str | None]
    """Each category as a filter writes it; None for what a filter cannot compare with."""
    log: bool
    """Whether it spreads over powers of ten."""
    whole: bool
    """Whether all of it are whole numbers."""


class FieldsDocument(TypedDict):
    """Some fields of many runs: parallel coordinates (an axis each), or scatter (x, y, and colour)."""

    runs: list[RunHead]
    columns: list[Column]
    left_out: int
    """How many runs were too many to draw."""


class Box(TypedDict):
    """One box: quartiles, whiskers as Tukey draws them, and what lies beyond."""

    label: str
    runs: list[str]
    values: list[float]
    low: float
    q1: float
    median: float
    q3: float
    high: float
    mean: float
    outliers: list[int]
    """Places in `runs`."""


class BoxDocument(TypedDict):
    """The spread of a field over the groups that another makes."""

    field: str
    by: str | None
    names: dict[str, str]
    """Runs' names by id."""
    boxes: list[Box]
    cautions: list[str]


class Importance(TypedDict):
    """How much a param tells of a metric."""

    param: str
    importance: float | None
    """By how much the forest's R2 on runs it has not seen falls when the param's values are shuffled."""
    spread: float | None
    share: float | None
    """Its part of all importance, from 0 to 1."""
    correlation: float | None
    """Spearman's, from -1 to 1; None for text."""
    count: int


class ImportanceDocument(TypedDict):
    """Which params tell of a metric."""

    metric: str
    runs: int
    score: float | None
    """The forest's R2 on runs that it has not seen."""
    params: list[Importance]
    constant: list[str]
    cautions: list[str]
