# %%
from collections import defaultdict
from dataclasses import dataclass, field

import torch
from sklearn.datasets import load_diabetes
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Config:
    epochs: int = 25
    batch_size: int = 32
    lr: float = 5e-3
    momentum: float = 0.9
    hidden: list = field(default_factory=lambda: [32, 16])
    grad_clip: float = 5.0
    seed: int = 77


# %%
class Trainer:
    def __init__(self, cfg, model, train_set, val_set):
        self.cfg = cfg
        self.model = model
        self.train_loader = DataLoader(train_set, batch_size=cfg.batch_size, shuffle=True)
        self.val_loader = DataLoader(val_set, batch_size=256)
        self.opt = torch.optim.SGD(model.parameters(), lr=cfg.lr, momentum=cfg.momentum)
        self.criterion = nn.MSELoss()
        self.history = defaultdict(list)

    def run(self):
        for self.epoch in range(1, self.cfg.epochs + 1):
            self.history["train_mse"].append(self._train_epoch())
            self.history["val_mse"].append(self.validate())
            if self.epoch % 5 == 0:
                print(
                    "[%02d/%d] train %.3f val %.3f"
                    % (self.epoch, self.cfg.epochs, self.history["train_mse"][-1], self.history["val_mse"][-1])
                )
        return self

    def _train_epoch(self):
        self.model.train()
        running = 0.0
        for xb, yb in self.train_loader:
            self.opt.zero_grad()
            loss = self.criterion(self.model(xb).squeeze(1), yb)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.cfg.grad_clip)
            self.opt.step()
            running += loss.item() * xb.size(0)
        return running / len(self.train_loader.dataset)

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        se = sum(((self.model(xb).squeeze(1) - yb) ** 2).sum().item() for xb, yb in self.val_loader)
        return se / len(self.val_loader.dataset)


def make_mlp(n_in, hidden):
    layers = []
    for width in hidden:
        layers += [nn.Linear(n_in, width), nn.ReLU()]
        n_in = width
    return nn.Sequential(*layers, nn.Linear(n_in, 1))


# %% track
cfg = Config(lr=1e-2, batch_size=16)
torch.manual_seed(cfg.seed)

raw = load_diabetes()
inputs = torch.tensor(raw.data * 20, dtype=torch.float32)
goal = torch.tensor((raw.target - raw.target.mean()) / raw.target.std(), dtype=torch.float32)
trainer = Trainer(
    cfg,
    make_mlp(10, cfg.hidden),
    TensorDataset(inputs[:350], goal[:350]),
    TensorDataset(inputs[350:], goal[350:]),
).run()

best_val = min(trainer.history["val_mse"])
print("best val mse", best_val)
