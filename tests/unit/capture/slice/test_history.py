"""Which earlier cells a cell depends on: by example, and against executing random sessions."""

import copy
import os
import random
import re
import subprocess
import sys
import types

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from nbtrack.capture.slice.history import Cell, History, stale
from nbtrack.capture.slice.script import script


def session(*cells):
    """Return a history of cells; one is a source, or (source, ok), or (source, ok, cell id)."""
    history = History()
    for number, cell in enumerate(cells, start=1):
        source, *rest = cell if isinstance(cell, tuple) else (cell,)
        ok, cell_id = [*rest, *(True, None)[len(rest) :]]
        history.add(source, source, number, ok, cell_id)
    return history


def needed(*cells):
    """Return the numbers of the cells that the last one depends on."""
    *earlier, last = cells
    return [cell.number for cell in session(*earlier).slice(last)]


PRINTS = "print(df)"
EXAMPLES = {
    "nothing": (["a = 1"], "b = 2", []),
    "a read": (["a = 1", "b = 2"], "print(a)", [1]),
    "through another": (["a = 1", "b = a + 1", "c = 3"], "b", [1, 2]),
    "the last writer only": (["a = 1", "a = 2"], "a", [2]),
    "bound here before it is read": (["a = 1"], "a = 2\nprint(a)", []),
    "read before it is bound here": (["a = 1"], "print(a)\na = 2", [1]),
    "augmented": (["a = 1", "a += 1", "a *= 2", "b = a"], "a", [1, 2, 3]),
    "bound in a branch": (["a = 1", "if True:\n    a = 2"], "a", [1, 2]),
    "bound in both branches": (["a = 1", "c = 0", "if c:\n    a = 2\nelse:\n    a = 3"], "a", [2, 3]),
    "bound here in a branch": (["a = 1"], "if b:\n    a = 2\nprint(a)", [1]),
    "loop variable": (["i = 7", "for i in range(3):\n    pass"], "i", [2]),
    "bound in a loop": (["a = 1", "for i in range(3):\n    a = i"], "a", [2]),
    "bound in a loop within": (["a = 1", "for i in x():\n    for j in y():\n        a = i"], "a", [2]),
    "bound in a loop's branch": (["a = 1", "for i in range(3):\n    if i:\n        a = i"], "a", [1, 2]),
    "bound in a loop after a break": (["a = 1", "for i in [1]:\n    if i:\n        break\n    a = i"], "a", [1, 2]),
    "bound in a loop before a break": (["a = 1", "for i in [1]:\n    a = i\n    if i:\n        break"], "a", [2]),
    "bound in a while": (["a = 1", "while c():\n    a = 2"], "a", [1, 2]),
    "bound in an endless while": (["a = 1", "while True:\n    a = 2\n    if c():\n        break"], "a", [2]),
    "the same loop run again": (
        ["w = 1\nfor i in range(9):\n    loss = w / (i + 1)\nprint(loss)"] * 2,
        "w = 2\nfor i in range(9):\n    loss = w / (i + 1)\nprint(loss)",
        [],
    ),
    "loop body": (["t = 0", "xs = [1]", "for x in xs:\n    t += x"], "t", [1, 2, 3]),
    "try": (["a = 0", "try:\n    a = 1\nexcept ValueError:\n    a = 2"], "a", [2]),
    "with": (["p = 'f'", "with open(p) as f:\n    text = f.read()"], "text", [1, 2]),
    "walrus": (["if (n := 3) > 2:\n    pass"], "n", [1]),
    "tuple targets": (["a, (b, *c) = 1, (2, 3)", "a = 2"], "c", [1]),
    "chained targets": (["a = b = []", "a.append(1)"], "b", [1, 2]),
    "deleted": (["a = 1", "b = 1", "del a"], "b", [2]),
    "match": (["v = [1, 2]", "match v:\n    case [x, *_]:\n        pass"], "x", [1, 2]),
    # scopes
    "comprehension variables are its own": (["x = 1", "y = [x for x in range(3)]"], "y", [2]),
    "comprehension reads": (["n = 3", "x = 1", "y = [i + x for i in range(n)]"], "y", [1, 2, 3]),
    "comprehension over a global of the same name": (["x = [1]"], "[x for x in x]", [1]),
    "lambda": (["k = 2", "f = lambda x: x * k", "k = 3"], "f(1)", [2, 3]),
    "global a function reads": (["def f():\n    return a", "a = 1", "b = 2"], "f()", [1, 2]),
    "global read through two functions": (["def g():\n    return a", "def f():\n    return g()", "a = 1"], "f()", [1, 2, 3]),
    "local of a function": (["a = 1", "def f():\n    a = 2\n    return a"], "f()", [2]),
    "parameter of a function": (["a = 1", "def f(a):\n    return a"], "f(2)", [2]),
    "default of a parameter": (["a = 1", "def f(x=a):\n    return x", "a = 2"], "f()", [1, 2]),
    "decorator": (["def d(f):\n    return f", "@d\ndef g(): pass"], "g()", [1, 2]),
    "global statement": (["n = 0", "def f():\n    global n\n    n += 1", "f()", "m = 1"], "n", [1, 2, 3]),
    "global a function changes": (["log = []", "def f(x):\n    log.append(x)", "f(1)", "m = 1"], "log", [1, 2, 3]),
    "an argument a function changes": (["def f(xs):\n    xs.append(1)", "a = []", "b = []", "f(a)"], "a", [1, 2, 4]),
    "an argument a function leaves": (["def f(xs):\n    return len(xs)", "a = []", "n = f(a)"], "a", [2]),
    "an argument changed further down": (
        ["def g(o):\n    o.x = 1", "def f(o):\n    g(o)", "a = Thing()", "f(a)"], "a", [1, 2, 3, 4]),
    "an argument by keyword": (["def f(a, *, xs):\n    xs.append(a)", "q = []", "f(1, xs=q)"], "q", [1, 2, 3]),
    "nested function": (["k = 1", "def f():\n    def g():\n        return k\n    return g()"], "f()", [1, 2]),
    "class": (["k = 1", "class A:\n    def m(self):\n        return k", "a = A()", "k = 2"], "a.m()", [1, 2, 3, 4]),
    "class body": (["k = 1", "class A:\n    n = k", "k = 2"], "A.n", [1, 2]),
    "base class": (["class A: pass", "class B(A): pass", "b = B()"], "b", [1, 2, 3]),
    "method that changes its object": (
        ["class C:\n    def bump(self):\n        self.n = 1\n        return self.n\n    def tell(self):\n        return self.n",
         "c = C()", "x = c.bump()", "y = c.tell()"], "c", [1, 2, 3]),
    "method that calls one that changes": (
        ["class C:\n    def bump(self):\n        self.n = 1\n    def go(self):\n        return self.bump()",
         "c = C()", "x = c.go()"], "c", [1, 2, 3]),
    # changes in place
    "column": (["df = load()", "df['x'] = 1", "df.y = 2", "del df['z']", PRINTS], "df", [1, 2, 3, 4]),
    "inplace": (["df = load()", "df.drop('x', inplace=True)", "e = df.drop('y')"], "df", [1, 2]),
    "part of a part": (["d = {'a': {}}", "d['a']['b'] = 1", "d['a'].update(c=2)"], "d", [1, 2, 3]),
    "fit": (["m = Ridge()", "X = load()", "m.fit(X)", "p = m.predict(X)"], "m.coef_", [1, 2, 3]),
    "fit keeps its data as it is": (["X = load()", "a = Ridge()", "a.fit(X)", "b = Ridge()"], "b.fit(X)", [1, 4]),
    "a trainer given a model of the notebook's own": (
        ["class Net: pass", "net = Net()", "X = load()", "trainer = Trainer()", "trainer.fit(net, X)"], "net", [1, 2, 3, 4, 5]),
    "what a function made of its arguments": (
        ["def f(m):\n    return m.loss().item()", "class Net: pass", "net = Net()", "history = []",
         "history.append(f(net))", "net.fit(1)"], "history", [1, 2, 3, 4, 5]),
    "what a function returns of its arguments": (
        ["def f(m):\n    out = [m]\n    return out", "a = []", "b = f(a)", "a.append(1)"], "b", [1, 2, 3, 4]),
    "what a function returns through another": (
        ["def g(x):\n    return x", "def f(x):\n    y = g(x)\n    return y", "a = []", "b = f(a)", "b.append(1)"], "a", [1, 2, 3, 4, 5]),
    "what a function returns of the notebook": (
        ["store = {}", "def f():\n    return store", "d = f()", "d['x'] = 1"], "store", [1, 2, 3, 4]),
    "an import is not changed with what was made by it": (
        ["from lib import Ridge", "a = Ridge()", "a.fit(1)", "b = Ridge()"], "b", [1, 4]),
    "fit at the making": (["X = load()", "m = Ridge().fit(X)", "s = m.score(X)"], "m", [1, 2]),
    "append": (["xs = []", "xs.append(1)", "n = len(xs)", "xs.sort()"], "xs", [1, 2, 4]),
    "looking is no change": (
        ["df = load()", "df.head()\ndf.info()\ndf.plot()", "df.describe()", "df.hist();", "print(df)", "plt.plot(df.x)"], "df", [1]),
    "last expression is no change": (["df = load()", "df.groupby('a').mean()", "df.query('x > 1')"], "df", [1]),
    "a library's function with its result thrown away": (["xs = [1]", "shuffle(xs)", "n = sum(xs)"], "xs", [1, 2]),
    "a library's function with its result kept": (["xs = [1]", "n = summarise(xs)"], "xs", [1]),
    "optimiser": (
        ["net = make()", "opt = SGD(net.parameters())", "loss = f(net)\nloss.backward()\nopt.step()", "a = 1"], "net", [1, 2, 3]),
    "pipeline": (["m = Ridge()", "p = make_pipeline(Scaler(), m)", "X = load()", "p.fit(X)"], "m", [1, 2, 3, 4]),
    "in a list": (["a = []", "both = [a, 1]", "both[0].append(1)"], "a", [1, 2, 3]),
    "kept in a list does not change what it keeps": (["a = []", "both = [a]", "both.append(1)"], "a", [1]),
    "alias": (["a = []", "b = a", "b.append(1)"], "a", [1, 2, 3]),
    "no alias any more": (["a = []", "b = a", "b = []", "b.append(1)"], "a", [1]),
    "alias of the object before": (["a = []", "b = a", "a = {}", "a['x'] = 1"], "b", [1, 2]),
    "view": (["X = load()", "Z = X.values", "Z[0] = 1"], "X", [1, 2, 3]),
    "appended object changed later": (["xs = []", "d = {}", "xs.append(d)", "d['k'] = 1"], "xs", [1, 2, 3, 4]),
    "loop variable of a list": (["ms = [A(), B()]", "for m in ms:\n    m.fit(X)"], "ms", [1, 2]),
    "setattr": (["o = Thing()", "setattr(o, 'a', 1)"], "o", [1, 2]),
    "out": (["b = zeros(3)", "a = np.add(1, 2, out=b)"], "b", [1, 2]),
    # imports
    "import": (["import numpy as np", "import os"], "np.zeros(3)", [1]),
    "dotted import": (["import os.path", "import sys"], "os.getcwd()", [1]),
    "from import": (["from math import sqrt, pi as p", "pi = 3"], "p", [1]),
    "star import": (["from math import *", "import os"], "cos(0)", [1]),
    "star import does not shadow later": (["from math import *", "cos = 1"], "cos", [2]),
    "star import of what is not loaded": (["from nowhere_to_be_found import *", "b = 1"], "thing(b)", [1, 2]),
    "exec": (["exec(code)", "b = 1"], "made_by_exec + b", [1, 2]),
    "exec is not asked for what others bound": (["b = 1", "exec(code)"], "b", [1]),
    # random numbers
    "seed": (["import numpy as np", "np.random.seed(0)", "x = 1"], "np.random.rand()", [1, 2]),
    "seed of another library": (["import numpy as np\nimport random", "random.seed(1)"], "np.zeros(3)", [1]),
    "seed for scikit-learn": (["import numpy as np", "np.random.seed(0)", "from sklearn.linear_model import SGDRegressor"],
                              "m = SGDRegressor()", [1, 2, 3]),
    "torch seed": (["import torch", "torch.manual_seed(0)", "a = 1"], "torch.rand(3)", [1, 2]),
    "seed in a function": (["import numpy as np", "def seed(n):\n    np.random.seed(n)", "seed(1)"], "np.random.rand()", [1, 2, 3]),
    "seed everything": (["import torch\nfrom lightning import seed_everything", "seed_everything(1)"], "torch.rand(1)", [1, 2]),
    "seeded by name": (["from random import seed, random", "seed(1)"], "random()", [1, 2]),
    "what was drawn since": (["import random", "random.seed(0)", "a = random.random()", "b = 2"], "random.random()", [1, 2, 3]),
    "what was drawn before": (["import random", "a = random.random()", "random.seed(0)"], "random.random()", [1, 3]),
    "drawn without a seed": (["import random", "a = random.random()"], "random.random()", [1]),
    "seeded anew": (["import random", "random.seed(0)", "random.random()", "random.seed(1)"], "random.random()", [1, 4]),
    "generator": (["import numpy as np", "rng = np.random.default_rng(0)", "a = rng.normal()", "b = 1"], "rng.normal()", [1, 2, 3]),
    # settings of libraries
    "a library set up": (
        ["import sklearn", "sklearn.set_config(transform_output='pandas')", "from sklearn.svm import SVC", "a = 1"], "SVC()", [1, 2, 3]),
    "a library set up by a function of its own": (
        ["from sklearn import set_config", "set_config(display='text')", "from sklearn.svm import SVC", "m = SVC()"], "m.fit(X)", [1, 2, 3, 4]),
    "errors of numbers": (["import numpy as np", "np.seterr(all='raise')", "a = 1"], "np.log(0)", [1, 2]),
    "set up, the result kept": (["import numpy as np", "old = np.seterr(all='raise')"], "np.log(0)", [1, 2]),
    "a part of a library set": (
        ["import torch", "torch.backends.cudnn.deterministic = True", "from torch import nn"], "nn.Linear(1, 2)", [1, 2, 3]),
    "a library's configuration": (
        ["import jax", "jax.config.update('jax_enable_x64', True)", "import jax.numpy as jnp"], "jnp.ones(3)", [1, 2, 3]),
    "set up in a function": (
        ["import sklearn", "def quiet():\n    sklearn.set_config(display='text')", "quiet()", "from sklearn.svm import SVC"],
        "SVC()", [1, 2, 3, 4]),
    "another library set up": (["import sklearn", "sklearn.set_config(display='text')", "import numpy as np"], "np.zeros(3)", [3]),
    "plots set up": (
        ["import seaborn as sns\nimport matplotlib", "sns.set_theme()\nmatplotlib.use('Agg')", "import matplotlib.pyplot as plt"],
        "plt.plot(1)", [3]),
    # code kept in objects
    "a partial of a lambda": (
        ["from functools import partial", "base = 3", "pf = partial(lambda p, q: p * q + base, 2)", "base = 10"], "pf(1)", [1, 2, 3, 4]),
    "a transformer of a lambda": (
        ["scale = 1", "t = FunctionTransformer(lambda a: a * scale)", "p = make_pipeline(t, SVC())", "scale = 2"],
        "p.fit(X)", [1, 2, 3, 4]),
    "a lambda in a dict": (["k = 1", "d = {'f': lambda x: x * k}", "k = 2", "f = d['f']"], "f(1)", [1, 2, 3, 4]),
    "a lambda put into a dict": (["k = 1", "d = {}", "d['f'] = lambda x: x * k", "k = 2"], "d['f'](1)", [2, 3, 4]),
    "a lambda appended": (["k = 1", "fs = []", "fs.append(lambda x: x * k)", "k = 2"], "fs[0](1)", [1, 2, 3, 4]),
    "what a lambda draws": (
        ["import random", "random.seed(1)", "f = lambda: random.random()", "f()"], "random.random()", [1, 2, 3, 4]),
    "lambdas in a list": (["k = 1", "fs = [lambda x, i=i: x * k * i for i in range(3)]", "k = 2"], "fs[0](1)", [1, 2, 3]),
    "a lambda that a function returns": (
        ["k = 1", "def make(n):\n    return lambda x: x * n * k", "f = make(2)", "k = 2"], "f(1)", [1, 2, 3, 4]),
    "a function that a function returns": (
        ["k = 1", "def make(n):\n    def f(x):\n        return x * n * k\n    return f", "f = make(2)", "k = 2"],
        "f(1)", [1, 2, 3, 4]),
    "a lambda that is used up": (
        ["k = 1", "ys = sorted(xs, key=lambda x: x * k)\nzs = list(map(lambda x: x * k, xs))\nws = df.x.map(lambda x: x * k)", "k = 2"],
        "print(ys, zs, ws)", [1, 2]),
    "a list sorted by a lambda": (["k = 1", "ys = [1]", "ys.sort(key=lambda x: x * k)", "k = 2"], "ys", [1, 2, 3]),
    # IPython
    "matplotlib": (["get_ipython().run_line_magic('matplotlib', 'inline')", "a = 1"], "a", [2]),
    "pip": (["get_ipython().system('pip install x')", "a = 1"], "a", [2]),
    "cd": (["get_ipython().run_line_magic('cd', 'data')", "a = 1"], "b = 1", [1]),
    "environment": (["import os", "os.environ['A'] = '1'", "os.getcwd()"], "b = 1", [1, 2]),
    "import path": (["import sys", "sys.path.append('..')"], "import mine", [1, 2]),
    "shell output": (["files = get_ipython().getoutput('ls')"], "files", [1]),
    "time": (["get_ipython().run_line_magic('time', 'x = f()')"], "x", [1]),
    "cell magic": (["a = 1", "get_ipython().run_cell_magic('time', '', 'b = a\\n%matplotlib inline\\n')"], "b", [1, 2]),
    "two cell magics": (["get_ipython().run_cell_magic('time', '', '%%capture out\\nb = 1\\n')"], "b", [1]),
    "capture": (["get_ipython().run_cell_magic('capture', 'out', 'b = 1')"], "out.show()", [1]),
    "what a shell line reads": (["a = 1", "b = 2"], "get_ipython().system('echo {a} $b')", [1, 2]),
    "what is measured": (["a = 1", "b = 2"], "get_ipython().run_line_magic('timeit', '-n1 f(a).b')", [1]),
    "bash": (["a = 1", "get_ipython().run_cell_magic('bash', '', 'a = 2')"], "a", [1]),
    "run": (["get_ipython().run_line_magic('run', 'other.py')", "a = 1"], "from_other", [1]),
    "last shown": (["1 + 1", "2 + 2", "a = 3"], "_ + 1", [2]),
    "shown before": (["1 + 1", "2 + 2"], "_1 + Out[2]", [1, 2]),
    "shown two before": (["1 + 1", "2 + 2", "a = 3"], "__ + 1", [1, 2]),
    "shown by any": (["1 + 1", "a = 3", "2 + 2"], "Out", [1, 3]),
    "not shown for a semicolon": (["1 + 1", "2 + 2;  # not shown"], "_ + 1", [1]),
    "not shown for it is nothing": (["1 + 1", "print(2)"], "_ + 1", [1]),
    "not shown for it failed": (["1 + 1", ("1 / 0", False)], "_ + 1", [1]),
    "not shown under a name of the notebook's": (["for _ in range(3):\n    pass", "2 + 2"], "_ + 1", [1]),
    "shown by a timed cell": (["get_ipython().run_cell_magic('time', '', '1 + 1\\n')", "a = 3"], "_ + 1", [1]),
    "await": (["import asyncio", "r = await asyncio.sleep(0)"], "r", [1, 2]),
    # executions
    "a cell run again": (["n = 0", "n += 1", "n += 1"], "n", [1, 2, 3]),
    "not Python": (["a = 1", "b = = 2"], "a", [1]),
    "a cell that failed half-way": ([("a = 1"), ("a = 2\nfail()", False)], "a", [1, 2]),
    "a cell that could not run": (["a = 1", ("a = 2\nreturn a", False)], "a", [1]),
    "a cell that failed and was mended": ([("a = fail()", False), ("a = 1")], "a", [2]),
}  # fmt: skip


