# %%
import itertools

import numpy as np
import pandas as pd
import torch
from torch import nn

torch.set_num_threads(1)

# %%
def make_data(seed=0, n=900):
    g = torch.Generator().manual_seed(seed)
    x = torch.rand(n, 2, generator=g) * 4 - 2
    y = torch.sin(2 * x[:, :1]) * torch.cos(x[:, 1:]) + 0.1 * torch.randn(n, 1, generator=g)
    return (x[:600], y[:600]), (x[600:], y[600:])

(xtr, ytr), (xva, yva) = make_data()

ACTS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}

def fit_one(lr, width, act, n_steps, seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, width), ACTS[act](), nn.Linear(width, width), ACTS[act](), nn.Linear(width, 1))
    optim = torch.optim.Adam(net.parameters(), lr)
    for _ in range(n_steps):
        idx = torch.randint(len(xtr), (128,))
        loss = nn.functional.mse_loss(net(xtr[idx]), ytr[idx])
        optim.zero_grad()
        loss.backward()
        optim.step()
    with torch.no_grad():
        return net, nn.functional.mse_loss(net(xva), yva).item()

# %% track
grid = {"lr": [1e-3, 3e-3, 1e-2], "width": [16, 64], "act": ["relu", "tanh"]}
n_steps = 120

results = []
best_mse, best_cfg, best_net = float("inf"), None, None
for lr, width, act in itertools.product(*grid.values()):
    net, val_mse = fit_one(lr, width, act, n_steps)
    n_params = sum(p.numel() for p in net.parameters())
    results.append({"lr": lr, "width": width, "act": act, "n_params": n_params, "val_mse": val_mse})
    print(f"lr={lr:<6g} width={width:<3d} act={act:<5s} -> {val_mse:.4f}")
    if val_mse < best_mse:
        best_mse, best_cfg, best_net = val_mse, dict(lr=lr, width=width, act=act), net

df = pd.DataFrame(results).sort_values("val_mse").reset_index(drop=True)
print("best:", best_cfg, f"{best_mse:.4f}")

# once more and longer, with other seeds
reps = [fit_one(**best_cfg, n_steps=2 * n_steps, seed=s)[1] for s in (1, 2, 3)]
print(f"retrained: {np.mean(reps):.4f} ± {np.std(reps, ddof=1):.4f}")
df.head()
