# %%
import copy
import logging
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
log = logging.getLogger("demand")

# %% hourly demand, three months of it
rng = np.random.default_rng(7)
hours = np.arange(24 * 90)
demand = (
    120
    + 25 * np.sin(2 * np.pi * hours / 24)
    + 10 * np.sin(2 * np.pi * hours / (24 * 7))
    + rng.normal(0, 4, hours.size)
)

# %%
class WindowDataset(Dataset):
    def __init__(self, values, window):
        self.values = torch.as_tensor(values, dtype=torch.float32)
        self.window = window

    def __len__(self):
        return len(self.values) - self.window

    def __getitem__(self, i):
        return self.values[i : i + self.window, None], self.values[i + self.window]


class DemandLSTM(nn.Module):
    def __init__(self, hidden_size, num_layers):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1]).squeeze(-1)


class AverageMeter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, val, n=1):
        self.sum += val * n
        self.count += n

    @property
    def avg(self):
        return self.sum / max(self.count, 1)


@dataclass
class Config:
    window: int = 24
    hidden_size: int = 16
    num_layers: int = 1
    batch_size: int = 64
    lr: float = 1e-2
    epochs: int = 10
    patience: int = 3
    clip: float = 1.0
    seed: int = 2024


def run_epoch(model, loader, criterion, optimizer=None, clip=None):
    meter = AverageMeter()
    model.train(optimizer is not None)
    with torch.set_grad_enabled(optimizer is not None):
        for xb, yb in loader:
            loss = criterion(model(xb), yb)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), clip)
                optimizer.step()
            meter.update(loss.item(), len(yb))
    return meter.avg


# %% track
cfg = Config(hidden_size=24, patience=2)
log.info("config: %s", asdict(cfg))
torch.manual_seed(cfg.seed)

n_train, n_val = 24 * 60, 24 * 15
mu, sigma = demand[:n_train].mean(), demand[:n_train].std()
scaled = (demand - mu) / sigma

train_dl = DataLoader(WindowDataset(scaled[:n_train], cfg.window), cfg.batch_size, shuffle=True)
val_dl = DataLoader(WindowDataset(scaled[n_train - cfg.window : n_train + n_val], cfg.window), 256)
test_ds = WindowDataset(scaled[n_train + n_val - cfg.window :], cfg.window)

model = DemandLSTM(cfg.hidden_size, cfg.num_layers)
criterion = nn.HuberLoss(delta=0.5)
optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=1)

history = {"train": [], "val": []}
best_val, best_epoch, best_state = float("inf"), -1, None
bad_epochs = 0

for epoch in range(1, cfg.epochs + 1):
    tr = run_epoch(model, train_dl, criterion, optimizer, cfg.clip)
    va = run_epoch(model, val_dl, criterion)
    scheduler.step(va)
    history["train"].append(tr)
    history["val"].append(va)
    log.info("epoch %02d | train %.4f | val %.4f | lr %.1e", epoch, tr, va, optimizer.param_groups[0]["lr"])

    if va < best_val:
        best_val, best_epoch = va, epoch
        best_state = copy.deepcopy(model.state_dict())
        bad_epochs = 0
    else:
        bad_epochs += 1
        if bad_epochs >= cfg.patience:
            log.info("early stop at epoch %d (best %d)", epoch, best_epoch)
            break

model.load_state_dict(best_state)
model.eval()
with torch.no_grad():
    xs = torch.stack([test_ds[i][0] for i in range(len(test_ds))])
    ys = torch.stack([test_ds[i][1] for i in range(len(test_ds))])
    pred = model(xs).numpy() * sigma + mu
truth = ys.numpy() * sigma + mu

mae = np.abs(pred - truth).mean()
mape = 100 * np.mean(np.abs((pred - truth) / truth))
naive_mae = np.abs(np.diff(truth)).mean()
log.info("test MAE %.2f MW (naive %.2f), MAPE %.2f%%", mae, naive_mae, mape)
