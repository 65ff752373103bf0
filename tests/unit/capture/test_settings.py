"""Settings wherever they stand: in objects, files, functions, and in what an earlier cell has made."""

import ast
import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.capture import CellCapture, EarlierChoices


def params(*cells, namespace=None):
    """Run cells, of which the last is tracked, and return its params."""
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    earlier = EarlierChoices()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells[:-1]:
            tree = ast.parse(cell)
            exec(compile(tree, "earlier", "exec"), namespace)
            earlier.remember(tree, namespace)
        capture = CellCapture(namespace, earlier=earlier)
        tree = capture.transform(ast.parse(cells[-1]))
        try:
            exec(compile(tree, "cell", "exec"), namespace)
        finally:
            capture.stop()
    return capture.finish().params


LOOP = "w = 1.0\nfor e in range({c}.epochs):\n    loss = w * {c}.lr\n    w -= loss"


class TestHolders:
    """Classes and objects of the user's own that hold settings."""

    @pytest.mark.parametrize(
        "made",
        [
            "class c:\n    lr = 0.1\n    epochs = 4\n    project = 'x'",
            "class Base:\n    lr = 0.3\n    epochs = 4\nclass c(Base):\n    lr = 0.1",
            "class A:\n    def __init__(self, epochs):\n        self.lr = 0.1\n        self.epochs = epochs\nc = A(4)",
            "from types import SimpleNamespace\nc = SimpleNamespace(lr=0.1, epochs=4, rest=3)",
            "from collections import namedtuple\nHP = namedtuple('HP', 'lr epochs')\nc = HP(0.1, 4)",
            "from typing import NamedTuple\nclass Setup(NamedTuple):\n    lr: float = 0.1\n    epochs: int = 4\nc = Setup()",
            "from dataclasses import dataclass\n@dataclass\nclass Setup:\n    lr: float = 0.1\n    epochs: int = 4\n    rest: int = 2\nc = Setup()",
            "class Bunch: pass\nc = Bunch()\nc.lr = 0.1\nc.epochs = 4",
        ],
    )
    @pytest.mark.parametrize("tracked", ["{loop}", "train()", "train_by(c)"])
    def test_what_the_cell_reads_of_one(self, made, tracked):
        body = "\n".join(f"    {line}" for line in LOOP.format(c="c").splitlines())
        by = "\n".join(f"    {line}" for line in LOOP.format(c="one").splitlines())
        function = f"def train():\n{body}\n    return w\ndef train_by(one):\n{by}\n    return w"
        cell = tracked.format(loop=LOOP.format(c="c"))
        assert params(made, function, cell) == {"c.lr": 0.1, "c.epochs": 4}

    def test_classes_inside_a_class(self):
        made = "class CFG:\n    class train:\n        lr = 0.1\n        epochs = 3\n    seed = 1"
        assert params(made, "loss = CFG.train.lr * 2\nprint(loss)") == {"CFG.train.lr": 0.1}

    def test_what_is_handed_on_counts_as_a_whole_without_what_is_only_shown(self):
        made = "class CFG:\n    lr = 0.1\n    epochs = 3\n    out_dir = 'out'\n    print_freq = 10\n    target = 'y'"
        use = "loss = sum(v for v in vars(CFG).values() if isinstance(v, float))\nprint(loss)"
        assert params(made, use) == {"CFG.lr": 0.1, "CFG.epochs": 3}

    def test_objects_that_do_something_hold_results(self):
        made = (
            "class Agent:\n    def __init__(self):\n        self.total = 0.0\n        self.steps = 3\n"
            "    def learn(self, reward):\n        self.total += reward\nagent = Agent()\nagent.learn(2.5)"
        )
        assert params(made, "value = agent.total / agent.steps\nprint(value)") == {}

    def test_what_the_cell_puts_there_itself(self):
        made = "class CFG:\n    lr = 0.1\n    epochs = 4\nconfig = {'depth': 2, 'width': 3}"
        use = "CFG.lr = 0.5\nconfig['depth'] = 7\nloss = CFG.lr * CFG.epochs * config['depth'] * config['width']"
        assert params(made, use) == {"CFG.lr": 0.5, "CFG.epochs": 4, "config.depth": 7, "config.width": 3}

    def test_a_result_that_the_cell_puts_there_is_none(self):
        use = "config['best'] = max([1, 2])\nloss = config['lr'] * config['best']"
        assert params("config = {'lr': 0.1}", use) == {"config.lr": 0.1}

    def test_a_property_is_not_called(self):
        made = (
            "called = []\nclass Config:\n    lr = 0.1\n    @property\n    def slow(self):\n"
            "        called.append(1)\n        return 1\nc = Config()"
        )
        namespace = {"__name__": "__main__"}
        assert params(made, "loss = c.lr * 2", namespace=namespace) == {"c.lr": 0.1}
        assert namespace["called"] == []

    def test_the_config_of_an_object_that_works_by_it(self):
        made = (
            "class CFG:\n    lr = 0.1\n    epochs = 3\n    seed = 1\nclass Trainer:\n"
            "    def __init__(self, cfg):\n        self.cfg = cfg\n"
            "    def train(self):\n        return [self.cfg.lr for _ in range(self.cfg.epochs)]\ntrainer = Trainer(CFG)"
        )
        assert params(made, "values = trainer.train()") == {"cfg.lr": 0.1, "cfg.epochs": 3}

    def test_an_object_that_holds_itself(self):
        made = "class Config: pass\nc = Config()\nc.lr = 0.1\nc.me = c"
        assert params(made, "loss = c.lr * 2") == {"c.lr": 0.1}


