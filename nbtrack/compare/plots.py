"""Draw documents with Plotly; its `graph_objects` is an argument, because it is slow to import."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Any

from nbtrack.compare.palette import RAMP, run_colour
from nbtrack.errors import InvalidValueError
from nbtrack.store.curves import along_metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import (
        BoxDocument,
        Column,
        FieldsDocument,
        GroupCurvesDocument,
        ImportanceDocument,
    )
    from nbtrack.records import RunRecord
    from nbtrack.store.curves import Curve

__all__ = [
    "box_figure",
    "contour_figure",
    "curves_figure",
    "grouped_figure",
    "importance_figure",
    "parallel_figure",
    "scatter_figure",
]

_ALONG = {"step": "step", "relative": "seconds since the run began", "time": "time"}
_SCALE = [[place / (len(RAMP) - 1), colour] for place, colour in enumerate(RAMP)]
_MAX_LABEL_LENGTH = 60


def _text(name: str) -> str:
    """Escape a name for Plotly, which interprets some HTML in texts."""
    return escape(name if len(name) <= _MAX_LABEL_LENGTH else name[: _MAX_LABEL_LENGTH - 1] + "…")


def _figure(go: Any, x: str = "", y: str = "") -> Any:
    figure = go.Figure()
    figure.update_layout(
        template="plotly_white", margin={"l": 60, "r": 20, "t": 30, "b": 50}, hovermode="closest"
    )
    figure.update_xaxes(title_text=_text(x))
    figure.update_yaxes(title_text=_text(y))
    return figure


def _translucent(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.2)"


def _times(values: Any) -> list[dt.datetime]:
    return [dt.datetime.fromtimestamp(float(value), dt.UTC) for value in values]


def curves_figure(go: Any, runs: Sequence[RunRecord], found: Sequence[Curve], metric: str, x: str) -> Any:
    """Return a line for each run; where buckets hold several points, their least and greatest values are a band."""
    figure = _figure(go, _ALONG.get(x, x.removeprefix("metrics.")), metric)
    for place, (run, curve) in enumerate(zip(runs, found, strict=True)):
        if not len(curve.x):
            continue
        colour, group = run_colour(place), run.id
        along = _times(curve.x) if x == "time" else curve.x.tolist()
        line: dict[str, Any] = {"color": colour, "width": 1.5}
        spread: dict[str, Any] = {}
        if along_metric(x) and not curve.exact:
            # With a metric as the x axis the line may turn back, and a band would overlap itself.
            reach = {
                "array": curve.high - curve.mean,
                "arrayminus": curve.mean - curve.low,
                "symmetric": False,
            }
            spread = {"error_y": {**reach, "width": 0, "thickness": 1, "color": _translucent(colour)}}
        elif not curve.exact:
            edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
            figure.add_trace(go.Scatter(x=along, y=curve.high, legendgroup=group, **edge))
            band = {"fill": "tonexty", "fillcolor": _translucent(colour)}
            figure.add_trace(go.Scatter(x=along, y=curve.low, legendgroup=group, **edge, **band))
        named = {"name": _text(run.name), "legendgroup": group}
        figure.add_trace(go.Scatter(x=along, y=curve.mean, mode="lines", line=line, **spread, **named))
    return figure


def grouped_figure(go: Any, document: GroupCurvesDocument) -> Any:
    """Return the mean of each group's curves, with a band of one standard deviation."""
    figure = _figure(go, _ALONG[document["x"]], document["metric"])
    for place, group in enumerate(document["groups"]):
        colour, along = run_colour(place), group["x"]
        if document["x"] == "time":
            along = _times(along)  # type: ignore[assignment]
        for sign, fill in ((1, None), (-1, "tonexty")):
            edge = [
                None if mean is None else mean + sign * (std or 0.0)
                for mean, std in zip(group["mean"], group["std"], strict=True)
            ]
            figure.add_trace(
                go.Scatter(
                    x=along,
                    y=edge,
                    mode="lines",
                    line={"width": 0},
                    fill=fill,
                    fillcolor=_translucent(colour),
                    hoverinfo="skip",
                    showlegend=False,
                    legendgroup=str(place),
                )
            )
        named = {"name": f"{_text(group['label'])} ({len(group['runs'])})", "legendgroup": str(place)}
        figure.add_trace(
            go.Scatter(x=along, y=group["mean"], mode="lines", line={"color": colour, "width": 2}, **named)
        )
    return figure


def parallel_figure(go: Any, document: FieldsDocument) -> Any:
    """Return parallel coordinates; the last field colours the lines."""
    dimensions = []
    for column in document["columns"]:
        # Plotly draws no line through missing values; logarithms are computed, because these axes cannot be logarithmic.
        axis: dict[str, Any] = {"label": _text(column["label"]), "values": column["values"]}
        if column["kind"] == "category":
            axis |= {"tickvals": list(range(len(column["categories"])))}
            axis |= {"ticktext": [_text(one) for one in column["categories"]]}
        dimensions.append(axis)
    figure = _figure(go)
    line = _coloured(document["columns"][-1]) if document["columns"] else {}
    figure.add_trace(go.Parcoords(dimensions=dimensions, line=line))
    return figure


def _coloured(column: Column) -> dict[str, Any]:
    bar = {"title": {"text": _text(column["label"])}}
    return {"color": column["values"], "colorscale": _SCALE, "showscale": True, "colorbar": bar}


