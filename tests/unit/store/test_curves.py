"""Curves: what is drawn of many long histories."""

import math
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.errors import InvalidValueError
from nbtrack.store.chunks import pack_point

START = 1_700_000_000.0


def logged(store, values, metric="loss", *, steps=None, times=None):
    writer = store.create_run(experiment="e", start_time=START)
    append = writer.series(metric).append
    for place, value in enumerate(values):
        step = place if steps is None else steps[place]
        append(pack_point(step, START + 0.5 * place if times is None else times[place], value))
    writer.finish()
    return store.run(writer.id).key


def test_a_short_history_is_all_there(store):
    key = logged(store, [3.0, 2.0, 1.5])
    (curve,) = store.curves([key], "loss")
    assert curve.exact
    assert (curve.count, curve.last) == (3, (2.0, 1.5))
    assert curve.x.tolist() == [0, 1, 2]
    assert curve.low.tolist() == curve.mean.tolist() == curve.high.tolist() == [3.0, 2.0, 1.5]


def test_spikes_stay_and_both_ends_are_exact(store):
    values = np.sin(np.arange(50_000) / 4000) + 2
    values[31_337] = 90.0
    values[40_404] = -70.0
    (curve,) = store.curves([logged(store, values)], "loss", points=300)
    assert not curve.exact
    assert len(curve.x) <= 300
    assert (curve.high.max(), curve.low.min()) == (90.0, -70.0)
    assert (curve.x[0], curve.mean[0], curve.x[-1], curve.mean[-1]) == (0, values[0], 49_999, values[-1])
    assert ((curve.low <= curve.mean) & (curve.mean <= curve.high)).all()
    # All points count the same: nothing was left out.
    near = int(np.searchsorted(curve.x, 31_337))
    assert curve.high[near - 1 : near + 2].max() == 90.0


@pytest.mark.parametrize("points", [4, 5, 7, 100, 999, 1000])
@pytest.mark.parametrize("spacing", ["even", "log"])
def test_any_number_of_buckets_covers_all_points(store, points, spacing):
    values = np.random.default_rng(0).normal(size=1000)
    (curve,) = store.curves([logged(store, values)], "loss", points=points, spacing=spacing)
    assert len(curve.x) <= points
    assert (curve.low.min(), curve.high.max()) == (values.min(), values.max())
    assert (np.diff(curve.x) > 0).all()


def test_what_is_no_number_is_a_gap(store):
    values = np.ones(1000)
    values[200:400] = math.nan
    values[500], values[600] = math.inf, -math.inf
    (curve,) = store.curves([logged(store, values)], "loss", points=50)
    assert curve.lost == 202
    assert np.isnan(curve.mean).any()
    assert set(curve.mean[~np.isnan(curve.mean)].tolist()) == {1.0}
    (curve,) = store.curves([logged(store, [1.0, math.nan, math.inf])], "loss")
    assert curve.lost == 2
    assert np.isnan(curve.mean).tolist() == [False, True, True]
    assert curve.last[1] == math.inf


def test_along_the_step_the_time_and_the_clock(store):
    key = logged(store, [1.0, 2.0, 3.0], steps=[20, 10, 30])
    along = {x: store.curves([key], "loss", x=x)[0] for x in ("step", "relative", "time")}
    assert along["step"].x.tolist() == [10, 20, 30]
    assert along["step"].mean.tolist() == [2.0, 1.0, 3.0]
    assert along["relative"].x.tolist() == [0.0, 0.5, 1.0]
    assert along["relative"].mean.tolist() == [1.0, 2.0, 3.0]
    assert along["time"].x.tolist() == [START, START + 0.5, START + 1.0]


def test_a_part_is_looked_at_with_its_neighbours(store):
    key = logged(store, np.arange(10_000.0))
    (curve,) = store.curves([key], "loss", within=(2000, 2010))
    assert curve.exact
    assert curve.x.tolist() == list(range(1999, 2012))
    assert (curve.count, curve.last) == (10_000, (9999.0, 9999.0))
    assert len(store.curves([key], "loss", within=(20_000, 30_000))[0].x) == 1


def test_a_logarithmic_axis_gets_its_beginning(store):
    (curve,) = store.curves([logged(store, np.arange(10_000.0))], "loss", points=200, spacing="log")
    assert (curve.x < 10).sum() >= 8


def test_runs_come_in_their_order_and_those_without_the_metric_are_empty(store):
    keys = [logged(store, [1.0]), logged(store, [2.0], "other"), logged(store, [3.0])]
    found = store.curves([keys[2], keys[1], keys[0]], "loss")
    assert [curve.key for curve in found] == [keys[2], keys[1], keys[0]]
    assert [curve.mean.tolist() for curve in found] == [[3.0], [], [1.0]]
    assert found[1].last is None
    assert [curve.count for curve in store.curves(keys, "<img src=x>' --")] == [0, 0, 0]


