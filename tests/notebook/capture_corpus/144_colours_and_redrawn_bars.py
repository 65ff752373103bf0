# %%
import sys

import torch
from sklearn.datasets import make_moons
from sklearn.metrics import f1_score
from torch import nn

GREEN, BOLD, RESET = "\033[92m", "\033[1m", "\033[0m"

X, y = make_moons(n_samples=1000, noise=0.25, random_state=144)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
X_train, y_train, X_val, y_val = X[:800], y[:800], X[800:], y[800:]

# %%
def bar(done, total, width=20):
    full = int(width * done / total)
    return "[" + "=" * full + ">" * (full < width) + "." * (width - full - 1) + "]"


def fit(model, optimizer, epochs, batch_size):
    """Redraws one line an epoch, in the manner of Keras."""
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        print(f"Epoch {epoch + 1}/{epochs}")
        batches = list(torch.randperm(len(X_train)).split(batch_size))
        total, hits, seen = 0.0, 0, 0
        for i, idx in enumerate(batches, start=1):
            optimizer.zero_grad()
            out = model(X_train[idx])
            batch = loss_fn(out, y_train[idx])
            batch.backward()
            optimizer.step()
            total += batch.item() * len(idx)
            hits += (out.argmax(1) == y_train[idx]).sum().item()
            seen += len(idx)
            sys.stdout.write(
                f"\r{i:2d}/{len(batches)} {bar(i, len(batches))} - loss: {total / seen:.4f} - accuracy: {hits / seen:.4f}"
            )
            sys.stdout.flush()
        with torch.no_grad():
            val = model(X_val)
        sys.stdout.write(
            f"\r{len(batches)}/{len(batches)} {bar(1, 1)} - loss: {total / seen:.4f} - accuracy: {hits / seen:.4f}"
            f" - val_loss: {loss_fn(val, y_val):.4f} - val_accuracy: {(val.argmax(1) == y_val).float().mean():.4f}\n"
        )


def final_report(model):
    with torch.no_grad():
        guess = model(X_val).argmax(1)
    print(f"{BOLD}Validation{RESET}")
    print(f"  {GREEN}F1 Score: {f1_score(y_val, guess):.3f}{RESET}")
    print(f"  Error rate: {BOLD}{100 * (guess != y_val).float().mean():.1f}%{RESET}")

# %% track
torch.manual_seed(44)
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.8)
fit(model, optimizer, epochs=5, batch_size=40)
final_report(model)
