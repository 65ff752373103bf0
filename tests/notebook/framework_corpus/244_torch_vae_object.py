# %%
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(70)
pixels = torch.tensor(load_digits().data, dtype=torch.float32) / 16
pixels = pixels[torch.randperm(len(pixels))]


class VAE(nn.Module):
    """Bernoulli decoder, Gaussian code; holds its optimizer and its losses."""

    def __init__(self, latent_dim=2, hidden_dim=64, beta=1.0, lr=1e-3):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(64, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 2 * latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 64))
        self.beta = beta
        self.optim = torch.optim.Adam(self.parameters(), lr=lr)
        self.elbo_trace = []

    def losses(self, x):
        mu, logvar = self.enc(x).chunk(2, dim=1)
        code = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        rec = F.binary_cross_entropy_with_logits(self.dec(code), x, reduction="sum") / len(x)
        kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum() / len(x)
        return rec, kl

    def fit(self, data, n_epochs=20, minibatch=128):
        for epoch in range(n_epochs):
            epoch_elbo = 0.0
            for x in data[torch.randperm(len(data))].split(minibatch):
                rec, kl = self.losses(x)
                self.optim.zero_grad()
                (rec + self.beta * kl).backward()
                self.optim.step()
                epoch_elbo -= (rec + kl).item() * len(x)
            self.elbo_trace.append(epoch_elbo / len(data))
            if epoch % 10 == 9:
                print(f"{epoch + 1:3d} epochs, ELBO {self.elbo_trace[-1]:.2f}")
        return self

    @torch.no_grad()
    def evaluate(self, data):
        rec, kl = self.losses(data)
        return {"reconstruction": rec.item(), "kl": kl.item(), "neg_elbo": (rec + kl).item()}


# %% track
vae = VAE(latent_dim=6, beta=0.7, lr=4e-3).fit(pixels[:1500], n_epochs=30)
held_out = vae.evaluate(pixels[1500:])
held_out