@pytest.mark.parametrize(
    "read",
    [
        "value = {paths}",
        "def f():\n    return [{paths}]\nvalue = f()",
        "value = (lambda: [{paths}])()",
        "for i in range(2):\n    if i:\n        value = [{paths} for _ in range(1)]",
    ],
)
@pytest.mark.parametrize("form", ["class", "dict", "get", "namespace"])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_no_field_that_is_not_read_is_a_setting(read, form, data):
    names = [f"field_{letter}" for letter in "abcdefgh"]
    wanted = data.draw(st.sets(st.sampled_from(names), min_size=1))
    fields = {name: number + 2 for number, name in enumerate(names)}
    root = "config" if form == "namespace" else "held"
    made = {
        "class": "class held:\n" + "\n".join(f"    {n} = {v}" for n, v in fields.items()),
        "dict": f"held = {fields}",
        "get": f"held = {fields}",
        "namespace": f"from types import SimpleNamespace\nconfig = SimpleNamespace(**{fields})",
    }[form]
    path = root + {"dict": "['{}']", "get": ".get('{}')"}.get(form, ".{}")
    found = params(made, read.format(paths=" + ".join(path.format(name) for name in sorted(wanted))))
    assert found == {f"{root}.{name}": fields[name] for name in wanted}


class TestScalars:
    @pytest.mark.parametrize(
        ("made", "kept"),
        [
            ("import numpy as np\nchoice = np.float32(0.25)", 0.25),
            ("from decimal import Decimal\nchoice = Decimal('0.1')", 0.1),
            ("import datetime as dt\nchoice = dt.date(2024, 1, 5)", "2024-01-05"),
            ("import pandas as pd\nchoice = pd.Timestamp('2024-02-01')", "2024-02-01T00:00:00"),
            ("import datetime as dt\nchoice = dt.timedelta(days=3)", "3 days, 0:00:00"),
            (
                "import enum\nclass Mode(enum.Enum):\n    FAST = 'fast'\n    SLOW = 'slow'\nchoice = Mode.FAST",
                "fast",
            ),
            ("from pathlib import Path\nchoice = Path('corpus/en')", "corpus/en"),
            ("base = 4\nchoice = base * 2", 8),
        ],
    )
    def test_each_kind_that_the_cell_reads(self, made, kept):
        found = params(made, "loss = len(str([choice, 1]))\nvalue = apply(choice)", namespace=dict(OWN))
        assert found == {"choice": kept}

    def test_what_is_computed_from_data_is_none(self):
        made = "import pandas as pd\ncut = pd.Series(pd.date_range('2024', periods=9)).max()"
        assert params(made, "value = apply(cut)", namespace=dict(OWN)) == {}

    def test_where_outputs_go_is_none(self):
        made = "from pathlib import Path\nout_dir = Path('out')"
        assert params(made, "value = apply(out_dir)", namespace=dict(OWN)) == {}


OWN = {"__name__": "__main__", "apply": id}


class TestTexts:
    """What YAML and JSON say."""

    def test_what_is_read_by_its_key(self, tmp_path):
        path = tmp_path / "x.json"
        path.write_text(json.dumps({"lr": 0.1, "net": {"size": 8}, "unused": 3, "rmse": 0.5}))
        load = f"import json\nwith open({str(path)!r}) as f:\n    spec = json.load(f)"
        use = "loss = spec['lr'] * spec['net']['size'] * spec['rmse']"
        assert params(load, use) == {"spec.lr": 0.1, "spec.net.size": 8}
        assert params(f"{load}\n{use}") == {"spec.lr": 0.1, "spec.net.size": 8}

    def test_data_in_the_same_form_are_none(self):
        cell = 'import json\ncounts = json.loads(\'{"a": 3, "b": 4}\')\nvalue = sum(counts.values())\nprint(value)'
        assert params(cell) == {}

    def test_yaml(self):
        pytest.importorskip("yaml")
        load = "import yaml\nspec = yaml.safe_load('lr: 0.05\\nname: x\\ndepth: 3')"
        assert params(load, "loss = spec['lr'] * spec.get('depth')") == {"spec.lr": 0.05, "spec.depth": 3}


