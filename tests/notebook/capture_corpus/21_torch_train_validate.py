# %%
import torch
from sklearn.datasets import make_moons
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(3)
X, y = make_moons(n_samples=600, noise=0.2, random_state=3)
dataset = TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y))
train_ds, val_ds = random_split(dataset, [450, 150])

# %% track
num_epochs = 15
hidden_size = 16
device = torch.device("cpu")

train_loader = DataLoader(train_ds, batch_size=50, shuffle=True)
val_loader = DataLoader(val_ds, batch_size=50)
model = nn.Sequential(nn.Linear(2, hidden_size), nn.Tanh(), nn.Linear(hidden_size, 2)).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-4)

for epoch in range(num_epochs):
    model.train()
    running_loss = 0.0
    correct = 0
    total = 0
    for inputs, targets in train_loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        logits = model(inputs)
        loss = criterion(logits, targets)
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * inputs.size(0)
        correct += (logits.argmax(dim=1) == targets).sum().item()
        total += targets.size(0)
    train_loss = running_loss / total
    train_acc = correct / total

    model.eval()
    val_loss = 0.0
    val_correct = 0
    with torch.no_grad():
        for inputs, targets in val_loader:
            logits = model(inputs)
            val_loss += criterion(logits, targets).item() * inputs.size(0)
            val_correct += (logits.argmax(dim=1) == targets).sum().item()
    val_loss /= len(val_ds)
    val_acc = val_correct / len(val_ds)

    print(
        f"Epoch {epoch + 1:02d}/{num_epochs} | train loss {train_loss:.4f} acc {train_acc:.3f}"
        f" | val loss {val_loss:.4f} acc {val_acc:.3f}"
    )
