# %%
import copy

import torch
from torch import nn

torch.manual_seed(12)
X_train, X_val = torch.randn(60, 10), torch.randn(60, 10)
true_w = torch.tensor([1.5, -2.0, 0.7] + [0.0] * 7)
y_train = X_train @ true_w + 0.8 * torch.randn(60)
y_val = X_val @ true_w + 0.8 * torch.randn(60)

# %% track
max_epochs = 300
patience = 8
min_delta = 1e-3

net = nn.Sequential(nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
loss_fn = nn.MSELoss()

best_val_loss = float("inf")
best_epoch = 0
wait = 0
for epoch in range(max_epochs):
    net.train()
    optimizer.zero_grad()
    train_loss = loss_fn(net(X_train).squeeze(), y_train)
    train_loss.backward()
    optimizer.step()

    net.eval()
    with torch.no_grad():
        val_loss = loss_fn(net(X_val).squeeze(), y_val).item()

    if val_loss < best_val_loss - min_delta:
        best_val_loss = val_loss
        best_epoch = epoch
        best_weights = copy.deepcopy(net.state_dict())
        wait = 0
    else:
        wait += 1
        if wait >= patience:
            print(f"stopped at epoch {epoch}")
            break
    if epoch % 10 == 0:
        print(f"epoch {epoch}: train {train_loss.item():.4f}, val {val_loss:.4f}")

net.load_state_dict(best_weights)
print(f"best validation loss {best_val_loss:.4f} at epoch {best_epoch}")
