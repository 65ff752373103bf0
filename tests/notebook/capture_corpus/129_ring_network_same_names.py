# %%
import torch
from torch import nn

torch.manual_seed(12)
angle = torch.rand(600) * 6.2832
which = (torch.arange(600) % 2).float()
radius = 1 + which + 0.25 * torch.randn(600)
points = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
train_x, train_y, valid_x, valid_y = points[:450], which[:450], points[450:], which[450:]

# %%
# The lecture's first network, kept for comparison
hidden = 256
dropout = 0.5
rate = 0.001
activation = "sigmoid"
layers = 4
first_net = nn.Sequential(nn.Linear(2, hidden), nn.Sigmoid(), nn.Dropout(dropout), nn.Linear(hidden, 1))
print(sum(p.numel() for p in first_net.parameters()), "weights")

# %% track
class RingNet(nn.Module):
    def __init__(self, width, p):
        super().__init__()
        self.hidden = nn.Linear(2, width)
        self.activation = nn.ReLU()
        self.dropout = nn.Dropout(p)
        self.layers = nn.Sequential(nn.Linear(width, width), nn.ReLU())
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        hidden = self.activation(self.hidden(x))
        hidden = self.layers(self.dropout(hidden))
        return self.out(hidden).squeeze(-1)


def hit_rate(net, x, y):
    net.eval()
    with torch.no_grad():
        rate = ((net(x) > 0).float() == y).float().mean()
    return rate.item()


torch.manual_seed(1)
ring_net = RingNet(width=20, p=0.1)
optimizer = torch.optim.Adam(ring_net.parameters(), lr=0.02)
criterion = nn.BCEWithLogitsLoss()

for step in range(60):
    ring_net.train()
    optimizer.zero_grad()
    train_loss = criterion(ring_net(train_x), train_y)
    train_loss.backward()
    optimizer.step()

valid_hits = hit_rate(ring_net, valid_x, valid_y)
print(f"hit rate on the validation points: {valid_hits:.3f}")
