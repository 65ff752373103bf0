# %%
import logging
import sys
from typing import NamedTuple

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

data = load_breast_cancer()
features = torch.tensor(data.data, dtype=torch.float32)
features = (features - features.mean(0)) / features.std(0)
target = torch.tensor(data.target, dtype=torch.float32).unsqueeze(1)

# %% track
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s", force=True)
logger = logging.getLogger("cancer")


class Settings(NamedTuple):
    hidden: int = 16
    lr: float = 1e-2
    weight_decay: float = 0.0
    epochs: int = 8
    batch: int = 32
    seed: int = 0


class Result(NamedTuple):
    loss: float
    accuracy: float
    best_epoch: int


def minibatches(x, y, size):
    order = torch.randperm(len(x))
    for chosen in order.split(size):
        yield x[chosen], y[chosen]


def experiment(settings: Settings) -> Result:
    torch.manual_seed(settings.seed)
    net = nn.Sequential(nn.Linear(30, settings.hidden), nn.Tanh(), nn.Linear(settings.hidden, 1))
    optimizer = torch.optim.RMSprop(net.parameters(), lr=settings.lr, weight_decay=settings.weight_decay)
    criterion = nn.BCEWithLogitsLoss()
    cut = 400
    best = Result(float("inf"), 0.0, 0)
    for epoch in range(1, settings.epochs + 1):
        for xb, yb in minibatches(features[:cut], target[:cut], settings.batch):
            optimizer.zero_grad()
            criterion(net(xb), yb).backward()
            optimizer.step()
        with torch.no_grad():
            out = net(features[cut:])
            loss = criterion(out, target[cut:]).item()
            accuracy = ((out > 0) == (target[cut:] > 0.5)).float().mean().item()
        logger.info("epoch %d: loss=%.4f accuracy=%.3f", epoch, loss, accuracy)
        if loss < best.loss:
            best = Result(loss, accuracy, epoch)
    return best


settings = Settings(hidden=12, weight_decay=1e-3)
result = experiment(settings)
result
