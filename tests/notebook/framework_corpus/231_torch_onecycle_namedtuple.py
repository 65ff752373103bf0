# %%
from typing import NamedTuple

import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

torch.manual_seed(123)


def spiral(n_per_arm, turns=1.25, jitter=0.08, arms=3):
    xs, ys = [], []
    for arm in range(arms):
        r = torch.linspace(0.1, 1.0, n_per_arm)
        phi = 2 * torch.pi * (turns * r + arm / arms) + jitter * torch.randn(n_per_arm)
        xs.append(torch.stack([r * phi.cos(), r * phi.sin()], 1))
        ys.append(torch.full((n_per_arm,), arm))
    return torch.cat(xs), torch.cat(ys)


x_fit, y_fit = spiral(200, jitter=0.5)
x_dev, y_dev = spiral(80, jitter=0.5)


class FitReport(NamedTuple):
    loss_curve: list
    dev_acc_curve: list
    final_dev_acc: float
    n_updates: int


def fit_one_cycle(net, max_lr, n_epochs=30, bs=50, wd=0.0, pct_start=0.3):
    opt = torch.optim.AdamW(net.parameters(), lr=max_lr / 25, weight_decay=wd)
    per_epoch = -(-len(x_fit) // bs)
    sched = OneCycleLR(opt, max_lr=max_lr, total_steps=per_epoch * n_epochs, pct_start=pct_start)
    loss_curve, dev_acc_curve, n_updates = [], [], 0
    for _ in range(n_epochs):
        net.train()
        seen = 0.0
        for chunk in torch.randperm(len(x_fit)).split(bs):
            loss = nn.functional.cross_entropy(net(x_fit[chunk]), y_fit[chunk])
            opt.zero_grad()
            loss.backward()
            opt.step()
            sched.step()
            seen += loss.item() * len(chunk)
            n_updates += 1
        loss_curve.append(seen / len(x_fit))
        net.eval()
        with torch.no_grad():
            dev_acc_curve.append((net(x_dev).argmax(1) == y_dev).float().mean().item())
    return FitReport(loss_curve, dev_acc_curve, dev_acc_curve[-1], n_updates)


# %% track
arm_net = nn.Sequential(nn.Linear(2, 40), nn.GELU(), nn.Linear(40, 40), nn.GELU(), nn.Linear(40, 3))
report = fit_one_cycle(arm_net, 0.03, n_epochs=35, wd=0.01)
print(f"dev accuracy after {report.n_updates} updates: {report.final_dev_acc:.2%}")
print(f"best along the way: {max(report.dev_acc_curve):.2%}")
