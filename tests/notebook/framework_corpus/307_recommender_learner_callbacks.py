# %%
from types import SimpleNamespace

import numpy as np
import pandas as pd
import torch
from torch import nn
from tqdm.auto import tqdm

# %%
rs = np.random.RandomState(99)
N_USERS, N_MOVIES = 150, 80
taste = rs.normal(size=(N_USERS, 3))
genre = rs.normal(size=(N_MOVIES, 3))
pairs = rs.choice(N_USERS * N_MOVIES, 5000, replace=False)
ratings = pd.DataFrame({"user": pairs // N_MOVIES, "movie": pairs % N_MOVIES})
raw = 3.2 + (taste[ratings.user] * genre[ratings.movie]).sum(1) * 0.6 + rs.normal(0, 0.3, len(ratings))
ratings["stars"] = raw.clip(0.5, 5).round(1)
is_valid = rs.rand(len(ratings)) < 0.2

def to_tensors(df):
    return torch.tensor(df[["user", "movie"]].values), torch.tensor(df.stars.values, dtype=torch.float32)

dls = SimpleNamespace(train=to_tensors(ratings[~is_valid]), valid=to_tensors(ratings[is_valid]))

# %%
class DotBias(nn.Module):
    def __init__(self, n_factors, y_range=(0, 5.5)):
        super().__init__()
        self.u, self.m = nn.Embedding(N_USERS, n_factors), nn.Embedding(N_MOVIES, n_factors)
        self.ub, self.mb = nn.Embedding(N_USERS, 1), nn.Embedding(N_MOVIES, 1)
        self.y_range = y_range
        for e in (self.u, self.m, self.ub, self.mb):
            nn.init.normal_(e.weight, 0, 0.05)

    def forward(self, x):
        dot = (self.u(x[:, 0]) * self.m(x[:, 1])).sum(1, keepdim=True)
        lo, hi = self.y_range
        return torch.sigmoid(dot + self.ub(x[:, 0]) + self.mb(x[:, 1])).squeeze(1) * (hi - lo) + lo


class Callback:
    def before_fit(self, learn): pass
    def after_epoch(self, learn): pass


class Recorder(Callback):
    def before_fit(self, learn):
        self.rows = []

    def after_epoch(self, learn):
        self.rows.append((learn.epoch, learn.train_loss, learn.valid_loss, learn.valid_rmse))

    def to_frame(self):
        return pd.DataFrame(self.rows, columns=["epoch", "train_loss", "valid_loss", "rmse"]).set_index("epoch")


class ProgressCB(Callback):
    def before_fit(self, learn):
        self.bar = tqdm(total=learn.n_epoch)

    def after_epoch(self, learn):
        self.bar.set_postfix(train=f"{learn.train_loss:.3f}", valid=f"{learn.valid_loss:.3f}")
        self.bar.update()


class Learner:
    def __init__(self, dls, model, loss_func, opt_func=torch.optim.Adam, cbs=()):
        self.dls, self.model, self.loss_func, self.opt_func = dls, model, loss_func, opt_func
        self.cbs = list(cbs)

    def _call(self, name):
        for cb in self.cbs:
            getattr(cb, name)(self)

    def fit_one_cycle(self, n_epoch, lr_max, wd=0.0, bs=256):
        self.n_epoch = n_epoch
        x, y = self.dls.train
        steps = (len(y) + bs - 1) // bs
        opt = self.opt_func(self.model.parameters(), lr=lr_max, weight_decay=wd)
        sched = torch.optim.lr_scheduler.OneCycleLR(opt, lr_max, total_steps=n_epoch * steps)
        self._call("before_fit")
        for self.epoch in range(n_epoch):
            self.model.train()
            tot = 0.0
            for idx in torch.randperm(len(y)).split(bs):
                loss = self.loss_func(self.model(x[idx]), y[idx])
                loss.backward()
                opt.step()
                sched.step()
                opt.zero_grad()
                tot += loss.item() * len(idx)
            self.train_loss = tot / len(y)
            self.model.eval()
            with torch.no_grad():
                vx, vy = self.dls.valid
                self.valid_loss = self.loss_func(self.model(vx), vy).item()
            self.valid_rmse = self.valid_loss**0.5
            self._call("after_epoch")


# %% track
torch.manual_seed(0)
rec = Recorder()
learn = Learner(dls, DotBias(12), nn.MSELoss(), cbs=[rec, ProgressCB()])
learn.fit_one_cycle(15, 2e-2, wd=1e-5)
rec.to_frame().tail(3)
