"""Long loops in a tracked cell: all of it counts, and neither memory nor the store grows without bound."""

import pytest

COUNT = 5_000_000


def test_a_loop_of_five_million_iterations(kernel):
    executed = kernel.ok(f"%%track\nfor i in range({COUNT}):\n    loss = 1.0 / (i + 1)", timeout=280)
    run = kernel.run_of(executed)
    summary = run.summary("loss")
    assert summary.count == COUNT
    assert (summary.first, summary.max) == (1.0, 1.0)
    assert summary.last == summary.min == run.metrics["loss"] == 1 / COUNT
    assert summary.mean == pytest.approx(sum(1.0 / (i + 1) for i in range(COUNT)) / COUNT)
    # The first 1,048,576 points are kept, then as many of every second, of every fourth, of every eighth ...
    history = run.history("loss")
    assert len(history) < 2.5 * 1_048_576
    assert history["step"].is_monotonic_increasing
    assert history["step"].iloc[[0, 1_000_000]].tolist() == [0, 1_000_000]
    assert history["step"].iloc[-1] == COUNT - 1
    assert (history["value"] == 1.0 / (history["step"] + 1)).all()
    assert sum(file.stat().st_size for file in kernel.store.rglob("*") if file.is_file()) < 100e6
