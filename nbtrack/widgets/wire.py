"""What the widgets' pages and the kernel both know: the panel's views, and each kind of request. Nothing of it stands elsewhere.

A new kind is one declaration here, one answer (the method of that name of `PanelAnswers` or `RunAnswers`) and one call
in the front end; a new view is a name here and a function in the front end that draws it. `make wire` then writes
`labextension/src/wire.ts`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from nbtrack.widgets.kinds import Kinds, Length, Most, Request

__all__ = ["FRONT", "MAX_IDS", "MAX_ROWS", "PANEL", "RUN_PAGE", "SERVE", "VIEWS", "panel_kinds"]

MAX_ROWS = 1_000
"""Rows that a page may ask for at once: it shows some dozens."""
MAX_IDS = 20_000
"""Runs that can be chosen at once: each choice is sent back and forth."""

VIEWS = {
    "table": "Runs",
    "compare": "Compare",
    "curves": "Curves",
    "charts": "Charts",
    "workspace": "Workspace",
    "groups": "Groups",
    "run": "Run",
}
"""The views of the panel in their order, each with the title of its tab."""

FRONT = Kinds("Front")
PANEL = Kinds("Panel")
RUN_PAGE = Kinds("RunPage")
SERVE = Kinds("Serve")

Rows = Annotated[int, Most(MAX_ROWS)]
Ids = Annotated[int, Most(MAX_IDS)]
Name = Annotated[str, Length(200)]
Charts = list[dict[str, Any]]


class Query(Request):
    """Which runs are looked at, in which order."""

    filter: str
    order_by: list[str]
    experiments: list[str] | None
    deleted: bool


class OfRuns(Request):
    """What is about these runs."""

    ids: list[str]


class Plain(Request):
    """What needs nothing more to be said."""


@FRONT.kind("bundle", result="{ script: string; style: string }", reads=True)
class Bundle(Request):
    """A part of the front end, for a page whose server does not have it."""

    name: Literal["panel", "runpage", "serve", "views"]
    build: str


@PANEL.kind("window", result="Rows", reads=True)
class Window(Query):
    """Those of the runs `first` that the query finds stand before all others."""

    offset: int
    limit: Rows
    columns: list[str]
    first: list[str]


@PANEL.kind("tree", result="Rows", reads=True)
class Tree(Query):
    """As a window, with the children of the unfolded runs below them, and no others."""

    offset: int
    limit: Ids
    columns: list[str]
    first: list[str]
    unfolded: list[str]


@PANEL.kind("ids", result="{ total: number; ids: string[] }", reads=True)
class IdsOf(Query):
    """The ids of the runs that a query finds."""

    offset: int
    limit: Ids
    first: list[str]


@PANEL.kind("among", result="{ ids: string[] }", reads=True)
class Among(Query):
    """Those of the runs that the query finds."""

    ids: list[str]


@PANEL.kind("scale", result="{ scales: Scale[] }", reads=True, rank=2)
class ScaleOf(Query):
    """The least and the greatest value of the first of the columns, as many as can be found soon."""

    columns: list[str]


@PANEL.kind("differing", result="{ columns: string[] }", reads=True, rank=2)
class Differing(Query):
    """Those of the columns in which the runs differ."""

    columns: list[str]


@PANEL.kind("names", result="Names", reads=True, rank=1)
class AllNames(Plain):
    """The names of all columns and experiments."""


@PANEL.kind("telling", result="{ columns: string[] }", reads=True)
class Telling(Query):
    """The columns that tell most."""


@PANEL.kind("tags", result="{ runs: number; tags: TagUse[] }", reads=True)
class Tags(OfRuns):
    """The tags that runs have."""


@PANEL.kind("tag", result="{ count: number; before: { value: string | null; ids: string[] }[] }")
class Tag(OfRuns):
    """Set a tag, or take it away where the value is null. Answered with the runs that changed, and what they had."""

    name: Name
    value: str | None


@PANEL.kind("rename", result="{ before: string }")
class Rename(OfRuns):
    """Rename a run."""

    name: Name


@PANEL.kind("fields", result="{ runs: number; fields: FieldUse[]; defaults: Defaults }", reads=True)
class Fields(Query):
    """The fields of the chosen runs, or else of those that a document would be about, and the charts' defaults."""

    ids: list[str]
    document: str
    columns: list[str]


@PANEL.kind("complete", result="{ start: number; end: number; options: Option[] }", reads=True)
class Complete(Request):
    """What may stand at this place of a filter."""

    text: str
    caret: int


@PANEL.kind("delete", "restore", result="{ count: number }")
class Delete(OfRuns):
    """Delete runs, or restore them."""


@PANEL.kind("export", result="{ text: string; count: number }", reads=True, rank=2)
class Export(Query):
    """The runs as a text; Parquet, which is none, as base64. A report is a file of HTML."""

    columns: list[str]
    ids: list[str]
    format: Literal["csv", "parquet", "markdown", "latex", "report"]


@PANEL.kind("frame", result="{ name: string; count: number }", kernel=True)
class Frame(Query):
    """Put the runs into the notebook as a DataFrame. Answered with its name there."""

    columns: list[str]
    ids: list[str]


@PANEL.kind("memory", result="Memory", reads=True, rank=1)
class Remembered(Plain):
    """The filters that were used and saved."""