def test_the_last_point_of_a_thinned_series_is_there(store, monkeypatch):
    from nbtrack.store import chunks

    monkeypatch.setattr(chunks, "FULL_DENSITY", 64)
    (curve,) = store.curves([logged(store, np.arange(1002.0))], "loss", points=2000)
    assert len(curve.x) < 1002
    assert curve.last == (1001.0, 1001.0)
    assert curve.mean[-1] == 1001.0


def test_the_largest_floats_have_a_mean(store):
    (curve,) = store.curves([logged(store, [1.7e308] * 100)], "loss", points=10)
    assert np.allclose(curve.mean, 1.7e308)


@pytest.mark.parametrize(
    "wrong", [{"points": 3}, {"x": "epoch"}, {"x": "metrics."}, {"x": ["step"]}, {"spacing": "wide"}]
)
def test_what_is_no_curve_is_refused(store, wrong):
    with pytest.raises(InvalidValueError):
        store.curves([logged(store, [1.0])], "loss", **wrong)


def test_a_hundred_long_histories_take_half_a_second_of_the_processor(store):
    values = np.random.default_rng(0).normal(size=10_000)
    keys = [logged(store, values) for _ in range(100)]
    took = []
    for _ in range(3):
        began = time.process_time()
        found = store.curves(keys, "loss")
        took.append(time.process_time() - began)
    assert [curve.count for curve in found] == [10_000] * 100
    assert min(took) < 0.5, took


def both(store, steps, values, other_steps, other_values):
    """Return a run with two metrics of their own steps."""
    writer = store.create_run(experiment="e", start_time=START)
    for name, at, what in (("rmse", steps, values), ("loss", other_steps, other_values)):
        append = writer.series(name).append
        for place, (step, value) in enumerate(zip(at, what, strict=True)):
            append(pack_point(step, START + place, value))
    writer.finish()
    return store.run(writer.id).key


def test_along_another_metric_a_point_lies_where_that_was_last(store):
    key = both(store, [0, 5, 10, 15], [4.0, 3.0, 2.0, 1.0], [2, 5, 9, 30], [0.9, 0.5, 0.7, 0.1])
    (curve,) = store.curves([key], "rmse", x="metrics.loss")
    assert curve.x.tolist() == [0.5, 0.7, 0.7], "in the order of the steps"
    assert curve.mean.tolist() == [3.0, 2.0, 1.0]
    assert (curve.count, curve.lost, curve.last) == (4, 1, (0.7, 1.0)), "at step 0 there is no loss yet"


def test_along_a_metric_that_a_run_lacks_there_is_no_curve(store):
    keys = [logged(store, [1.0, 2.0]), both(store, [0, 1], [1.0, 2.0], [0, 1], [math.nan, math.inf])]
    lacking, endless = store.curves([keys[0]], "loss", x="metrics.<img src=x>' --") + store.curves(
        [keys[1]], "rmse", x="metrics.loss"
    )
    assert [(len(one.x), one.count, one.lost, one.last) for one in (lacking, endless)] == [
        (0, 2, 2, None)
    ] * 2
    assert len(store.curves([keys[0]], "loss", x="metrics.loss", within=(0, 1), points=4)[0].x) == 2


def test_a_long_curve_along_a_metric_keeps_its_spikes_and_its_way(store):
    steps = np.arange(20_000)
    there_and_back = np.abs(steps - 10_000.0)
    values = np.sin(steps / 900)
    values[12_345] = 70.0
    key = both(store, steps.tolist(), values.tolist(), steps.tolist(), there_and_back.tolist())
    (curve,) = store.curves([key], "rmse", x="metrics.loss", points=200)
    assert (curve.x[0], curve.x[-1], curve.x.min()) == (10_000, 9_999, pytest.approx(0, abs=101))
    assert curve.high.max() == 70.0
    turn = int(curve.x.argmin())
    assert (np.diff(curve.x[: turn + 1]) < 0).all()
    assert (np.diff(curve.x[turn:]) > 0).all()
    (part,) = store.curves([key], "rmse", x="metrics.loss", points=200, within=(-5, 10))
    assert part.exact
    assert part.x.tolist() == np.abs(np.arange(-11, 12)).tolist()


SERIES = st.lists(
    st.tuples(st.integers(-3, 6), st.floats(-5, 5, width=16) | st.sampled_from([math.nan, math.inf])),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(series=SERIES, other=SERIES)
def test_along_another_metric_as_plain_python_does_it(store, series, other):
    """A point's place is what the other metric had at its step or last before; of equals the one logged last."""
    key = both(store, *flat(series, other))
    (curve,) = store.curves([key], "rmse", x="metrics.loss")
    ordered = sorted(other, key=lambda point: point[0])
    expected = []
    for step, value in sorted(series, key=lambda point: point[0]):
        before = [place for at, place in ordered if at <= step]
        if before and math.isfinite(before[-1]):
            expected.append((before[-1], value if math.isfinite(value) else math.nan))
    assert str(list(zip(curve.x.tolist(), curve.mean.tolist(), strict=True))) == str(expected)
    assert curve.count == len(series)


def flat(*series):
    return [part for one in series for part in ([step for step, _ in one], [value for _, value in one])]
