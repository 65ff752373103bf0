"""The documents that the views show. `make wire` writes them as `labextension/src/kernel/documents.ts` for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

if TYPE_CHECKING:
    from nbtrack.direction import Direction
    from nbtrack.store.curves import Spacing

__all__ = [
    "DOCUMENTS",
    "ArtifactRow",
    "ArtifactsDocument",
    "Box",
    "BoxDocument",
    "CodeDiff",
    "CodeLine",
    "Column",
    "Comparison",
    "CurveAxis",
    "CurveEntry",
    "CurvesDocument",
    "FieldsDocument",
    "Group",
    "GroupCurve",
    "GroupCurvesDocument",
    "GroupsDocument",
    "Importance",
    "ImportanceDocument",
    "Picture",
    "PicturesDocument",
    "Row",
    "RowKind",
    "RunHead",
    "Section",
    "SinceDocument",
    "Spread",
    "Value",
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
"""The kinds of documents, each a function of `nbtrack.compare`, and how many runs each has at most if none are chosen."""

CurveAxis = Annotated[str, "`step`, `relative`, `time`, or another metric: `metrics.loss`"]
"""The x axis of curves."""

Value = None | bool | int | float | str | list[str]
"""A value as `nbtrack.fields.sent` writes it: exact, and None where a run has none."""

RowKind = Literal["value", "time", "duration"]
"""What the values of a row are: seconds since the epoch, seconds, or anything."""


class RunHead(TypedDict):
    """The name and the id of a run."""

    id: str
    name: str
    status: str


class Row(TypedDict):
    """A name, and its value in each run."""

    name: str
    kind: RowKind
    cells: list[Value]
    differs: bool
    best: list[int]
    """The positions of the runs with the best value; empty if none is better than another."""
    direction: Direction | None


class Section(TypedDict):
    """A part of the comparison, such as the params."""

    name: str
    rows: list[Row]


class CodeLine(TypedDict):
    """One line of a code diff on the left and on the right; None if a side has no such line."""

    kind: Literal["same", "added", "removed", "changed"]
    left: tuple[int, str] | None
    right: tuple[int, str] | None


class CodeDiff(TypedDict):
    """The first run's code beside another's."""

    left: str
    right: str
    """The ids of the two runs."""
    lines: list[CodeLine]
    cut: int
    """How many lines were left out because there were too many."""


class Comparison(TypedDict):
    """Runs side by side."""

    runs: list[RunHead]
    sections: list[Section]
    code: list[CodeDiff]
    """One for each run after the first."""
    coded: list[bool]
    """Whether each run's code is known."""


class SinceDocument(TypedDict):
    """What a run changed: what differs from another of its cell, which comes first in each row and line."""

    cell: bool
    """Whether the runs are of one cell; else they are of one experiment."""
    before: RunHead | None
    after: RunHead | None
    """The runs before and after it."""
    best: RunHead | None
    """The best of the others, by this metric."""
    metric: str | None
    other: RunHead | None
    """The run that it is compared with."""
    sections: list[Section]
    """Rows of two cells, only of what differs."""
    code: CodeDiff | None
    """None where the code is the same, or not known."""


class ArtifactRow(TypedDict):
    """An artifact's name, and its size in bytes in each run; None where a run has none."""

    name: str
    sizes: list[int | None]
    picture: bool
    """Whether it can be shown beside those of other runs, according to its name: a picture, a table, a text."""


class ArtifactsDocument(TypedDict):
    """Which run has which artifact; those that most runs have come first."""

    runs: list[RunHead]
    rows: list[ArtifactRow]
    left_out: int
    """How many names were left out because there were too many."""
    faults: list[str]
    """What could not be read."""


class Picture(TypedDict):
    """A picture: pixels as base64, or the text of an SVG; a table, or a text; or the reason why there is none."""

    kind: Literal["image", "svg", "table", "text", "none"]
    type: str
    data: str
    columns: list[str]
    rows: list[list[str]]
    """The first rows of a table."""
    why: str


class PicturesDocument(TypedDict):
    """The artifact of one name in each run; None where a run has none."""

    name: str
    runs: list[RunHead]
    pictures: list[Picture | None]


class CurveEntry(RunHead):
    """A run's curve without its points, which are in `CurvesDocument.packed`."""

    count: int
    lost: int
    size: int
    """How many buckets are packed."""
    exact: bool
    """Whether each bucket is one point; least and greatest values are then not packed."""
    last: tuple[float, float | None] | None


class CurvesDocument(TypedDict):
    """A metric's curves in many runs."""

    metric: str
    x: CurveAxis
    spacing: Spacing
    within: tuple[float, float] | None
    direction: Direction | None
    origin: float
    """The offset to add to each packed x."""
    runs: list[CurveEntry]
    packed: str
    """Base64 of little-endian float32: for each run x, means, then (unless exact) least and greatest values."""


class Spread(TypedDict):
    """Statistics of a metric's values in a group."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    count: int


class Group(TypedDict):
    """The runs that have equal values in the grouping fields."""

    label: str
    key: list[Value]
    runs: list[str]
    spreads: list[Spread]
    filter: str | None
    """A filter that finds them; None if none can be written."""


class GroupsDocument(TypedDict):
    """Runs grouped by fields, with the spread of each metric."""

    by: list[str]
    metrics: list[str]
    directions: list[Direction | None]
    groups: list[Group]
    left_out: int
    """How many groups were left out because there were too many."""


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
    x: CurveAxis
    by: list[str]
    direction: Direction | None
    groups: list[GroupCurve]


class Column(TypedDict):
    """A field of many runs, to be drawn along an axis."""

    field: str
    """The field as it was requested."""
    filter: str | None
    """Its name in a filter; None if a filter cannot name it."""
    label: str
    kind: Literal["number", "category", "time"]
    values: list[float | None]
    """Numbers, or indices into `categories`."""
    categories: list[str]
    quoted: list[str | None]
    """Each category as a literal in a filter; None if a filter cannot compare with it."""
    log: bool
    """Whether the values span several powers of ten."""
    whole: bool
    """Whether all values are whole numbers."""


class FieldsDocument(TypedDict):
    """Some fields of many runs: parallel coordinates (an axis each), or scatter (x, y, and colour)."""

    runs: list[RunHead]
    columns: list[Column]
    left_out: int
    """How many runs were left out because there were too many."""


class Box(TypedDict):
    """One box: quartiles, Tukey's whiskers, and outliers."""

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
    """Indices into `runs`."""


class BoxDocument(TypedDict):
    """The spread of a field in the groups of another field."""

    field: str
    by: str | None
    names: dict[str, str]
    """Runs' names by id."""
    boxes: list[Box]
    cautions: list[str]


class Importance(TypedDict):
    """The importance of a param for a metric."""

    param: str
    importance: float | None
    """The drop of the forest's R2 on unseen runs when the param's values are shuffled."""
    spread: float | None
    share: float | None
    """Its share of the total importance, from 0 to 1."""
    correlation: float | None
    """Spearman's correlation, from -1 to 1; None for text."""
    count: int


class ImportanceDocument(TypedDict):
    """The importance of params for a metric."""

    metric: str
    runs: int
    """How many have the metric."""
    looked_at: int
    """How many of them it is computed from."""
    final: bool
    """False for a first answer, which a later one without `most` makes exact."""
    score: float | None
    """The forest's R2 on unseen runs."""
    params: list[Importance]
    constant: list[str]
    cautions: list[str]
