"""For cells of all kinds: each param of a run has one literal, which its new value goes to, or none."""

import ast
import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.capture import CellCapture
from nbtrack.capture.places import edited, places_of_params
from nbtrack.fields import same

HEAD = """
import numpy as np
from dataclasses import dataclass
from sklearn.linear_model import Lasso, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
X = np.arange(12.0).reshape(6, 2) ** 1.5
y = X[:, 0] * 2 + np.array([1, -1, 2, 0, 1, -3])
"""
BEFORE = "flag = True\nlr = alpha = n = k = 7\ncfg = {'lr': 7, 'k': 7}\n"
NAMES = ["lr", "alpha", "n", "k"]
LITERALS = {
    "<any>": ["0.1", "0.5", "2", "3", "1e-3", "-0.5", "0.001", "1_000", "+2", "2 * 0.25"],
    "<strength>": ["0.1", "0.5", "2", "3", "1e-3", "0.001"],
    "<degree>": ["1", "2", "3"],
    "<truth>": ["True", "False"],
    "<text>": ["'a'", "'b b'", '"""two\nlines"""', "r'x'", "'a' 'b'"],
}
STATEMENTS = """
{n} = <any>
{n} = <any>; w = {n} + 1
{n}, {m}2 = <any>, <any>
({n}, {m}3), z = (<any>, <any>), <any>
{n} = {m}4 = <any>
{n}: float = <any>
cfg = {{'lr': <any>, 'opt': {{'k': <any>, 'l': [<any>, <any>]}}, 'f': <truth>}}
cfg = dict(lr=<any>, k=<any>)
cfg['lr'] = <any>
cfg.update(lr=<any>, k=<any>)
cfg.update({{'lr': <any>}})
one = Ridge(alpha=<strength>).fit(X, y)
one = Ridge(<strength>).fit(X, y)
other = Lasso(alpha=<strength>).fit(X, y)
one = Ridge(alpha=abs({n})).fit(X, y)
one = Ridge(alpha=abs({n}) + <strength>).fit(X, y)
pipe = make_pipeline(PolynomialFeatures(<degree>), Ridge(<strength>)).fit(X, y)
for a in [0, 1]: one = Ridge(alpha=<strength>).fit(X, y)
for alpha in [<strength>, <strength>]: one = Ridge(alpha=alpha).fit(X, y)
class Config: lr = <any>; deep = <truth>
@dataclass|class Settings:|    lr: float = <any>|    k: int = <degree>|settings = Settings(k=<degree>)
@dataclass|class Settings:|    lr: float = <any>|    k: int = <degree>|settings = Settings(<any>)
def make({n}=<any>, {m}5=<any>): return {n} * {m}5|v = make(<any>)
def make({n}):|    {m} = <any>|    return {n} * {m}|v = make({n}=<any>)
v = [x * <any> for x in range(2)]
label = <text>
off = not <truth>
on = <truth>
if True: {n} = <any>
if flag: {n} = <any>|else: {n} = <any>
{n} = <any> if flag else <any>
({n} := <any>)
{n} += <any>
try: {n} = <any>|finally: pass
w = {n} * <any>
text = f"{{{n}}} and {{0.5}}"
{n} = <any>; {m} = <any>
for {n} in range(<degree>): pass
with np.errstate() as q: {n} = <any>
{n} = float('2')
def change():|    global {n}|    {n} = <any>|change()
""".strip().split("\n")


def parts_of(chance, count):
    """Return code of so many statements: its texts, in which every second is a literal."""
    parts = [""]
    for _ in range(count):
        pattern = chance.choice(STATEMENTS).replace("|", "\n")
        text = pattern.format(n=chance.choice(NAMES), m=chance.choice(NAMES)) + "\n"
        while "<" in text:
            before, _, rest = text.partition("<")
            kind, _, text = rest.partition(">")
            parts[-1] += before
            parts += [chance.choice(LITERALS[f"<{kind}>"]), ""]
        parts[-1] += text
    return parts


def params_of(*cells):
    """Return what a run of the last of some cells records, and its names of positional arguments."""
    namespace = {"__name__": "__main__"}
    for cell in cells[:-1]:
        exec(cell, namespace)
    capture = CellCapture(namespace)
    exec(compile(capture.transform(ast.parse(cells[-1])), "cell", "exec"), namespace)
    captured = capture.finish()
    return captured.params, captured.positional


def other_value(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}x"
    return value + 1 if isinstance(value, int) else value * 2 + 0.25


@pytest.mark.filterwarnings("ignore")
@given(st.integers(0, 2**32))
def test_a_new_value_goes_to_the_literal_that_is_the_params_or_is_refused(seed):
    chance = random.Random(seed)
    parts = [parts_of(chance, chance.choice([0, 0, 1, 2])), parts_of(chance, chance.randint(1, 4))]
    cells = [HEAD, BEFORE, *map("".join, parts)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        params, positional = params_of(*cells)
        script = "\n".join(f"# %%\n{cell}" for cell in cells)
        places = places_of_params(script, params, positional)
        for name, value in params.items():
            if len(places.get(name, ())) != 1:
                continue  # it is refused
            new = other_value(value)
            made = edited(script, [(places[name][0], repr(new))])
            changed = [cell.removesuffix("\n") + "\n" for cell in made.split("# %%\n")[1:]]
            if changed[1] == BEFORE:
                # As by hand: one literal is another, and nothing else.
                by_hand = [
                    [
                        "".join([*one[:number], repr(new), *one[number + 1 :]])
                        for number in range(1, len(one), 2)
                    ]
                    for one in parts
                ]
                assert changed[2].strip("\n") in {text.strip("\n") for text in [cells[2], *by_hand[0]]}
                assert changed[3].strip("\n") in {text.strip("\n") for text in [cells[3], *by_hand[1]]}
            got, _ = params_of(*changed)
            # Where two now differ each has a longer name, and where they are now the same both have a shorter one.
            last = name.rpartition(".")[2]
            others = [
                one for other, one in got.items() if name not in got and other.rpartition(".")[2] == last
            ]
            assert any(same(one, new) for one in [got.get(name), *others]), (name, value, new, script, made)


@pytest.mark.parametrize(
    ("cell", "name", "lines"),
    [
        ("alpha = 0.1\none = f(alpha)\nalpha = 0.1", "alpha", [2, 4]),
        ("if flag:\n    n = 3\nelse:\n    n = 3", "n", [3, 5]),
        ("alpha = float('2')\none = Ridge(alpha=2.0)", "alpha", []),
        ("one = Ridge(alpha=2.0)\nalpha = 2.0", "alpha", [2, 3]),
        ("alpha = config.alpha\none = Ridge(alpha=2.0)", "alpha", [3]),
    ],
)
def test_which_lines_a_param_may_mean(cell, name, lines):
    value = 3 if name == "n" else 0.1 if "0.1" in cell else 2.0
    found = places_of_params(f"# %%\n{cell}\n", {name: value})
    assert [place.line for place in found.get(name, ())] == lines
