"""Frameworks hear methods of libraries while a cell runs, and leave no trace of that."""

import ast
import importlib
import pickle
import sys
import textwrap

import pytest

from nbtrack.capture import CellCapture
from nbtrack.capture.frameworks import known
from nbtrack.errors import NbtrackWarning
from tests.unit.capture.frameworks.tracked import tracked, values

LIBRARY = """
    class Trainer:
        def __init__(self, rate=0.1):
            self.rate, self.losses = rate, []

        def fit(self, rounds):
            for number in range(rounds):
                self.after_round(self.rate / (number + 1))
            return self

        def after_round(self, loss):
            if loss < 0:
                raise ValueError(loss)
            self.losses.append(loss)


    class Careful(Trainer):
        pass
"""
FRAMEWORK = """
    from nbtrack.capture.frameworks import Framework, History, Table, Training


    class Own(Framework):
        methods = {
            "LIBRARY:Trainer.after_round": "heard",
            "LIBRARY.later:Late.work": "heard",
            "LIBRARY:Trainer.gone": "heard",
            "LIBRARY:Nobody.at_all": "heard",
        }

        def __init__(self):
            self.trainers = {}

        def heard(self, call):
            self.trainers[id(call.owner)] = call.owner

        def trainings(self):
            for one in self.trainers.values():
                yield Training(
                    [one],
                    {"rounds": len(one.losses)},
                    {"loss/round": History(one.losses, [10 * n for n in range(len(one.losses))])},
                    {"rate": one.rate},
                    {"losses": Table(["loss"], [[loss] for loss in one.losses])},
                )


    class Faulty(Own):
        def heard(self, call):
            raise RuntimeError("a fault of the framework's")

        def trainings(self):
            raise RuntimeError("another")
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A library of the user's, with a framework that an installed package has for it."""
    name = "training_library_of_a_test"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(textwrap.dedent(LIBRARY))
    (folder / "later.py").write_text(
        "class Late:\n    rate, losses = 1, [0.5]\n    def work(self): return self\n"
    )
    (tmp_path / "framework_of_a_test.py").write_text(textwrap.dedent(FRAMEWORK).replace("LIBRARY", name))
    made = tmp_path / "brought-1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n")
    (made / "entry_points.txt").write_text(f"[nbtrack.frameworks]\n{name} = framework_of_a_test:Own\n")
    monkeypatch.syspath_prepend(tmp_path)
    known.places.cache_clear()
    yield name
    known.places.cache_clear()
    known.framework_of.cache_clear()
    for module in [one for one in sys.modules if one.startswith((name, "framework_of_a_test"))]:
        del sys.modules[module]


@pytest.mark.parametrize("imported", ["before", "in the cell", "in a function"])
def test_a_library_is_heard_whenever_it_is_imported(library, imported):
    if imported == "before":
        importlib.import_module(library)
    fit = f"import {library} as lib\ntrainer = lib.Trainer(rate=0.5).fit(4)"
    if imported == "in a function":
        fit = f"def train():\n    from {library} import Careful\n    return Careful(0.5).fit(4)\ntrainer = train()"
    captured, _ = tracked(fit)
    assert values(captured) == {"rounds": [4], "loss/round": [0.5, 0.25, 0.5 / 3, 0.125]}
    assert list(captured.metrics["loss/round"].steps) == [0, 10, 20, 30]
    assert captured.params["rate"] == 0.5
    assert captured.tables["losses"].rows == [[0.5], [0.25], [0.5 / 3], [0.125]]


def test_a_part_of_a_library_that_is_imported_late(library):
    captured, _ = tracked(
        f"import {library}\nif True:\n    from {library}.later import Late\n    Late().work()"
    )
    assert values(captured)["rounds"] == [1]


def test_nothing_is_left_in_the_library(library):
    module = importlib.import_module(library)
    before, finders = module.Trainer.after_round, list(sys.meta_path)
    _, names = tracked(
        f"from {library} import Trainer\ntrainer = Trainer().fit(2)\nmethod = trainer.after_round"
    )
    assert module.Trainer.after_round is before
    assert sys.meta_path == finders
    names["method"](0.25)  # what the cell has kept of it goes on working
    assert names["trainer"].losses[-1] == 0.25
    assert pickle.loads(pickle.dumps(names["trainer"])).losses == names["trainer"].losses
    importlib.import_module(f"{library}.later")
    assert "exec_module" not in vars(sys.modules[f"{library}.later"].__spec__.loader)


def test_a_later_cell_hears_its_own_trainings_alone(library):
    _, names = tracked(f"import {library} as lib\ntrainer = lib.Trainer(rate=0.5).fit(4)")
    captured, _ = tracked("again = lib.Trainer(rate=0.25).fit(1)\nold = trainer.losses", names)
    assert values(captured)["rounds"] == [1]


def test_an_error_of_the_library_is_the_users(library):
    capture = CellCapture({"__name__": "__main__"})
    tree = capture.transform(ast.parse(f"import {library} as lib\ntrainer = lib.Trainer(-1).fit(4)"))
    with pytest.raises(ValueError, match="-1"):
        exec(compile(tree, "cell", "exec"), capture.namespace)
    capture.stop()
    assert capture.finish(ValueError()).left_out == []


def test_a_fault_of_a_framework_costs_itself_alone(library, monkeypatch):
    monkeypatch.setitem(known.places(), library, "framework_of_a_test:Faulty")
    captured, names = tracked(f"import {library} as lib\nloss = 0.5\ntrainer = lib.Trainer(rate=0.5).fit(2)")
    assert captured.left_out == [f"what {library} knows (RuntimeError)"]
    assert captured.params["rate"] == 0.5
    assert names["trainer"].losses == [0.5, 0.25]


@pytest.mark.parametrize("place", ["framework_of_a_test:Missing", "no_such_module_at_all:Own", "json:dumps"])
def test_a_framework_that_cannot_be_imported_is_left_out_with_a_warning(library, monkeypatch, place):
    monkeypatch.setitem(known.places(), library, place)
    with pytest.warns(NbtrackWarning, match=f"the framework {place} is left out"):
        captured, _ = tracked(f"import {library} as lib\ntrainer = lib.Trainer(rate=0.5).fit(2)")
    assert captured.params["rate"] == 0.5
