# %%
import copy
import math
import sys
import time
from collections import defaultdict
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.metrics import confusion_matrix, f1_score, roc_auc_score
from torch.utils.data import DataLoader, TensorDataset

# four gestures, 3 axes x 32 steps of an accelerometer
g = np.random.default_rng(154)
steps = np.linspace(0, 2 * np.pi, 32)
classes = ["circle", "shake", "swipe", "rest"]


def record(kind):
    phase, speed = g.uniform(0, 6.28), g.uniform(0.8, 1.3)
    signal = {
        0: [np.sin(speed * steps + phase), np.cos(speed * steps + phase), 0 * steps],
        1: [np.sin(5 * speed * steps + phase), 0 * steps, 0.3 * np.sin(5 * speed * steps)],
        2: [np.exp(-((steps - 3) ** 2)), 0.5 * np.sin(speed * steps + phase), 0 * steps],
        3: [0 * steps, 0 * steps, 0 * steps],
    }[kind]
    return np.stack(signal) + g.normal(0, 0.9, (3, 32))


kinds = g.integers(0, 4, 1300)
waves = torch.tensor(np.stack([record(k) for k in kinds]), dtype=torch.float32)
kinds = torch.tensor(kinds)
splits = {"train": slice(0, 800), "val": slice(800, 1050), "test": slice(1050, 1300)}

# %%
# last week: shake or not, with logistic regression
scores = {"baseline_acc": 0.792, "baseline_auc": 0.851}
test_auc = 0.851
val_auc = 0.86
ema_decay = 0.99
mixup = 0.4
l1 = 1e-4
weights_file = "shake_v2.pt"
bad_batches = 3
print(scores)

# %%
class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self):
        self.reset()

    def reset(self):
        self.val = self.avg = self.sum = self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


class GestureNet(nn.Module):
    def __init__(self, channels, kernel, dropout, n_classes=4):
        super().__init__()
        self.conv = nn.Conv1d(3, channels, kernel, padding=kernel // 2)
        self.mixup = nn.Conv1d(channels, channels, 1)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(2 * channels, n_classes)

    def forward(self, x):
        x = F.relu(self.conv(x))
        x = F.relu(self.mixup(x))
        l1 = torch.cat([x.mean(-1), x.amax(-1)], dim=1)
        return self.fc(self.drop(l1))


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    losses, hits = AverageMeter(), AverageMeter()
    for x, y in loader:
        out = model(x)
        losses.update(F.cross_entropy(out, y).item(), len(y))
        hits.update((out.argmax(1) == y).float().mean().item(), len(y))
    return losses.avg, hits.avg

# %% track
try:
    import no_such_experiment_logger as logger_lib
except ImportError:
    logger_lib = None

cfg = SimpleNamespace(
    channels=24, kernel=5, dropout=0.15, lr=8e-3, weight_decay=1e-2, batch_size=40, epochs=12, warmup=2,
    clip=1.0, patience=4, seed=7, ema=False, save=None,
)
torch.manual_seed(cfg.seed)

loaders = {
    part: DataLoader(TensorDataset(waves[rows], kinds[rows]), cfg.batch_size, shuffle=part == "train")
    for part, rows in splits.items()
}
model = GestureNet(cfg.channels, cfg.kernel, cfg.dropout)
n_params = sum(p.numel() for p in model.parameters())
print(f"\033[1m{type(model).__name__}\033[0m: {n_params:,} parameters, {len(loaders['train'])} batches")

opt = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=cfg.weight_decay)
total_steps, warm_steps = cfg.epochs * len(loaders["train"]), cfg.warmup * len(loaders["train"])
sched = torch.optim.lr_scheduler.LambdaLR(
    opt,
    lambda s: s / warm_steps if s < warm_steps else 0.5 * (1 + math.cos(math.pi * (s - warm_steps) / (total_steps - warm_steps))),
)
if cfg.ema:
    ema_decay = 0.995
    shadow = copy.deepcopy(model)

history = defaultdict(list)
best_val_loss, best_epoch, best_state, bad = float("inf"), -1, None, 0
since = time.time()

for epoch in range(cfg.epochs):
    model.train()
    meter = AverageMeter()
    for i, (x, y) in enumerate(loaders["train"]):
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        if not torch.isfinite(loss):
            bad_batches += 1
            continue
        loss.backward()
        grad_norm = nn.utils.clip_grad_norm_(model.parameters(), cfg.clip)
        opt.step()
        sched.step()
        meter.update(loss.item(), len(y))
        if i % 5 == 4:
            print(f"\repoch {epoch + 1:02d} {'#' * (i // 2):<10} {meter.avg:.3f}", end="")
            sys.stdout.flush()
    val_loss, val_acc = evaluate(model, loaders["val"])
    history["train_loss"].append(meter.avg)
    history["val_loss"].append(val_loss)
    history["val_acc"].append(val_acc)
    history["lr"].append(sched.get_last_lr()[0])
    star = ""
    if val_loss < best_val_loss - 1e-4:
        best_val_loss, best_epoch, bad, star = val_loss, epoch + 1, 0, " *"
        best_state = copy.deepcopy(model.state_dict())
    else:
        bad += 1
    print(f"\repoch {epoch + 1:02d} | train loss {meter.avg:.4f} | val loss {val_loss:.4f} | val acc {val_acc:6.2%}{star}")
    if logger_lib:
        logger_lib.log({"val_loss": val_loss})
    if bad >= cfg.patience:
        print(f"no improvement for {cfg.patience} epochs, stopping")
        break

model.load_state_dict(best_state)
test_loss, test_acc = evaluate(model, loaders["test"])
with torch.no_grad():
    guess = model(waves[splits["test"]]).argmax(1)
macro_f1 = f1_score(kinds[splits["test"]], guess, average="macro")
scores["conv_acc"] = test_acc

if len(classes) == 2:
    test_auc = roc_auc_score(kinds[splits["test"]], guess)
elif cfg.ema:
    test_loss, test_acc = evaluate(shadow, loaders["test"])
try:
    val_auc = roc_auc_score(kinds[splits["val"]], model(waves[splits["val"]]).detach()[:, 1])
except ValueError as e:
    print("AUC:", str(e)[:60])

print(f"\033[32mtest: loss {test_loss:.4f}  accuracy {test_acc:.2%}  macro F1 {macro_f1:.4f}\033[0m")
print(f"best epoch {best_epoch} with val loss {best_val_loss:.4f}; {time.time() - since:.1f} s")

fig, axes = plt.subplots(1, 2, figsize=(11, 4))
for key in ("train_loss", "val_loss"):
    axes[0].plot(history[key], label=key)
axes[0].legend()
axes[1].imshow(confusion_matrix(kinds[splits["test"]], guess), cmap="Blues")
axes[1].set_xticks(range(4), classes)
plt.show()

if cfg.save:
    weights_file = cfg.save
    torch.save(model.state_dict(), weights_file)
