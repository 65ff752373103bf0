# %%
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(137)
t = np.linspace(0, 60, 1500)
wave = np.sin(t) + 0.4 * np.sin(2.7 * t) + rng.normal(0, 0.08, len(t))

# %% track
# The same notebook runs in the container; there the job's definition sets these.
EPOCHS = int(os.environ.get("EPOCHS", "5"))
LR = float(os.getenv("LEARNING_RATE", "0.02"))
WINDOW = int(os.environ.get("WINDOW", 16))
HIDDEN = [int(h) for h in os.environ.get("HIDDEN_SIZES", "24,12").split(",")]
LOSS = os.environ.get("LOSS_NAME", "huber").lower()
MODEL_DIR = Path(os.environ.get("MODEL_DIR", "."))
DEBUG = os.environ.get("DEBUG_FORECAST", "0") == "1"

torch.manual_seed(int(os.environ.get("SEED_FORECAST", "13")))

windows = np.lib.stride_tricks.sliding_window_view(wave, WINDOW + 1).astype("float32")
if DEBUG:
    windows = windows[:100]
cut = int(0.8 * len(windows))
inputs, targets = torch.tensor(windows[:, :-1].copy()), torch.tensor(windows[:, -1].copy())

layers, size = [], WINDOW
for h in HIDDEN:
    layers += [nn.Linear(size, h), nn.ReLU()]
    size = h
net = nn.Sequential(*layers, nn.Linear(size, 1))
criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss(), "huber": nn.HuberLoss(delta=0.5)}[LOSS]
opt = torch.optim.Adam(net.parameters(), lr=LR)

for epoch in range(EPOCHS):
    for idx in torch.randperm(cut).split(64):
        opt.zero_grad()
        criterion(net(inputs[idx]).squeeze(1), targets[idx]).backward()
        opt.step()
    with torch.no_grad():
        test_loss = criterion(net(inputs[cut:]).squeeze(1), targets[cut:]).item()
    print("epoch", epoch, "test loss", test_loss)

with torch.no_grad():
    residuals = targets[cut:] - net(inputs[cut:]).squeeze(1)
naive_mae = (targets[cut:] - inputs[cut:, -1]).abs().mean().item()
mae = residuals.abs().mean().item()
print(f"MAE {mae:.4f}, of the last value as forecast {naive_mae:.4f}")
torch.save(net.state_dict(), MODEL_DIR / "wave.pt")
