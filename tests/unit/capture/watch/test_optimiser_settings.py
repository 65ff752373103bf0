"""The settings of PyTorch's optimisers, as they are when a cell uses them first."""

import ast

import pytest

from nbtrack.capture import CellCapture
from nbtrack.capture.settings.earlier import EarlierChoices

pytest.importorskip("torch")

SETUP = """
import torch
net = torch.nn.Linear(2, 1)
X, y = torch.ones(4, 2), torch.ones(4, 1)
"""
STEP = "\nfor _ in range(2):\n    loss = ((net(X) - y) ** 2).mean()\n    loss.backward()\n    o.step()"
MADE = "o = torch.optim.SGD(net.parameters(), lr=0.5)\n"


def params(earlier, cell):
    """Return the params of a cell after an earlier one."""
    namespace, choices = {"__name__": "__main__"}, EarlierChoices()
    for code in (SETUP, earlier):
        exec(code, namespace)
        choices.remember(ast.parse(code), namespace)
    capture = CellCapture(namespace, earlier=choices)
    tree = capture.transform(ast.parse(cell + STEP))
    exec(compile(tree, "cell", "exec"), namespace)
    return {
        name: value for name, value in capture.finish().params.items() if "lr" in name or "momentum" in name
    }


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("", {"lr": 0.5}),
        ("o.param_groups[0]['lr'] = 0.01", {"lr": 0.01}),
        ("for group in o.param_groups:\n    group['lr'] = 0.01\n    group['momentum'] = 0.9", {"lr": 0.01, "momentum": 0.9}),
    ],
)  # fmt: skip
def test_what_was_changed_before_its_first_step_counts(change, found):
    assert params(MADE + change, "") == found
    assert params(MADE, change) == found
    assert params("", MADE + change) == found


@pytest.mark.parametrize("where", ["made", "cell"])
def test_what_a_plan_of_the_rate_changes_is_no_setting(where):
    plan = "plan = torch.optim.lr_scheduler.LambdaLR(o, lambda epoch: 0.1 ** (epoch + 1))\n"
    earlier, cell = (MADE + plan, "") if where == "made" else (MADE, plan)
    assert params(earlier, cell) == {"lr": 0.5}
    assert params("", MADE + plan) == {"lr": 0.5}


def test_groups_that_differ_have_the_rate_that_it_was_made_with():
    made = "o = torch.optim.SGD([{'params': [net.weight]}, {'params': [net.bias], 'lr': 0.1}], lr=0.5)\n"
    assert params(made, "") == {"lr": 0.5}
