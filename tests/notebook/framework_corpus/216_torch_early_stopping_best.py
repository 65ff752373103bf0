# %%
import copy
import logging

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
log = logging.getLogger("tumour")

bunch = load_breast_cancer()
perm = np.random.RandomState(4).permutation(len(bunch.target))
Z = StandardScaler().fit_transform(bunch.data)[perm].astype("float32")
t = bunch.target[perm].astype("float32")
Xtr, Xva, Xte = (torch.from_numpy(a) for a in np.split(Z, [350, 460]))
ytr, yva, yte = (torch.from_numpy(a) for a in np.split(t, [350, 460]))


# %%
class EarlyStopping:
    def __init__(self, patience=7, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best = float("inf")
        self.bad_epochs = 0
        self.best_state = None

    def __call__(self, loss, model):
        if loss < self.best - self.min_delta:
            self.best, self.bad_epochs = loss, 0
            self.best_state = copy.deepcopy(model.state_dict())
        else:
            self.bad_epochs += 1
        return self.bad_epochs >= self.patience


# %% track
torch.manual_seed(4)
MAX_EPOCHS = 200
net = nn.Sequential(nn.Linear(30, 20), nn.BatchNorm1d(20), nn.LeakyReLU(0.1), nn.Dropout(p=0.25), nn.Linear(20, 1))
opt = torch.optim.RAdam(net.parameters(), lr=8e-3, weight_decay=1e-3)
bce = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(1.5))
stopper = EarlyStopping(patience=8, min_delta=5e-4)

for epoch in range(MAX_EPOCHS):
    net.train()
    epoch_loss = 0.0
    for batch in torch.randperm(len(Xtr)).split(50):
        opt.zero_grad()
        loss = bce(net(Xtr[batch]).flatten(), ytr[batch])
        loss.backward()
        opt.step()
        epoch_loss += loss.item() * len(batch) / len(Xtr)

    net.eval()
    with torch.no_grad():
        valid_loss = bce(net(Xva).flatten(), yva).item()
    log.info("epoch %3d  train %.4f  valid %.4f", epoch, epoch_loss, valid_loss)
    if stopper(valid_loss, net):
        log.info("no gain for %d epochs, stop at epoch %d", stopper.patience, epoch)
        break

net.load_state_dict(stopper.best_state)
net.eval()
with torch.no_grad():
    scores = torch.sigmoid(net(Xte).flatten())
test_acc = ((scores > 0.5).float() == yte).float().mean().item()
test_ap = average_precision_score(yte, scores)
log.info("best valid loss %.4f | test acc %.4f | test AP %.4f", stopper.best, test_acc, test_ap)
