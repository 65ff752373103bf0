"""The comparison panel in a real Chromium under JupyterLab: first rows, a keystroke, a jump, charts, bytes."""

from __future__ import annotations

from tests.benchmarks import search
from tests.benchmarks.browsing import browsing
from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings

_PAINTS = "anywidget alone: a table of 40 x 40 fixed cells painted"
_ASKS = "anywidget alone: asks the kernel, which sends 40 x 40 fixed cells, and paints them"
_DRAWS = "anywidget alone: asks the kernel, which sends 100 fixed lines of 400 points as JSON, and draws them"

GROUPS = (
    Group(
        (
            Row("panel_10k", "panel, 10,000 runs x 40 fields: first rows painted", "ms", Bar("at most", 1_000), _PAINTS),
            Row("panel_bytes", "panel, 10,000 runs: sent for its first view", "kB", Bar("at most", 300), _PAINTS),
            Row("panel_key_10k", "panel, 10,000 runs: keystroke in the filter", "ms", Bar("at most", 100), _ASKS),
            Row("panel_key_busy", "panel, 10,000 runs: keystroke in the filter while a cell runs", "ms", Bar("at most", 1_000)),
            Row("panel_told", "panel, 10,000 runs: another process's run is told of", "ms", Bar("at most", 3_000)),
        ),
        (Part("panel:ten_thousand"),),
    ),
    Group(
        (
            Row("panel_100k", "panel, 100,000 runs x 40 fields: first rows painted", "ms", Bar("at most", 1_000), _PAINTS),
            Row("panel_key_100k", "panel, 100,000 runs: keystroke in the filter", "ms", Bar("at most", 150), _ASKS),
            Row("panel_jump", "panel, 100,000 runs: blank after a jump of the scroll bar", "ms", Bar("at most", 100), _ASKS),
        ),
        (Part("panel:hundred_thousand"),),
    ),
    Group(
        (Row("axes_2k", "panel, 2,000 runs: parallel coordinates", "ms", Bar("at most", 2_000)),),
        (Part("panel:two_thousand"),),
    ),
    Group(
        (
            Row("chart_first", "panel, 100 runs x 10,000 points: first chart", "ms", Bar("at most", 2_000), _DRAWS),
            Row("chart_next", "panel, 100 runs x 10,000 points: another metric's", "ms", Bar("at most", 500), _DRAWS),
        ),
        (Part("panel:charts"),),
    ),
)  # fmt: skip


def ten_thousand(settings: Settings) -> Samples:
    """Open panels of 10,000 runs, and filter one."""
    _fill(settings.repeats(10_000, 1_000))
    samples: Samples = {}
    with browsing() as shown:
        shown.opened(samples, "panel_10k", "panel_bytes", settings.repeats(5, 1))
        shown.typed(samples, "panel_key_10k", settings.repeats(20, 4))
        shown.typed_meanwhile(samples, "panel_key_busy", settings.repeats(20, 4))
        shown.told(samples, "panel_told", settings.repeats(5, 1))
    return samples


def hundred_thousand(settings: Settings) -> Samples:
    """Open panels of 100,000 runs, filter one, and go up and down in it."""
    _fill(settings.repeats(100_000, 5_000))
    samples: Samples = {}
    with browsing() as shown:
        shown.opened(samples, "panel_100k", None, settings.repeats(5, 1))
        shown.typed(samples, "panel_key_100k", settings.repeats(20, 4))
        shown.jumped(samples, "panel_jump", settings.repeats(20, 4))
    return samples


def two_thousand(settings: Settings) -> Samples:
    """Draw 2,000 runs as lines along their params and metrics."""
    _fill(settings.repeats(2_000, 500))
    samples: Samples = {}
    with browsing() as shown:
        shown.axes(samples, "axes_2k", settings.repeats(4, 1))
    return samples


def charts(settings: Settings) -> Samples:
    """Draw the curves of 100 runs, of one metric after another."""
    _log_curves(100, settings.repeats(10_000, 500))
    samples: Samples = {}
    with browsing() as shown:
        shown.drawn(samples, settings.repeats(4, 1))
    return samples


def _fill(count: int) -> None:
    """Fill `.nbtrack` with runs of 20 params and 20 metrics."""
    search.fill(search.fields(count, copies=2))


def _log_curves(runs: int, points: int) -> None:
    import random

    import nbtrack

    chance = random.Random(1)
    for number in range(runs):
        with nbtrack.start_run(run_name=f"run-{number:03}"):
            for step in range(points):
                value = chance.random() + number / (step + 1)
                nbtrack.log_metric("loss", value, step=step)
                nbtrack.log_metric("val_loss", value * 2, step=step)
    nbtrack.open_store().close()
