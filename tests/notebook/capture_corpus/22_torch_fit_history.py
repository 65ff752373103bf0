# %%
import torch
import torch.nn.functional as F
from sklearn.datasets import load_iris
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
iris = load_iris()
order = torch.randperm(150)
x = torch.tensor(iris.data, dtype=torch.float32)[order]
x = (x - x.mean(0)) / x.std(0)
y = torch.tensor(iris.target)[order]
x_train, x_valid, y_train, y_valid = x[:110], x[110:], y[:110], y[110:]
bs = 16

# %%
def get_data(bs):
    return (
        DataLoader(TensorDataset(x_train, y_train), batch_size=bs, shuffle=True),
        DataLoader(TensorDataset(x_valid, y_valid), batch_size=bs * 2),
    )


def get_model(lr, momentum=0.0):
    model = nn.Linear(4, 3)
    return model, optim.SGD(model.parameters(), lr=lr, momentum=momentum)


def accuracy(out, yb):
    return (out.argmax(dim=1) == yb).float().mean()


def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = {"train_loss": [], "valid_loss": []}
    for epoch in range(epochs):
        model.train()
        seen, summed = 0, 0.0
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
            seen += len(xb)
            summed += loss.item() * len(xb)
        model.eval()
        with torch.no_grad():
            valid = sum(loss_func(model(xb), yb).item() * len(xb) for xb, yb in valid_dl)
        history["train_loss"].append(summed / seen)
        history["valid_loss"].append(valid / len(y_valid))
        print(epoch, history["valid_loss"][-1])
    return history


# %% track
lr = 0.1
train_dl, valid_dl = get_data(bs)
model, opt = get_model(lr, momentum=0.9)
history = fit(9, model, F.cross_entropy, opt, train_dl, valid_dl)
valid_acc = accuracy(model(x_valid), y_valid)
print(f"validation accuracy {valid_acc:.3f}")