@PANEL.kind("remember", result="Memory", rank=2)
class Remember(Request):
    """Note that a filter was used."""

    filter: str


@PANEL.kind("save", result="Memory")
class Save(Request):
    """Save a filter under a name."""

    name: Name
    filter: str


@PANEL.kind("forget", result="Memory")
class Forget(Request):
    """Take a saved filter away."""

    name: Name


@PANEL.kind("arrangements", result="Arrangements", reads=True, rank=1)
class ArrangementsOf(Plain):
    """The arrangements of charts that were saved, the last one first."""


@PANEL.kind("arrange", result="Arrangements")
class Arrange(Request):
    """Save an arrangement of charts under a name. Without charts the name is let go of."""

    name: Name
    charts: Charts


@PANEL.kind("document", result="{ document: unknown; shown: number; total: number }", reads=True, slow=True)
class Document(Query):
    """What a view is drawn from, and of how many runs; `asked` is what `nbtrack.compare` takes besides them."""

    ids: list[str]
    document: str
    asked: dict[str, Any]


@PANEL.kind("changes", result="{ clock: number }", reads=True)
class Clock(Plain):
    """A number that moves with every change of the store."""


@PANEL.kind("run", result="RunTraits", reads=True)
class RunOf(Request):
    """All that a run's page shows; what the page asks for then are the kinds of `RUN_PAGE`."""

    run: str


@PANEL.kind("bye", result="never", kernel=True)
class Bye(Plain):
    """Say that the view is closed; there is no answer."""


def panel_kinds(content: Any) -> Kinds:
    """Return the kinds among which a request of a panel is: those of a run's page if it says of which run it is."""
    return RUN_PAGE if isinstance(content, dict) and "of" in content else PANEL


class OfPage(Request):
    """What every request of a run's page has: the id of the run that the page shows. None is done to another run."""

    of: str


class Changes(TypedDict, total=False):
    """What is to be changed of a run; a tag that becomes None is taken away."""

    name: str
    note: str
    tags: dict[str, str | None]


@RUN_PAGE.kind("edit")
class Edit(OfPage):
    """Change what a person says of the run."""

    changes: Changes


@RUN_PAGE.kind("preview", result="Preview", reads=True)
class PreviewOf(OfPage):
    """What is in an artifact."""

    name: str


@RUN_PAGE.kind("path", result="{ path: string }", reads=True)
class PathOf(OfPage):
    """Where an artifact lies."""

    name: str


@RUN_PAGE.kind("download", result="Piece", reads=True, slow=True)
class Download(OfPage):
    """A piece of an artifact, from this byte on; no name stands for all artifacts as a ZIP file.

    `stamp` is that of the piece before, and empty for the first.
    """

    name: str
    offset: int
    stamp: str


@RUN_PAGE.kind("curve", result="CurvesDocument", reads=True)
class Curve(OfPage):
    """A metric's curve; `asked` is what `nbtrack.compare.curves` takes besides the runs."""

    asked: dict[str, Any]


@RUN_PAGE.kind("since", result="SinceDocument", reads=True)
class Since(OfPage):
    """What the run changed since the one before of its cell, against the best of them, or against the run of an id."""

    against: str


@RUN_PAGE.kind("register", result="{ name: string; version: number }")
class Register(OfPage):
    """Make a model, given by its folder among the artifacts, a new version of the name."""

    model: str
    name: str


@RUN_PAGE.kind("set_alias")
class SetAlias(OfPage):
    """Have an alias stand for a version of a registered model."""

    name: str
    version: int
    alias: str


@RUN_PAGE.kind("delete_alias")
class DeleteAlias(OfPage):
    """Take an alias of a registered model away."""

    name: str
    alias: str


@RUN_PAGE.kind("open", kernel=True)
class OpenOther(OfPage):
    """Show another run of the same store."""

    run: str


@RUN_PAGE.kind("serve", "stop", slow=True, kernel=True)
class ServeModel(OfPage):
    """Serve a model, given by its folder among the artifacts, or serve it no longer."""

    model: str


@RUN_PAGE.kind("delete", "restore", "refresh")
class Command(OfPage):
    """Delete the run, restore it, or look at it anew."""


@RUN_PAGE.kind("script", result="{ script: string }", reads=True)
class Script(OfPage):
    """The code as a whole."""


@RUN_PAGE.kind(
    "package", result="{ folder: string; files: string[]; command: string; left_out: string[] }", slow=True
)
class PackageRun(OfPage):
    """Make a project of the run, in a folder beside the store's."""

    folder: Name


@RUN_PAGE.kind("export", result="{ filename: string; text: string }", reads=True)
class ExportOne(OfPage):
    """A file's name and its text: params and metrics as JSON."""


@RUN_PAGE.kind("names", result="{ tags: string[]; models: string[] }", reads=True)
class NamesOf(OfPage):
    """The names of tags and of registered models that may be given."""


@SERVE.kind("predict", result="{ predictions: Json; ms: number }", slow=True)
class Predict(Request):
    """Predict one row."""

    row: dict[str, Any]
    params: dict[str, Any]


@SERVE.kind("start", "stop", slow=True)
class StartStop(Request):
    """Start the server, or stop it."""
