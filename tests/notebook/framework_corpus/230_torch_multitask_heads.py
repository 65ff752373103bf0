# %%
import pandas as pd
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

g = torch.Generator().manual_seed(19)
signals = torch.randn(1600, 12, generator=g)
mixer = torch.randn(12, 4, generator=g)
latent = torch.tanh(signals @ mixer / 3)
machine_type = latent[:, :3].argmax(1)
remaining_life = latent.sum(1) * 10 + 50 + torch.randn(1600, generator=g)
remaining_life = (remaining_life - 50) / 10
ds_train = TensorDataset(signals[:1200], machine_type[:1200], remaining_life[:1200])
ds_dev = TensorDataset(signals[1200:], machine_type[1200:], remaining_life[1200:])


class TwoHeads(nn.Module):
    def __init__(self, n_shared=32, p_drop=0.1):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, n_shared), nn.ELU(), nn.Dropout(p_drop))
        self.kind = nn.Linear(n_shared, 3)
        self.life = nn.Linear(n_shared, 1)

    def forward(self, x):
        z = self.trunk(x)
        return self.kind(z), self.life(z).squeeze(-1)


# %%
def run_epoch(net, loader, loss_weights, opt=None):
    training = opt is not None
    net.train(training)
    sums = {"total": 0.0, "ce": 0.0, "l1": 0.0, "hits": 0}
    with torch.set_grad_enabled(training):
        for x, kind, life in loader:
            kind_logits, life_hat = net(x)
            ce = F.cross_entropy(kind_logits, kind, label_smoothing=0.05)
            l1 = F.smooth_l1_loss(life_hat, life)
            total = loss_weights["kind"] * ce + loss_weights["life"] * l1
            if training:
                opt.zero_grad(set_to_none=True)
                total.backward()
                opt.step()
            sums["total"] += total.item() * len(x)
            sums["ce"] += ce.item() * len(x)
            sums["l1"] += l1.item() * len(x)
            sums["hits"] += (kind_logits.argmax(1) == kind).sum().item()
    n = len(loader.dataset)
    return {"loss": sums["total"] / n, "ce": sums["ce"] / n, "l1": sums["l1"] / n, "acc": sums["hits"] / n}


# %% track
loss_weights = {"kind": 1.0, "life": 2.5}
n_epochs, bs = 10, 40
torch.manual_seed(0)

net = TwoHeads(n_shared=28)
opt = torch.optim.Adam(net.parameters(), lr=4e-3, betas=(0.9, 0.98))
train_dl, dev_dl = DataLoader(ds_train, bs, shuffle=True), DataLoader(ds_dev, 400)

log = []
for epoch in range(n_epochs):
    tr = run_epoch(net, train_dl, loss_weights, opt)
    dev = run_epoch(net, dev_dl, loss_weights)
    log.append({"epoch": epoch, **{f"train_{k}": v for k, v in tr.items()}, **{f"dev_{k}": v for k, v in dev.items()}})

log = pd.DataFrame(log).set_index("epoch")
log.tail(3)