@pytest.mark.parametrize(("earlier", "cell", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_the_slice_of(earlier, cell, expected):
    assert needed(*earlier, cell) == expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type aliases are of Python 3.12")
def test_the_slice_of_a_type_alias():
    assert needed("class A: pass", "type B = list[A]", "c = 1", "x: B = []") == [1, 2]


def test_looking_changes_nothing():
    history = session("a = []", "b = a")
    for _ in range(3):
        assert [c.number for c in history.slice("b.append(1)\nc = b")] == [1, 2]
    assert [c.number for c in history.slice("a")] == [1]


def test_a_slice_has_the_cells_as_written():
    history = History()
    history.add("%time a = 1", "get_ipython().run_line_magic('time', 'a = 1')", 3, True, cell_id="x1")
    assert history.slice("a") == [
        Cell("%time a = 1", "get_ipython().run_line_magic('time', 'a = 1')", 3, True, "x1")
    ]


# --- the property: the slice alone makes what the whole session makes


class Author:
    """Writes a random session; every cell can be executed after those before it."""

    def __init__(self, choose):
        self.choose = choose
        self.numbers, self.lists, self.dicts = [], [], []
        self.functions, self.things = [], []
        self.fresh = 0

    def name(self, letter):
        if self.choose(range(4)) == 0:
            self.fresh += 1
        return f"{letter}{self.choose(range(1 + min(self.fresh, 3)))}"

    def number(self, depth=0):
        forms = ["literal"]
        forms += ["name"] * 3 if self.numbers else []
        if depth < 2:
            forms += ["sum", "lambda", "comprehension", "draw"]
            forms += ["list"] if self.lists else []
            forms += ["dict"] if self.dicts else []
            forms += ["function"] if self.functions else []
            forms += ["get", "bump"] if self.things else []
        match self.choose(forms):
            case "literal":
                return str(self.choose(range(9)))
            case "name":
                return self.choose(self.numbers)
            case "sum":
                return f"({self.number(2)} + {self.number(2)})"
            case "lambda":
                return f"(lambda x: x + {self.number(2)})(1)"
            case "comprehension":
                return f"len([i for i in range(3) if i < {self.number(2)}])"
            case "draw":
                return "random.randint(0, 9)"
            case "list":
                return f"total({self.choose(self.lists)})"
            case "dict":
                return f"total({self.choose(self.dicts)}.values())"
            case "function":
                return f"{self.choose(self.functions)}({self.number(2)})"
            case "get":
                return f"{self.choose(self.things)}.get()"
            case "bump":
                return f"{self.choose(self.things)}.bump({self.number(2)})"

    def statement(self, depth=0):
        kinds = ["number", "number", "list", "dict", "show", "seed"]
        if self.numbers:
            kinds += ["augment", "delete"]
        if self.lists:
            kinds += ["append", "alias", "item", "nest", "extend", "shuffle"]
        if self.dicts:
            kinds += ["key", "dict alias"]
        if self.things:
            kinds += ["attribute", "thing alias", "bump"]
        if depth < 2:
            kinds += ["if", "for", "try"]
        if depth == 0:
            kinds += ["function", "changer", "counter", "class", "partial"]
        return getattr(self, "write_" + self.choose(kinds).replace(" ", "_"))(depth)

    def block(self, depth):
        known = copy.copy((self.numbers, self.lists, self.dicts, self.functions, self.things))
        known = [list(k) for k in known]
        body = "\n".join(self.statement(depth + 1) for _ in range(self.choose([1, 2])))
        # What a block binds may not be bound after it.
        self.numbers, self.lists, self.dicts, self.functions, self.things = known
        return re.sub(r"^", "    ", body, flags=re.MULTILINE)

    def made(self, group, name, line):
        for others in (self.numbers, self.lists, self.dicts, self.functions, self.things):
            if name in others:
                others.remove(name)
        group.append(name)
        return line

    def write_number(self, _):
        value = self.number()
        name = self.name("n")
        return self.made(self.numbers, name, f"{name} = {value}")

    def write_list(self, _):
        value = f"[{self.number()}, {self.number()}]"
        name = self.name("l")
        return self.made(self.lists, name, f"{name} = {value}")

    def write_dict(self, _):
        value = f"{{'a': {self.number()}}}"
        name = self.name("d")
        return self.made(self.dicts, name, f"{name} = {value}")

    def write_show(self, _):
        return f"print({self.number(2)})"

    def write_seed(self, _):
        return f"random.seed({self.number(2)})"

    def write_augment(self, _):
        return f"{self.choose(self.numbers)} += {self.number()}"

    def write_delete(self, depth):
        if depth:
            return "pass"
        name = self.choose(self.numbers)
        self.numbers.remove(name)
        return f"del {name}"

    def write_append(self, _):
        return f"{self.choose(self.lists)}.append({self.number()})"

    def write_extend(self, _):
        return f"{self.choose(self.lists)} += [{self.number()}]"

    def write_shuffle(self, _):
        return f"random.shuffle({self.choose(self.lists)})"

    def write_item(self, _):
        return f"{self.choose(self.lists)}[0] = {self.number()}"

    def write_key(self, _):
        return f"{self.choose(self.dicts)}[{self.choose(['a', 'b'])!r}] = {self.number()}"

    def write_alias(self, _):
        source = self.choose(self.lists)
        name = self.name("l")
        form = self.choose(
            [
                "{0} = {1}",
                "{0} = {1}[:]",
                "{0}, x = {1}, 1",
                "{0} = {1} if total({1}) else {1}",
                "{0} = same({1})",
            ]
        )
        return self.made(self.lists, name, form.format(name, source))

    def write_dict_alias(self, _):
        source = self.choose(self.dicts)
        name = self.name("d")
        return self.made(self.dicts, name, f"{name} = {source}")

    def write_nest(self, _):
        return f"box = {{'k': [{self.choose(self.lists)}]}}\nbox['k'][0].append({self.number()})"

    def write_if(self, depth):
        return f"if {self.number()} % 2:\n{self.block(depth)}\nelse:\n{self.block(depth)}"

    def write_for(self, depth):
        # Not `range(0)`: loops are taken to run.
        return f"for i in range({self.choose([1, 2])}):\n{self.block(depth)}"

    def write_try(self, depth):
        return f"try:\n{self.block(depth)}\n    1 / ({self.number(2)} % 2)\n    pass\nexcept ZeroDivisionError:\n{self.block(depth)}"

    def write_function(self, _):
        body = self.number(1)
        name = self.name("f")
        return (
            self.made(self.functions, name, f"def {name}(x):\n    return (x + {body}) % 1000")
            if name not in body
            else "pass"
        )

    def write_partial(self, _):
        body = self.number(1)
        name = self.name("f")
        form = self.choose(
            [
                "{0} = partial(lambda a, x: (a + x + {1}) % 1000, 2)",
                "{0} = [lambda x: (x + {1}) % 1000][0]",
                "def make(a):\n    return lambda x: (a + x + {1}) % 1000\n{0} = make(2)",
                "kept = {{}}\nkept['f'] = lambda x: (x + {1}) % 1000\n{0} = kept['f']",
            ]
        )
        return self.made(self.functions, name, form.format(name, body)) if name not in body else "pass"

    def write_changer(self, _):
        if not self.lists:
            return "pass"
        target = self.choose(self.lists)
        return f"def change(xs):\n    xs.append({self.number(2)})\nchange({target})"

    def write_counter(self, _):
        return f"count = {self.number()}\ndef tick():\n    global count\n    count = count + 1\ntick()"

    def write_class(self, _):
        name = self.name("t")
        start = self.number(2)
        line = (
            f"class Thing{name}:\n    def __init__(self, n):\n        self.n = n\n    def get(self):\n        return self.n\n"
            f"    def bump(self, by):\n        self.n = self.n + by\n        return self.n\n{name} = Thing{name}({start})"
        )
        return self.made(self.things, name, line)

    def write_attribute(self, _):
        return f"{self.choose(self.things)}.n = {self.number()}"

    def write_bump(self, _):
        return f"{self.choose(self.things)}.bump({self.number()})"

    def write_thing_alias(self, _):
        source = self.choose(self.things)
        name = self.name("t")
        return self.made(self.things, name, f"{name} = {source}")


PRELUDE = "import random\nfrom functools import partial\ndef same(x):\n    return x\ndef total(xs):\n    return sum(xs) % 1000"


def execute(cells):
    """Return the namespace that cells leave, and for each whether it went well."""
    random.seed(12345)
    names = types.ModuleType("session").__dict__
    fine = []
    for cell in cells:
        try:
            exec(compile(cell, "<cell>", "exec"), names)
            fine.append(True)
        except Exception:
            fine.append(False)
    return names, fine


def plain(value, depth=0):
    """Return what can be compared of a value."""
    if isinstance(value, list):
        return [plain(v, depth + 1) for v in value]
    if isinstance(value, dict):
        return {k: plain(v, depth + 1) for k, v in value.items()}
    if hasattr(value, "n"):
        return ("thing", value.n)
    return value if isinstance(value, int | str) else type(value).__name__


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_slice_makes_what_the_whole_session_makes(data):
    author = Author(lambda options: data.draw(st.sampled_from(list(options))))
    cells = [PRELUDE, "random.seed(1)"]
    cells += [
        "\n".join(author.statement() for _ in range(author.choose([1, 1, 2, 3])))
        for _ in range(author.choose(range(3, 9)))
    ]
    shown = [*author.numbers, *author.lists, *author.dicts, *(f"{t}.n" for t in author.things)]
    last = "result = [" + ", ".join(author.choose(shown) for _ in range(2)) + "]" if shown else "result = 1"

    whole, fine = execute([*cells, last])
    history = History()
    for number, (cell, ok) in enumerate(zip(cells, fine, strict=False), start=1):
        history.add(cell, cell, number, ok)
    kept = history.slice(last)
    text = script([*kept, Cell(last, last, 99)])
    alone, _ = execute([text])
    assert plain(alone.get("result")) == plain(whole.get("result")), text


# --- stale


def test_nothing_is_stale_at_first():
    history = session(("a = 1", True, "c1"), ("b = a", True, "c2"), "d = b")
    assert stale(history.slice("print(d)"), history) == []


def test_a_cell_changed_under_its_id_is_stale():
    history = session(("a = 1", True, "c1"), ("b = a", True, "c2"))
    recorded = history.slice("print(b)")
    history.add("a = 1  # same", "a = 1  # same", 3, True, "c1")
    assert stale(recorded, history) == []
    history.add("a = 2", "a = 2", 4, True, "c1")
    assert stale(recorded, history) == [recorded[0]]
    history.add("a = 1", "a = 1", 5, True, "c1")
    assert stale(recorded, history) == []


def test_a_name_bound_otherwise_is_stale():
    history = session("a = 1", "a = a + 1", "c = 5")
    recorded = history.slice("print(a)")
    assert len(recorded) == 2
    history.add("c = 6", "c = 6", 4, True)
    history.add("a = 1", "a = 1", 5, True)
    assert stale(recorded, history) == []
    history.add("a = 7", "a = 7", 6, True)
    assert stale(recorded, history) == recorded


def test_another_session_is_compared_by_ids_and_names():
    recorded = [Cell("a = 1", "a = 1", 4, True, "c1"), Cell("b = 2", "b = 2", 5)]
    assert stale(recorded, session(("a = 1", True, "c1"), "b = 2")) == []
    assert stale(recorded, session(("a = 3", True, "c1"), "b = 2")) == recorded[:1]
    assert stale(recorded, session("b = 9")) == recorded[1:]
    assert stale(recorded, History()) == []


# --- scripts


def test_a_script_runs(tmp_path):
    history = session(
        "import math", 'def f(x):\n    """Two\n    lines."""\n    return x * k', "k = 2", "other = 1",
        ("k = 3\nwords = '''a\n  b'''\nraise ValueError('stop')", False),
    )  # fmt: skip
    last = "print(f(math.pi), repr(words))"
    path = tmp_path / "run.py"
    path.write_text(script([*history.slice(last), Cell(last, last, 6)]))
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "9.42477796076938 'a\\n  b'\n"
    assert "other" not in path.read_text()


ASYNC = """
import asyncio
from math import *
async def fetch(n):
    await asyncio.sleep(0)
    return n
async def count(n):
    for i in range(n):
        yield i
class Door:
    async def __aenter__(self):
        return 5
    async def __aexit__(self, *error):
        pass
lock = asyncio.Lock()
"""
RUNS = {
    "await": ([ASYNC, "a = await fetch(1)"], "print(a)", "1"),
    "await within": ([ASYNC, "a = [await fetch(i) for i in range(2)]\nb = a[0] + await fetch(2)"], "print(a, b)", "[0, 1] 2"),
    "async for": ([ASYNC, "t = 0\nasync for i in count(4):\n    t += i"], "print(t, i)", "6 3"),
    "async with": ([ASYNC, "async with Door() as d:\n    e = d + 1"], "print(d, e)", "5 6"),
    "async comprehension": ([ASYNC, "a = [i async for i in count(3)]"], "print(a)", "[0, 1, 2]"),
    "a branch that waits": ([ASYNC, "if True:\n    a = await fetch(1)\nelse:\n    b = 2"], "print(a)", "1"),
    "a task": ([ASYNC, "task = asyncio.create_task(fetch(4))", "a = await task"], "print(a)", "4"),
    "tasks together": ([ASYNC, "a, b = await asyncio.gather(fetch(1), fetch(2))\ndel b"], "print(a, 'b' in globals())", "1 False"),
    "one loop for all": ([ASYNC, "await lock.acquire()\nheld = True"], "lock.release(); print(await fetch(held))", "True"),
    "names that waiting code reads": ([ASYNC, "a = 1", "async def f():\n    return a\na = 2\nr = await f()\nclass A:\n    b = r"],
                                      "print(r, A.b, A.__qualname__)", "2 2 A"),
    "annotated": ([ASYNC, "a: int = await fetch(3)\nb: int\nglobal c\nc = a"], "print(a + c)", "6"),
    "on one line": ([ASYNC, "n = 2; a = await fetch(n); b = 4"], "print(a, b)", "2 4"),
    "strings over lines": ([ASYNC, "a = [await fetch('x\\ny'), \"\"\"p\n  q\"\"\", f\"\"\"{1}\n  r\"\"\"]  # é"], "print(a)", r"['x\ny', 'p\n  q', '1\n  r']"),
    "waiting that failed": ([ASYNC, ("a = await fetch(3)\nb = [await fetch(1)][2]", False)], "print(a)", "3"),
    "decorated after": ([ASYNC, "def d(f):\n    return f\na = await fetch(1)\n@d\ndef g():\n    return a"], "print(g())", "1"),
    "waiting in a function only": ([ASYNC, "async def f():\n    return await fetch(2)"], "print(asyncio.run(f()))", "2"),
    "a failed cell with a text": ([('def f():\n    """One\n    two."""  # kept\n    return 1\nraise KeyError', False)], "print(repr(f.__doc__))", r"'One\n    two.'"),
    "the last shown": (["a = 20", "a * 2"], "print(_ + 2)", "42"),
    "a tuple shown": (["1, 2  # é", "b = _"], "print(b)", "(1, 2)"),
    "shown by number": (["6 * 7", "5", "(1 +\n 2)"], "print(_1, Out[2], _3)", "42 5 3"),
    "shown two before, in a script": (["1", "2", "3"], "print(_, __, ___)", "3 2 1"),
    "shown nothing": (["1", "def f(x):\n    return None", "f(2)"], "print(_)", "1"),
    "the last waited for": ([ASYNC, "await fetch(8)", "b = _ + 1"], "print(b)", "9"),
    "a name that is not IPython's": (["for _ in range(3):\n    a = _", "5"], "print(_)", "2"),
    "timed": (["%time a = 6", "%%time\nb = a\nb * 7", "c = _"], "print(c)", "42"),
    "timed with a magic within": (["%%time\na = 6\n!echo"], "print(a * 7)", "42"),
    "a plot's backend": (["import math\n%matplotlib inline\n%config InlineBackend.figure_format = 'retina'"], "print(math.floor(2.5))", "2"),
    "a plot's backend, if wished": (["wish = True\nif wish:\n    %matplotlib widget"], "print(wish)", "True"),
    "captured": (["%%capture out\na = 3\nprint(5)"], "print(a, out.stdout.strip())", "3 5"),
    "folder": (["import os", "%cd -q sub"], "print(os.path.basename(os.getcwd()))", "sub"),
    "environment": (["%env NBTRACK_A=b", "import os"], "print(os.environ['NBTRACK_A'])", "b"),
    "shell": (["a = 4", "files = !echo {a}"], "print(files[0])", "4"),
    "display": (["a = 4"], "display(a)", "4"),
    "extensions": (["a = 4\n%load_ext autoreload\n%autoreload 2\n%load_ext nbtrack"], "print(a)", "4"),
    "pickled": (["import pickle\n%cd -q .", "class A: pass"], "print(type(pickle.loads(pickle.dumps(A()))).__name__)", "A"),
}  # fmt: skip


@pytest.mark.parametrize("command", ["python", "ipython"])
@pytest.mark.parametrize(("earlier", "last", "expected"), RUNS.values(), ids=RUNS)
def test_a_script_runs_where_it_is_taken(tmp_path, command, earlier, last, expected):
    transform = TransformerManager().transform_cell
    history = History()
    for number, cell in enumerate(earlier, start=1):
        raw, ok = cell if isinstance(cell, tuple) else (cell, True)
        history.add(raw, transform(raw), number, ok)
    source = transform(last)
    path = tmp_path / "run.py"
    path.write_text(script([*history.slice(source), Cell(last, source, 0)]))
    (tmp_path / "sub").mkdir()
    how = [] if command == "python" else ["-m", "IPython", "--no-banner", "--colors=NoColor"]
    environment = {
        **os.environ,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "TERM": "dumb",  # IPython 7 writes the terminal's title to whatever stands for it
        "PYTHONWARNINGS": "error" if command == "python" else "",
    }
    done = subprocess.run(
        [sys.executable, *how, str(path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{path.read_text()}\n{done.stderr}\n{done.stdout}"
    assert done.stdout.rstrip("\n").split("\n")[-1] == expected, path.read_text()


def test_a_script_that_needs_no_ipython_asks_for_none():
    sources = ["import math\n%matplotlib inline", "%%time\na = math.pi\n", "a"]
    transform = TransformerManager().transform_cell
    text = script(Cell(source, transform(source), n) for n, source in enumerate(sources))
    assert text == ("# %%\nimport math\npass  # %matplotlib inline\n\n# %%\na = math.pi\n\n# %%\na\n")


def test_a_script_waits_where_the_cells_wait():
    cells = [
        Cell("", "import asyncio", 1),
        Cell("", "n = 1\n\n# Wait.\nawait asyncio.sleep(n)\nprint(n)\n", 2),
    ]
    assert script(cells).partition("# %%\n")[2] == (
        "import asyncio\n\n# %%\nn = 1\n\n\nasync def _cell():\n    # Wait.\n    await asyncio.sleep(n)\n\n\n"
        "_loop.run_until_complete(_cell())\nprint(n)\n"
    )


def test_the_same_cells_run_again_are_the_same_script():
    once, again = ([Cell(s, s, start + n) for n, s in enumerate(["1 + 1", "a = _"])] for start in (1, 11))
    assert script(once) == script(again)


def test_fitting_again_does_not_depend_on_the_fit_before():
    setup = "from sklearn.linear_model import ElasticNet\nX, y = [[1.0]], [1.0]"
    function = "def fit(alpha):\n    return ElasticNet(alpha=alpha).fit(X, y).predict(X)"
    for cell in ("alpha = 0.5\nmodel = ElasticNet(alpha=alpha).fit(X, y)", "alpha = 0.5\nr = fit(alpha)"):
        history = History()
        for number, source in enumerate([setup, function, cell, cell], start=1):
            history.add(source, source, number, True)
        assert 3 not in [one.number for one in history.slice(cell)]


@pytest.mark.timeout(20)
def test_a_value_that_is_given_to_what_makes_it_is_told_in_an_end():
    source = "def turn(letter):\n    letter = encode(letter)\n    state = cell(letter, other)\n    other = cell(state, letter)\n    return cell(other, state)"
    history = History()
    history.add(source, source, 1, True)
    assert [cell.number for cell in history.slice("turn('a')")] == [1]
