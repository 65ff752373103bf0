# %%
import copy
import itertools
from dataclasses import asdict, dataclass, replace

import pandas as pd
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

X, y = load_breast_cancer(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
scaler = StandardScaler().fit(X_train)
to_tensor = lambda a: torch.tensor(a, dtype=torch.float32)
train_ds = TensorDataset(to_tensor(scaler.transform(X_train)), to_tensor(y_train))
X_val_t, y_val_t = to_tensor(scaler.transform(X_val)), to_tensor(y_val)


class EarlyStopping:
    """Early stops the training if validation loss doesn't improve after a given patience."""

    def __init__(self, patience=7, delta=0):
        self.patience = patience
        self.counter = 0
        self.best_score = None
        self.early_stop = False
        self.val_loss_min = float("inf")
        self.delta = delta

    def __call__(self, val_loss, model):
        score = -val_loss
        if self.best_score is None:
            self.best_score = score
            self.save_checkpoint(val_loss, model)
        elif score < self.best_score + self.delta:
            self.counter += 1
            if self.counter >= self.patience:
                self.early_stop = True
        else:
            self.best_score = score
            self.save_checkpoint(val_loss, model)
            self.counter = 0

    def save_checkpoint(self, val_loss, model):
        self.best_state = copy.deepcopy(model.state_dict())
        self.val_loss_min = val_loss

# %%
@dataclass
class Config:
    hidden: int = 16
    lr: float = 1e-2
    batch_size: int = 64
    epochs: int = 20
    patience: int = 3
    seed: int = 0


def train_model(cfg):
    torch.manual_seed(cfg.seed)
    model = nn.Sequential(nn.Linear(30, cfg.hidden), nn.ReLU(), nn.Linear(cfg.hidden, 1))
    loader = DataLoader(train_ds, batch_size=cfg.batch_size, shuffle=True)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    early_stopping = EarlyStopping(patience=cfg.patience)
    history = {"train_loss": [], "val_loss": [], "lr": []}

    for epoch in range(1, cfg.epochs + 1):
        model.train()
        running_loss = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = criterion(model(xb).squeeze(1), yb)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(xb)

        model.eval()
        with torch.no_grad():
            val_loss = criterion(model(X_val_t).squeeze(1), y_val_t).item()
        scheduler.step(val_loss)
        history["train_loss"].append(running_loss / len(train_ds))
        history["val_loss"].append(val_loss)
        history["lr"].append(optimizer.param_groups[0]["lr"])

        early_stopping(val_loss, model)
        if early_stopping.early_stop:
            break

    model.load_state_dict(early_stopping.best_state)
    with torch.no_grad():
        val_acc = ((model(X_val_t).squeeze(1) > 0).float() == y_val_t).float().mean().item()
    return model, history, val_acc

# %% track
base = Config(epochs=25, patience=4)
grid = {"hidden": [8, 32], "lr": [0.1, 0.01, 0.001]}

results = []
for hidden, lr in itertools.product(grid["hidden"], grid["lr"]):
    cfg = replace(base, hidden=hidden, lr=lr)
    model, history, val_acc = train_model(cfg)
    results.append({
        **asdict(cfg),
        "epochs_run": len(history["val_loss"]),
        "best_val_loss": min(history["val_loss"]),
        "val_acc": val_acc,
    })
    print(f"hidden={hidden:<3} lr={lr:<6} val_loss={results[-1]['best_val_loss']:.4f} val_acc={val_acc:.3f}")

df_results = pd.DataFrame(results).sort_values("best_val_loss")
best = df_results.iloc[0]
print("Best configuration:")
print(best)

final_model, history, final_acc = train_model(replace(base, hidden=int(best["hidden"]), lr=float(best["lr"])))
df_results.head()
