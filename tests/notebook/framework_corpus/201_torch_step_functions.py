# %%
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

device = "cuda" if torch.cuda.is_available() else "cpu"
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16.0
targets = torch.tensor(digits.target)
train_ds, valid_ds = random_split(
    TensorDataset(images, targets), [1437, 360], generator=torch.Generator().manual_seed(0)
)

# %%
class TinyConv(nn.Module):
    def __init__(self, hidden_units: int, n_classes: int = 10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, hidden_units, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(hidden_units, hidden_units, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.head = nn.Linear(hidden_units * 4, n_classes)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))


def train_step(model, loader, loss_fn, optimizer):
    model.train()
    total_loss, total_right, n = 0.0, 0, 0
    for xb, yb in loader:
        xb, yb = xb.to(device), yb.to(device)
        logits = model(xb)
        loss = loss_fn(logits, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(xb)
        total_right += (logits.argmax(1) == yb).sum().item()
        n += len(xb)
    return total_loss / n, total_right / n


@torch.inference_mode()
def valid_step(model, loader, loss_fn):
    model.eval()
    total_loss, total_right, n = 0.0, 0, 0
    for xb, yb in loader:
        logits = model(xb.to(device))
        total_loss += loss_fn(logits, yb.to(device)).item() * len(xb)
        total_right += (logits.argmax(1).cpu() == yb).sum().item()
        n += len(xb)
    return total_loss / n, total_right / n


def fit(model, train_loader, valid_loader, optimizer, loss_fn, epochs):
    results = {"train_loss": [], "train_acc": [], "valid_loss": [], "valid_acc": []}
    for epoch in range(epochs):
        train_loss, train_acc = train_step(model, train_loader, loss_fn, optimizer)
        valid_loss, valid_acc = valid_step(model, valid_loader, loss_fn)
        print(
            f"epoch {epoch + 1} | train_loss: {train_loss:.4f} | train_acc: {train_acc:.4f} | "
            f"valid_loss: {valid_loss:.4f} | valid_acc: {valid_acc:.4f}"
        )
        results["train_loss"].append(train_loss)
        results["train_acc"].append(train_acc)
        results["valid_loss"].append(valid_loss)
        results["valid_acc"].append(valid_acc)
    return results


# %% track
NUM_EPOCHS = 6
BATCH_SIZE = 32
HIDDEN_UNITS = 12

torch.manual_seed(42)
train_loader = DataLoader(train_ds, batch_size=BATCH_SIZE, shuffle=True)
valid_loader = DataLoader(valid_ds, batch_size=BATCH_SIZE)

model_0 = TinyConv(hidden_units=HIDDEN_UNITS).to(device)
results = fit(
    model_0,
    train_loader,
    valid_loader,
    optimizer=torch.optim.Adam(model_0.parameters(), lr=2e-3),
    loss_fn=nn.CrossEntropyLoss(),
    epochs=NUM_EPOCHS,
)
