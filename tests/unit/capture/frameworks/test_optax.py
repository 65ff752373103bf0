"""optax: the settings of optimisers and schedules, which are functions."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked

pytest.importorskip("optax")


def test_what_functions_that_make_an_optimiser_are_given():
    captured, _ = tracked(
        "import optax\nrate = optax.cosine_decay_schedule(0.1, decay_steps=50)\n"
        "optimiser = optax.chain(optax.clip_by_global_norm(2.0), optax.adamw(rate, b1=0.8, weight_decay=1e-3))\n"
        "state = optimiser.init({'w': 1.0})"
    )
    assert captured.params == {
        "init_value": 0.1,
        "decay_steps": 50,
        "max_norm": 2.0,
        "b1": 0.8,
        "weight_decay": 1e-3,
    }
