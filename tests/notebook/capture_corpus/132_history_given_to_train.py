# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(132)
n = 900
X = rng.normal(size=(n, 6)).astype("float32")
logits = 1.5 * X[:, 0] - X[:, 1] * X[:, 2] + 0.5 * X[:, 3]
y = (logits + rng.logistic(size=n) * 0.3 > 0).astype("float32")
train_loader = DataLoader(
    TensorDataset(torch.tensor(X[:700]), torch.tensor(y[:700])), batch_size=50, shuffle=True,
    generator=torch.Generator().manual_seed(5),
)
val_loader = DataLoader(TensorDataset(torch.tensor(X[700:]), torch.tensor(y[700:])), batch_size=200)

# %%
def run_epoch(model, loader, loss_fn, optimizer=None):
    total, correct, seen = 0.0, 0, 0
    model.train(optimizer is not None)
    with torch.set_grad_enabled(optimizer is not None):
        for xb, yb in loader:
            out = model(xb).squeeze(1)
            batch_loss = loss_fn(out, yb)
            if optimizer is not None:
                optimizer.zero_grad()
                batch_loss.backward()
                optimizer.step()
            total += batch_loss.item() * len(xb)
            correct += ((out > 0) == (yb > 0.5)).sum().item()
            seen += len(xb)
    return total / seen, correct / seen


def train(model, history, num_epochs, learning_rate):
    """Fills ``history`` in, epoch by epoch."""
    loss_fn = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(num_epochs):
        for prefix, result in (
            ("", run_epoch(model, train_loader, loss_fn, optimizer)),
            ("val_", run_epoch(model, val_loader, loss_fn)),
        ):
            history[prefix + "loss"].append(result[0])
            history[prefix + "acc"].append(result[1])


def plot_history(history):
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
    for ax, what in ((left, "loss"), (right, "acc")):
        ax.plot(history[what], label="train")
        ax.plot(history["val_" + what], label="validation")
        ax.set_title(what)
        ax.legend()
    plt.show()

# %% track
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1))
history = {"loss": [], "acc": [], "val_loss": [], "val_acc": []}

train(model, history, num_epochs=15, learning_rate=0.01)
plot_history(history)

best_epoch = int(np.argmin(history["val_loss"])) + 1
print(f"best epoch: {best_epoch}, validation accuracy then {history['val_acc'][best_epoch - 1]:.3f}")