def _axis(figure: Any, column: Column, letter: str) -> list[Any]:
    """Set an axis up for a column; return its values."""
    update = figure.update_xaxes if letter == "x" else figure.update_yaxes
    if column["kind"] == "time":
        return [None if value is None else _times([value])[0] for value in column["values"]]
    if column["kind"] == "category":
        ticks = [_text(one) for one in column["categories"]]
        update(tickvals=list(range(len(ticks))), ticktext=ticks)
    elif column["log"]:
        update(type="log")
    return list(column["values"])


def scatter_figure(go: Any, document: FieldsDocument) -> Any:
    """Return a dot for each run."""
    x, y, *rest = document["columns"]
    figure = _figure(go, x["label"], y["label"])
    marker = {"size": 9, "color": run_colour(0)} | (_coloured(rest[0]) if rest else {})
    names = [_text(run["name"]) for run in document["runs"]]
    along, up = _axis(figure, x, "x"), _axis(figure, y, "y")
    figure.add_trace(
        go.Scatter(
            x=along, y=up, mode="markers", marker=marker, text=names, hovertemplate="%{text}<br>%{x}, %{y}"
        )
    )
    return figure


def contour_figure(go: Any, document: FieldsDocument) -> Any:
    """Return a third field as a surface over two others, interpolated between the runs, which are dots.

    Raises
    ------
    InvalidValueError
        When fewer than four runs have all three as numbers.
    """
    import numpy as np

    x, y, z = document["columns"]
    for column in document["columns"]:
        if column["kind"] == "category":
            raise InvalidValueError(f"{column['field']} is not a number; a contour needs three numbers")
    known = [
        (one, two, three)
        for one, two, three in zip(x["values"], y["values"], z["values"], strict=True)
        if one is not None and two is not None and three is not None
    ]
    if len(known) < 4:
        raise InvalidValueError(f"{len(known)} runs have all three fields; a contour needs 4 or more")
    places = np.array([[one, two] for one, two, _ in known], dtype="float64")
    heights = np.array([three for *_, three in known], dtype="float64")
    logs = np.array([x["log"], y["log"]])
    grid_x, grid_y, surface = _surface(np.where(logs, np.log10(np.where(logs, places, 1.0)), places), heights)
    figure = _figure(go, x["label"], y["label"])
    grid = {"x": 10**grid_x if x["log"] else grid_x, "y": 10**grid_y if y["log"] else grid_y}
    bar = {"title": {"text": _text(z["label"])}}
    figure.add_trace(go.Contour(**grid, z=surface, colorscale=_SCALE, colorbar=bar, hoverinfo="skip"))
    names = [_text(run["name"]) for run in document["runs"]]
    along, up = _axis(figure, x, "x"), _axis(figure, y, "y")
    marker = {"size": 7, "color": "white", "line": {"color": "#222", "width": 1}}
    dots = {"mode": "markers", "marker": marker, "showlegend": False}
    figure.add_trace(go.Scatter(x=along, y=up, text=names, customdata=z["values"], **dots))
    figure.update_traces(
        selector={"type": "scatter"}, hovertemplate="%{text}<br>%{customdata}<extra></extra>"
    )
    return figure


def _surface(places: Any, heights: Any, size: int = 60) -> tuple[Any, Any, Any]:
    """Return a grid, interpolated between the runs with weights of the inverse squared distance."""
    import numpy as np

    low, high = places.min(axis=0), places.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    unit = np.linspace(0, 1, size)
    nodes = np.stack(np.meshgrid(unit, unit), axis=-1).reshape(-1, 1, 2)
    distance = (((nodes - (places - low) / span) ** 2).sum(axis=-1)) + 1e-6
    weights = 1 / distance
    surface = (weights @ heights) / weights.sum(axis=1)
    return low[0] + unit * span[0], low[1] + unit * span[1], surface.reshape(size, size)


def box_figure(go: Any, document: BoxDocument) -> Any:
    """Return a box for each group, with all of its runs as points."""
    figure = _figure(go, document["by"] or "", document["field"].partition(".")[2] or document["field"])
    for place, box in enumerate(document["boxes"]):
        figure.add_trace(
            go.Box(
                y=box["values"],
                name=_text(box["label"]),
                boxpoints="all",
                marker={"color": run_colour(place)},
                text=[_text(document["names"][run]) for run in box["runs"]],
            )
        )
    figure.update_layout(showlegend=False)
    return figure


def importance_figure(go: Any, document: ImportanceDocument) -> Any:
    """Return a bar for each param's importance, and one for its rank correlation; cautions stand below."""
    figure = _figure(go)
    rows = document["params"][::-1]
    names = [_text(row["param"]) for row in rows]
    bars = (
        ("importance", [row["share"] for row in rows], run_colour(0)),
        ("rank correlation", [row["correlation"] for row in rows], run_colour(1)),
    )
    for name, values, colour in bars:
        figure.add_trace(go.Bar(x=values, y=names, orientation="h", name=name, marker={"color": colour}))
    note = "<br>".join(escape(caution) for caution in document["cautions"])
    # Above the plot, where no bar is.
    figure.update_layout(
        title={"text": f"{_text(document['metric'])}<br><sub>{note}</sub>"}, margin={"t": 80}
    )
    return figure