class TestOwnFunctions:
    DEFINED = (
        "def learn_q(env, n_episodes, alpha=0.1, gamma=0.9, verbose=True, title='run', start=None):\n"
        "    return [alpha * gamma * e for e in range(n_episodes)]"
    )

    def test_positional_literals_and_defaults(self):
        found = params(self.DEFINED, "values = learn_q(None, 200, gamma=0.8)")
        assert found == {"n_episodes": 200, "alpha": 0.1, "gamma": 0.8}

    def test_a_dict_in_the_call(self):
        found = params(self.DEFINED, "values = learn_q(None, **{'n_episodes': 3, 'alpha': 0.5})")
        assert found == {"n_episodes": 3, "alpha": 0.5, "gamma": 0.9}

    def test_nothing_is_said_of_defaults_that_a_call_may_replace(self):
        found = params(
            self.DEFINED, "given = entry()\nvalues = learn_q(None, 3, **given)", namespace=dict(MAKE)
        )
        assert found == {"n_episodes": 3}

    def test_those_that_show_or_score_configure_nothing(self):
        defined = "def plot_curve(v, width=3): pass\ndef rmse(a, b, power=2): return 1.0\ndef show(v, digits=2): pass"
        assert params(defined, "plot_curve([1])\nscore = rmse(1.0, 2.0)\nshow([1])") == {}

    def test_what_their_code_configures(self):
        pytest.importorskip("sklearn")
        defined = (
            "from sklearn.linear_model import Ridge\ndef solve(X, y, power=2):\n    model = Ridge(alpha=0.5)\n"
            "    if len(X) > 100:\n        model = Ridge(alpha=9.0)\n    return model.fit(X, y)\n"
            "def work(X, y):\n    return solve(X, y).coef_[0]"
        )
        found = params(defined, "X, y = make()\nslope = work(X, y)", namespace=dict(MAKE))
        assert found == {"alpha": 0.5, "power": 2}

    def test_what_a_library_is_told_of_a_run(self):
        called = "import types\nwandb = types.SimpleNamespace(init=lambda **k: k, config={})"
        cell = "wandb.init(project='p', config={'lr': 0.1, 'arch': 'mlp'})\nwandb.config.update({'depth': 3})"
        assert params(called, cell) == {"lr": 0.1, "arch": "mlp", "depth": 3}

    def test_how_often_a_loop_trains(self):
        assert params("for epoch in range(12):\n    loss = 1 / (epoch + 1)\nprint(loss)") == {"epochs": 12}


MAKE = {
    "__name__": "__main__",
    "make": lambda: ([[0.0], [1.0], [3.0]], [0.0, 1.0, 2.0]),
    "entry": lambda: {"alpha": 0.7},
}


class TestMadeEarlier:
    def test_the_loader_and_the_optimiser_that_the_cell_trains_with(self):
        pytest.importorskip("torch")
        made = (
            "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
            "data = TensorDataset(torch.ones(8, 2))\nBATCH = 4\n"
            "train_loader, val_loader = DataLoader(data, batch_size=BATCH), DataLoader(data, batch_size=8)\n"
            "model = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
            "plan = torch.optim.lr_scheduler.StepLR(opt, step_size=5, gamma=0.5)"
        )
        train = (
            "for (x,) in train_loader:\n    loss = model(x).mean()\n    loss.backward()\n    opt.step()\n"
            "for (x,) in val_loader:\n    val_loss = model(x).mean().item()\nplan.step()"
        )
        found = params(made, train)
        assert found == {"batch_size": 4, "lr": 0.1, "momentum": 0.9, "step_size": 5, "gamma": 0.5}

    def test_one_that_the_cell_does_not_use(self):
        pytest.importorskip("torch")
        made = "import torch\nopt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.5)"
        assert params(made, "def train(): return 1\nloss = train() / 3") == {}


def test_the_loaders_of_one_cell():
    pytest.importorskip("torch")
    cell = (
        "import torch\nfrom torch.utils.data import DataLoader\n"
        "train_dl, test_dl = DataLoader([1, 2], batch_size=2), DataLoader([1, 2], batch_size=1)"
    )
    assert params(cell) == {"batch_size": 2}


def test_frames_written_out_are_data():
    pl = pytest.importorskip("polars")
    assert pl
    cell = "import polars as pl\nframe = pl.DataFrame({'x': [1, 2], 'g': ['a', 'b']})\nprint(pl.Series('q', [1, 2]).sum())"
    assert params(cell) == {}


def test_secrets_in_an_object_are_masked():
    made = "class CFG:\n    api_key = 'sk-abcdefghijklmnopqrstuvwx'\n    rate = 0.5"
    found = params(made, "value = apply((CFG.api_key, CFG.rate))", namespace=dict(OWN))
    assert found["CFG.rate"] == 0.5
    assert "abcdef" not in str(found)


def test_a_text_is_a_setting_whatever_its_letters_and_codes_of_a_terminal_are_none():
    code = "alpha = '\U00018cd6'\nsign = 'a\\tb'\nred = '\\x1b[31m'"
    assert params(code) == {"alpha": "\U00018cd6", "sign": "a\tb"}
