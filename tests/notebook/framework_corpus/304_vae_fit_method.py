# %%
from collections import defaultdict

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
images, labels = load_digits(return_X_y=True)
images = torch.from_numpy(images).float() / 16.0
loader = DataLoader(TensorDataset(images), batch_size=100, shuffle=True)

# %%
class VAE(nn.Module):
    def __init__(self, n_in=64, n_hidden=48, n_latent=2, beta=1.0):
        super().__init__()
        self.beta = beta
        self.enc = nn.Linear(n_in, n_hidden)
        self.mu = nn.Linear(n_hidden, n_latent)
        self.logvar = nn.Linear(n_hidden, n_latent)
        self.dec = nn.Sequential(nn.Linear(n_latent, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_in))
        self.history = defaultdict(list)

    def encode(self, x):
        h = F.relu(self.enc(x))
        return self.mu(h), self.logvar(h)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.dec(z), mu, logvar

    def loss_parts(self, x):
        x_hat, mu, logvar = self(x)
        recon = F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum") / len(x)
        kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / len(x)
        return recon, kl

    def fit(self, loader, n_epochs=10, lr=1e-3):
        opt = optim.Adam(self.parameters(), lr=lr)
        for epoch in range(n_epochs):
            sums = torch.zeros(2)
            for (x,) in loader:
                recon, kl = self.loss_parts(x)
                loss = recon + self.beta * kl
                opt.zero_grad()
                loss.backward()
                opt.step()
                sums += torch.stack([recon, kl]).detach() * len(x)
            r, k = (sums / len(loader.dataset)).tolist()
            self.history["recon"].append(r)
            self.history["kl"].append(k)
            self.history["elbo"].append(-(r + k))
            if (epoch + 1) % 5 == 0:
                print("====> Epoch {}: ELBO {:.2f} (recon {:.2f}, KL {:.2f})".format(epoch + 1, -(r + k), r, k))
        return self


# %% track
vae = VAE(n_latent=6, beta=0.5).fit(loader, n_epochs=25, lr=4e-3)

fig, ax = plt.subplots(1, 2, figsize=(9, 3))
ax[0].plot(vae.history["recon"], color="tab:red")
ax[1].plot(vae.history["kl"], ls="--")
plt.close(fig)

with torch.no_grad():
    z, _ = vae.encode(images)
    active_units = int((z.var(0) > 0.05).sum())

# how much of the class is in the code?
probe = KNeighborsClassifier(n_neighbors=7)
probe_scores = cross_val_score(probe, z.numpy(), labels, cv=4)
print("active units:", active_units)
print("probe accuracy: %.3f (std %.3f)" % (probe_scores.mean(), probe_scores.std()))
