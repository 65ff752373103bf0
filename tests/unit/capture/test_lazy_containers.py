"""Containers that compute what they hold, or fetch it from afar: a tracked cell reads them as often as the same cell untracked."""

import ast

import pytest

from nbtrack.capture import CellCapture

SETUP = """
import collections, dataclasses, shelve, tempfile, types
from collections.abc import Mapping, Sequence, MutableMapping

read = collections.Counter()

def counting(kind, *methods):
    def method(name):
        whole = getattr(kind, name)
        def asked(self, *args, **kwargs):
            read[name] += 1
            return whole(self, *args, **kwargs)
        return asked
    known = [one for one in methods if hasattr(kind, one)]
    return type("Lazy", (kind,), {"__module__": "__main__", **{one: method(one) for one in known}})

ALL = (
    "__getitem__ __iter__ __len__ __contains__ __eq__ __reversed__ items keys values get copy index _asdict "
    "__bool__ __repr__ __str__"
).split()
ENTRIES = {"lr": 0.5, "epochs": 3, "loss": 0.25, "path": "a"}

class Remote(Mapping):
    def __getitem__(self, key):
        read["get"] += 1
        return ENTRIES[key]
    def __iter__(self):
        read["iter"] += 1
        return iter(ENTRIES)
    def __len__(self):
        read["len"] += 1
        return len(ENTRIES)

class Rows(Sequence):
    def __getitem__(self, key):
        read["get"] += 1
        return [0.1, 0.2, 0.3, 0.4][key]
    def __len__(self):
        read["len"] += 1
        return 4

class Filed(shelve.Shelf):
    def __getitem__(self, key):
        read["get"] += 1
        return super().__getitem__(key)

made = {
    "a mapping": lambda: Remote(),
    "a sequence": lambda: Rows(),
    "a dict": lambda: counting(dict, *ALL)(ENTRIES),
    "an ordered dict": lambda: counting(collections.OrderedDict, *ALL)(ENTRIES),
    "a default dict": lambda: counting(collections.defaultdict, *ALL)(int, ENTRIES),
    "a counter": lambda: counting(collections.Counter, *ALL)(ENTRIES),
    "a user dict": lambda: counting(collections.UserDict, *ALL)(ENTRIES),
    "a list": lambda: counting(list, *ALL)([0.1, 0.2, 0.3, 0.4]),
    "a user list": lambda: counting(collections.UserList, *ALL)([0.1, 0.2, 0.3, 0.4]),
    "a list of rows": lambda: counting(list, *ALL)([{"loss": 0.5}, {"loss": 0.25}]),
    "a deque": lambda: counting(collections.deque, *ALL)([0.1, 0.2, 0.3, 0.4]),
    "a tuple": lambda: counting(tuple, *ALL)([0.1, 0.2, 0.3, 0.4]),
    "a named tuple": lambda: counting(collections.namedtuple("P", "lr epochs"), *ALL)(0.5, 3),
    "a set": lambda: counting(set, *ALL)([0.1, 0.2, 0.3]),
    "a shelf": lambda: (shelf := Filed({})).update(ENTRIES) or shelf,
}
"""
KINDS = [
    *(
        "a mapping",
        "a sequence",
        "a dict",
        "an ordered dict",
        "a default dict",
        "a counter",
        "a user dict",
        "a list",
    ),
    *("a user list", "a list of rows", "a deque", "a tuple", "a named tuple", "a set", "a shelf"),
]
CELLS = {
    "taken as it is": "taken = held\nscore = 0.5",
    "made here": "config = made[kind]()\nscore = 0.5\nprint(config is None)",
    "under a name of results": "losses = made[kind]()\nhistory = losses\nscores = history",
    "its length": "n = len(held)\nscore = n / 8",
    "what it has": "values = [one for one in held]\nscore = 0.5",
    "handed to a function": "def fit(config, data):\n    return 0.5\nscore = fit(held, data=held)",
    "in a dict": "config = {'train': held, 'lr': 0.5}\nscore = config['lr']",
    "in a list": "losses = [held, held]\nscore = 0.5",
    "in a dataclass": (
        "@dataclasses.dataclass\nclass Config:\n    train: object\n    lr: float = 0.5\n"
        "config = Config(held)\nscore = config.lr"
    ),
    "in an object": "class Trainer:\n    pass\ntrainer = Trainer()\ntrainer.history = held\nscore = 0.5",
    "in a class": "class CFG:\n    lr = 0.5\n    train = held\nscore = CFG.lr",
    "returned in a loop": "def evaluate():\n    return held\nfor epoch in range(3):\n    metrics = evaluate()\n    loss = 0.5",
    "looped over": "for config in [held, held]:\n    loss = 0.5",
    "fitted on": (
        "class Model:\n    def fit(self, X, y=None):\n        self.history = X\n        return self\n"
        "    def predict(self, X):\n        return X\n"
        "model = Model().fit(held)\npredictions = model.predict(held)"
    ),
    "an argument of an estimator": (
        "from sklearn.model_selection import GridSearchCV\nfrom sklearn.linear_model import Ridge\n"
        "search = GridSearchCV(Ridge(), {'alpha': [0.5]})\nsearch.verbose = held\n"
        "search.get_params(deep=False)"
    ),
    "shown": "held",
}


def reads(cell, kind, *, tracked):
    """Return what a cell asks of a container of its user's."""
    namespace = {"__name__": "__main__", "kind": kind}
    exec(SETUP, namespace)
    exec("held = config_of_mine = made[kind]()", namespace)
    namespace["read"].clear()
    if not tracked:
        exec(compile(cell, "cell", "exec"), namespace)
        return dict(namespace["read"])
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse(cell))
    exec(compile(tree, "cell", "exec"), namespace)
    capture.known()
    list(capture.drain())
    capture.finish()
    return dict(namespace["read"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_it_is_read_as_often_as_without_tracking(cell, kind):
    assert reads(cell, kind, tracked=True) == reads(cell, kind, tracked=False)


def found(setup, cell):
    """Return the params and the metrics of a cell."""
    namespace = {"__name__": "__main__"}
    exec(setup, namespace)
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse(cell))
    exec(compile(tree, "cell", "exec"), namespace)
    captured = capture.finish()
    return captured.params, {name: list(points.values) for name, points in captured.metrics.items()}


@pytest.mark.parametrize(
    "made",
    [
        "collections.OrderedDict(lr=0.5)",
        "collections.defaultdict(float, lr=0.5)",
        "collections.ChainMap({'lr': 0.5})",
        "collections.UserDict(lr=0.5)",
        "types.MappingProxyType({'lr': 0.5})",
        "type('Config', (dict,), {'__getattr__': dict.get})(lr=0.5)",
        "type('Config', (dict,), {'__getitem__': lambda self, key: 1 / 0})(lr=0.5)",
    ],
)
def test_what_a_config_holds_is_read_all_the_same(made):
    cell = f"config = {made}\nscore = dict.get(config, 'lr', 0) if isinstance(config, dict) else config['lr']"
    params, _ = found("import collections, types", cell)
    assert params["config.lr"] == 0.5


def test_a_list_with_methods_of_its_own_has_its_history():
    setup = "class Losses(list):\n    def __len__(self):\n        return 1 / 0"
    _, metrics = found(setup, "losses = Losses()\nfor n in range(3):\n    losses.append(1 / (n + 2))")
    assert metrics["losses"] == [1 / 2, 1 / 3, 1 / 4]
