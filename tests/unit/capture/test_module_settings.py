"""The constants of a module of the user's own: those that a cell, or a function of the notebook, reads of it."""

import pytest

from tests.unit.capture.test_settings import params

MODULE = "MAX = 10\nRATE = 0.5\nclass Net:\n    width = 8\n    def build(self): ...\ndef f(a):\n    return a * RATE\n"


@pytest.mark.parametrize(
    ("earlier", "cell", "found"),
    [
        ("", "loss = own_lib.f(2.0)", {}),
        ("", "loss = own_lib.f(own_lib.RATE)", {"own_lib.RATE": 0.5}),
        ("", "loss = 2 * own_lib.RATE\nloss = own_lib.f(loss)", {"own_lib.RATE": 0.5}),
        ("", "loss = 2 * own_lib.Net.width", {"own_lib.Net.width": 8}),
        ("def train():\n    return own_lib.f(1.0)", "loss = train()", {}),
        ("def train():\n    return own_lib.f(own_lib.MAX)", "loss = train()", {"own_lib.MAX": 10}),
        ("def train(c):\n    return c.f(c.MAX)", "loss = train(own_lib)", {"own_lib.MAX": 10}),
        ("import nbtrack", "loss = nbtrack.__name__ and 0.5\nnbtrack.models", {}),
    ],
)
def test_only_what_is_read_of_it(earlier, cell, found, tmp_path, monkeypatch):
    (tmp_path / "own_lib.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    assert params(f"import own_lib\n{earlier}", cell) == found
