# %%
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm.auto import tqdm

rng = np.random.default_rng(400)
N_USERS, N_ITEMS = 120, 80
taste = rng.normal(size=(N_USERS, 3))
flavour = rng.normal(size=(N_ITEMS, 3))
u = rng.integers(0, N_USERS, 5000)
i = rng.integers(0, N_ITEMS, 5000)
stars = np.clip(3 + 0.8 * (taste[u] * flavour[i]).sum(1) + rng.normal(0, 0.3, 5000), 1, 5)

u, i = torch.as_tensor(u), torch.as_tensor(i)
stars = torch.as_tensor(stars, dtype=torch.float32)
train_data = TensorDataset(u[:4000], i[:4000], stars[:4000])
test_u, test_i, test_stars = u[4000:], i[4000:], stars[4000:]


class MatrixFactorization(nn.Module):
    def __init__(self, n_users, n_items, n_factors=20):
        super().__init__()
        self.user_factors = nn.Embedding(n_users, n_factors)
        self.item_factors = nn.Embedding(n_items, n_factors)
        self.user_bias = nn.Embedding(n_users, 1)
        self.item_bias = nn.Embedding(n_items, 1)
        self.mu = nn.Parameter(torch.tensor(3.0))
        for emb in (self.user_factors, self.item_factors):
            nn.init.normal_(emb.weight, std=0.1)
        for emb in (self.user_bias, self.item_bias):
            nn.init.zeros_(emb.weight)

    def forward(self, user, item):
        dot = (self.user_factors(user) * self.item_factors(item)).sum(1)
        return dot + self.user_bias(user).squeeze(1) + self.item_bias(item).squeeze(1) + self.mu


# %% track
NUM_FACTORS = 4
lr, reg = 0.02, 1e-5
torch.manual_seed(400)

mf = MatrixFactorization(N_USERS, N_ITEMS, NUM_FACTORS)
loader = DataLoader(train_data, batch_size=200, shuffle=True)
optimizer = torch.optim.Adam(mf.parameters(), lr=lr, weight_decay=reg)
criterion = nn.MSELoss()

pbar = tqdm(range(12), desc="epochs")
for epoch in pbar:
    losses = []
    for user, item, rating in tqdm(loader, leave=False):
        loss = criterion(mf(user, item), rating)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        rmse = criterion(mf(test_u, test_i), test_stars).sqrt().item()
    pbar.set_postfix(train_loss=np.mean(losses), test_rmse=rmse)

with torch.no_grad():
    hit = ((mf(test_u, test_i) >= 4) == (test_stars >= 4)).float().mean()
print(f"liked / not liked told apart: {hit.item():.3f}")
