"""A training with a library goes in a kernel as it goes without tracking, and its run has what the library knows."""

DATA = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.random((120, 4))
y = X[:, 0] + 0.2 * rng.random(120)
"""


def test_a_training_of_a_function_in_a_cell_that_imports_the_library(kernel):
    plain, tracked = kernel.both(
        DATA + "import lightgbm as lgb\ndef train(rounds):\n    data = lgb.Dataset(X[:80], y[:80])\n"
        "    held = lgb.Dataset(X[80:], y[80:], reference=data)\n"
        "    return lgb.train({'num_threads': 1, 'verbose': -1}, data, rounds, valid_sets=[held], "
        "callbacks=[lgb.log_evaluation(1)])\ntrain(4)\nlen(dir(lgb.Booster))"
    )
    assert tracked.seen == plain.seen
    history = kernel.run_of(tracked).history("valid_0-l2")
    assert list(history["step"]) == [0, 1, 2, 3]


def test_an_error_in_the_users_own_score_shows_the_users_own_lines(kernel):
    kernel.ok(DATA + "import lightgbm as lgb")
    plain, tracked = kernel.both(
        "def score(predicted, data):\n    raise ValueError('not today')\ndata = lgb.Dataset(X, y)\n"
        "lgb.train({'num_threads': 1, 'verbose': -1}, data, 4, valid_sets=[data], feval=score)",
    )
    [(kind, shown)], [(_, without)] = tracked.seen, plain.seen
    assert kind == "error"
    # IPython tells that there is a frame of nbtrack's, and does not show it.
    shown = shown.replace("\n    [... skipping hidden 1 frame]\n", "").replace("# %%track", "# plain")
    assert shown == without
    assert kernel.run_of(tracked).status == "FAILED"
