"""What charts show at first is decided once: `panel.figure()` and the page show the same."""

import pytest

import nbtrack
from nbtrack.compare.defaults import defaults, is_seed
from nbtrack.compare.drawing import _Fields
from nbtrack.store.uses import FieldUse
from nbtrack.widgets.panel import queries


def use(name, count=10, values=5, number=True, points=1):
    return FieldUse(name, count, values, number, points)


IRIS = [
    use("experiment", values=1, number=False),
    use("params.criterion", values=2, number=False),
    use("params.depth"),
    use("params.max_iter", values=1),
    use("params.rare", count=2),
    use("params.path", values=40, number=False),
    use("params.seed"),
    use("metrics.time_s", values=2),
    use("metrics.accuracy", values=2),
    use("metrics.loss", count=0, values=0),
]


def test_what_is_drawn_at_first_is_what_the_runs_have_and_what_differs():
    found = defaults(10, IRIS, ["name", "metrics.loss", "params.seed", "params.depth"])
    assert found["varied"] == ["params.depth", "params.criterion", "params.seed"]
    assert found["metric"] == found["curve"] == "accuracy"
    assert found["histories"] == []
    assert found["metrics"] == ["time_s", "accuracy", "loss"], "that which no run has comes last"
    assert found["repeated"] == "params.depth"
    assert found["groups"][:2] == ["params.seed", "params.depth"]
    assert "experiment" in found["groups"]


def test_curves_are_first_of_a_metric_with_a_history_in_most_of_the_runs():
    found = defaults(10, [*IRIS, use("metrics.few", count=2, points=90), use("metrics.val_loss", points=20)])
    assert found["curve"] == "val_loss"
    assert found["histories"] == ["few", "val_loss"]


def test_a_metric_that_is_the_same_everywhere_is_drawn_where_there_is_no_other():
    assert defaults(2, [use("metrics.rmse", count=2, values=1)])["metric"] == "rmse"
    assert defaults(2, [use("metrics.loss", count=0, values=0)])["metric"] is None


@pytest.mark.parametrize(
    ("param", "seed"),
    [
        ("seed", True),
        ("model.random_state", True),
        ("data/split", True),
        ("seeds", False),
        ("split_size", False),
    ],
)
def test_seeds_are_known_by_their_names(param, seed):
    assert is_seed(param) == seed


def test_figures_of_the_kernel_show_what_the_page_shows(store):
    for alpha in (0.1, 0.2):
        for seed in (1, 2):
            with nbtrack.start_run():
                nbtrack.log_params({"alpha": alpha, "seed": seed, "same": 1})
                for step in range(3):
                    nbtrack.log_metric("loss", alpha + step, step=step)
                nbtrack.log_metric("rmse", alpha * seed)
    runs = nbtrack.runs()
    columns = ["params.seed", "params.alpha"]
    selection = queries.Selection(runs.query)
    page = queries.fields(runs.store, selection, [], 100, columns)["defaults"]
    figure = _Fields(runs, columns)
    assert figure._defaults["varied"] == page["varied"] == ["params.alpha", "params.seed"]
    assert figure.of("scatter", {}) == {"x": page["varied"][0], "y": f"metrics.{page['metric']}"}
    assert figure.of("curves", {}) == {"metric": page["curve"]} == {"metric": "loss"}
    assert figure.of("box", {}) == {"field": f"metrics.{page['metric']}", "by": page["repeated"]}
    assert figure.of("importance", {}) == {"metric": page["metric"]}
    assert figure.of("parallel", {}) == {"fields": [*page["varied"], f"metrics.{page['metric']}"]}
