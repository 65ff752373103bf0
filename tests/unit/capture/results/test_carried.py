"""What a cell shows or copies, and was there before it, is no result of its run."""

import ast
import json

import pytest

from nbtrack.capture import CellCapture
from tests.unit.capture.test_cell import series, track

HEAD = """
import json, numpy as np, pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
X, y = load_diabetes(return_X_y=True)
best_rmse, loss, auc, train_acc = 0.001, 0.5, 0.66, 0.91
old_scores = {"accuracy": 0.8, "f1": 0.7}
last_losses = [0.9, 0.4, 0.2]
table = pd.DataFrame({"score": [0.61, 0.83], "accuracy": [0.71, 0.72]})
gs = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(X, y)
do_eval, epochs = False, 0
def evaluate(model, X, y): return {"rmse": float(np.mean((model.predict(X) - y) ** 2) ** 0.5)}
class Result: pass
held = Result(); held.accuracy = 0.77
"""


def tracked(cell, tmp_path=None):
    namespace = {"__name__": "__main__"}
    exec(compile(HEAD, "head", "exec"), namespace)
    if tmp_path is not None:
        (tmp_path / "old.json").write_text(json.dumps({"accuracy": 0.77, "loss": 0.31}))
        (tmp_path / "old.txt").write_text("epoch 1 loss 0.9 accuracy 0.8\nepoch 2 loss 0.7 accuracy 0.85\n")
        (tmp_path / "old.csv").write_text("score,accuracy\n0.61,0.71\n0.83,0.72\n")
        namespace["folder"] = tmp_path
    return series(track(cell, namespace)[0])


@pytest.mark.parametrize(
    "cell",
    [
        'if False:\n    best_rmse = 3.5\nprint(f"best rmse {best_rmse:.3f}")',
        'for epoch in range(epochs):\n    loss = 1.0\nprint("loss", loss)',
        'if do_eval:\n    auc = r2_score(y, gs.predict(X))\nprint("AUC:", auc)',
        'print("AUC: %.2f" % auc)',
        'print("AUC: {:.1%}".format(auc))',
        'import logging\nlogging.getLogger().warning("auc: %.2f", auc)\nprint("auc", round(auc, 2))',
        'for name, value in old_scores.items():\n    print(f"{name}: {value:.3f}")',
        'print("last time:", old_scores)',
        "old_scores",
        "print(f\"accuracy: {old_scores['accuracy']}, best {max(old_scores.values())}\")",
        'print("Epoch 3: loss=%.3f" % last_losses[-1])',
        'for epoch, value in enumerate(last_losses):\n    print(f"epoch {epoch}: loss {value:.4f}")',
        'print(f"accuracy {held.accuracy:.2f}")',
        'print("best CV", gs.best_score_)',
        "best = gs.best_score_\nprint(best)",
        "score = best_rmse",
        "final = dict(old_scores)\nacc = old_scores['accuracy']",
        "f1 = old_scores.get('f1', 0.0)",
        "accuracy = held.accuracy",
        "top = table.iloc[0].to_dict()",
        'print("score:", table["score"].tolist())',
        "message = f\"accuracy {old_scores['accuracy']:.2f}\"\nprint(message)",
    ],
)
def test_what_was_there_before_is_no_result(cell):
    assert tracked(cell) == {}


@pytest.mark.parametrize(
    "cell",
    [
        'print(open(folder / "old.txt").read())',
        'print((folder / "old.txt").read_text())',
        'text = (folder / "old.txt").read_text()\nprint(text)',
        'with open(folder / "old.txt") as file:\n    print(file.read())',
        'with open(folder / "old.txt") as file:\n    for line in file.read().splitlines():\n        print(line)',
        'prev = json.load(open(folder / "old.json"))',
        'with open(folder / "old.json") as file:\n    prev = json.load(file)\nprint("accuracy:", prev["accuracy"])',
        'accuracy = json.loads((folder / "old.json").read_text())["accuracy"]',
        'board = pd.read_csv(folder / "old.csv")\ntop = board.iloc[0].to_dict()',
    ],
)
def test_what_a_file_says_is_no_result(cell, tmp_path):
    assert tracked(cell, tmp_path) == {}


def test_an_exception_before_the_assignment_leaves_the_old_value():
    namespace = {"__name__": "__main__"}
    exec(compile(HEAD, "head", "exec"), namespace)
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse('print("loss", loss)\nloss = undefined_thing'))
    capture.printed.feed("loss 0.5\n")
    with pytest.raises(NameError) as raised:
        exec(compile(tree, "cell", "exec"), namespace)
    assert series(capture.finish(raised.value)) == {}


def test_why_says_so():
    namespace = {"__name__": "__main__"}
    exec(compile(HEAD, "head", "exec"), namespace)
    capture = CellCapture(namespace)
    exec(compile(capture.transform(ast.parse("top = old_scores['accuracy']")), "cell", "exec"), namespace)
    told = capture.why(capture.finish()).of("top")
    assert told == "top is not kept: what line 1 gives it was there before the cell, or stands in a file"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (
            'rmse = evaluate(gs, X, y)["rmse"]\nbest_rmse = min(best_rmse, rmse)\nprint(f"best {best_rmse}")',
            {"rmse"},
        ),
        ('print("R2:", r2_score(y, gs.predict(X)))', {"r2_score"}),
        ('m = evaluate(gs, X, y)\nprint(m, "before:", old_scores)', {"m.rmse"}),
        ('gs.fit(X[:90], y[:90])\nprint("best CV", gs.best_score_)', {"best_score_"}),
        ('last_losses.append(0.11)\nprint(f"loss {last_losses[-1]}")', {"last_losses"}),
        ('old_scores["accuracy"] = r2_score(y, gs.predict(X))', {"old_scores.accuracy"}),
        ('def report(model):\n    print(f"accuracy: {model.score(X, y):.4f}")\nreport(gs)', {"accuracy"}),
    ],
)
def test_what_is_new_is_one(cell, found):
    assert found <= tracked(cell).keys()
