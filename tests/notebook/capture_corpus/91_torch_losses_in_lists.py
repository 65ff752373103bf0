# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
X, y = load_breast_cancer(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.25, random_state=1)
scaler = StandardScaler()
X_train = torch.tensor(scaler.fit_transform(X_train), dtype=torch.float32)
X_val = torch.tensor(scaler.transform(X_val), dtype=torch.float32)
y_train = torch.tensor(y_train, dtype=torch.float32).view(-1, 1)
y_val = torch.tensor(y_val, dtype=torch.float32).view(-1, 1)

# %%
model = nn.Sequential(
    nn.Linear(30, 16),
    nn.ReLU(),
    nn.Linear(16, 1),
    nn.Sigmoid(),
)
print(model)

# %% track
n_epochs = 20
batch_size = 32
lr = 0.05

train_loader = DataLoader(TensorDataset(X_train, y_train), batch_size=batch_size, shuffle=True)
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)

train_losses = []
val_losses = []
val_accs = []
for epoch in range(n_epochs):
    model.train()
    batch_losses = []
    for xb, yb in train_loader:
        optimizer.zero_grad()
        pred = model(xb)
        loss = criterion(pred, yb)
        loss.backward()
        optimizer.step()
        batch_losses.append(loss.item())
    train_losses.append(np.mean(batch_losses))

    model.eval()
    with torch.no_grad():
        pred = model(X_val)
        val_losses.append(criterion(pred, y_val).item())
        val_accs.append((pred.round() == y_val).float().mean().item())

    if epoch % 5 == 0 or epoch == n_epochs - 1:
        print(f"Epoch {epoch}: train {train_losses[-1]:.4f}, val {val_losses[-1]:.4f}, acc {val_accs[-1]:.3f}")

plt.plot(train_losses, label="train")
plt.plot(val_losses, label="validation")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()
print("Best validation accuracy:", max(val_accs))
