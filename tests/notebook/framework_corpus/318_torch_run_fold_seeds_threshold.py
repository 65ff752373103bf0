# %%
import random
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import QuantileTransformer

X, y = make_classification(n_samples=1600, n_features=30, n_informative=9, n_redundant=4, weights=[0.8], flip_y=0.02, random_state=31)
X = X.astype(np.float32)

# %%
EPOCHS = 5
BATCH_SIZE = 128
LEARNING_RATE = 5e-3
WEIGHT_DECAY = 1e-5
NFOLDS = 4
SEEDS = [0, 1]
hidden_size = 64


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class TabularNet(nn.Module):
    def __init__(self, num_features, hidden_size):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(num_features), nn.Linear(num_features, hidden_size), nn.LeakyReLU(0.01),
            nn.BatchNorm1d(hidden_size), nn.Dropout(0.25), nn.Linear(hidden_size, 1))

    def forward(self, x):
        return self.layers(x).squeeze(1)


def iterate(x, t, bs, shuffle):
    order = torch.randperm(len(x)) if shuffle else torch.arange(len(x))
    for b in order.split(bs):
        yield x[b], t[b]


def run_fold(fold, seed, tr, va):
    seed_everything(seed * 100 + fold)
    qt = QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=seed).fit(X[tr])
    x_tr, x_va = (torch.tensor(qt.transform(X[i]), dtype=torch.float32) for i in (tr, va))
    t_tr, t_va = (torch.tensor(y[i], dtype=torch.float32) for i in (tr, va))
    net = TabularNet(X.shape[1], hidden_size)
    opt = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    bce = nn.BCEWithLogitsLoss()
    best, best_pred = np.inf, None
    for epoch in range(EPOCHS):
        net.train()
        for xb, tb in iterate(x_tr, t_tr, BATCH_SIZE, True):
            opt.zero_grad()
            bce(net(xb), tb).backward()
            opt.step()
        net.eval()
        with torch.no_grad():
            out = net(x_va)
            valid_loss = bce(out, t_va).item()
        if valid_loss < best:
            best, best_pred = valid_loss, out.sigmoid().numpy()
    print(f"SEED {seed} FOLD {fold}: best valid_loss {best:.5f}")
    return best_pred, best


# %% track
oof = np.zeros(len(y))
losses = np.zeros((len(SEEDS), NFOLDS))
for s, seed in enumerate(SEEDS):
    folds = StratifiedKFold(NFOLDS, shuffle=True, random_state=seed)
    for fold, (tr, va) in enumerate(folds.split(X, y)):
        p, losses[s, fold] = run_fold(fold, seed, tr, va)
        oof[va] += p / len(SEEDS)

print("CV log loss:", losses.mean().round(5))

thresholds = np.arange(0.1, 0.9, 0.02)
f1s = [f1_score(y, oof > t) for t in thresholds]
best_t = thresholds[int(np.argmax(f1s))]
best_f1 = max(f1s)
print(f"best threshold {best_t:.2f}: F1 {best_f1:.4f} (at 0.5: {f1_score(y, oof > 0.5):.4f})")
