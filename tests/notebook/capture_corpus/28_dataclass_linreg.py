# %%
from dataclasses import dataclass

import torch


@dataclass
class TrainConfig:
    lr: float = 0.03
    num_epochs: int = 3
    batch_size: int = 10


def synthetic_data(w, b, num_examples):
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = X @ w + b
    return X, (y + torch.normal(0, 0.1, y.shape)).reshape(-1, 1)


torch.manual_seed(8)
true_w, true_b = torch.tensor([2.0, -3.4]), 4.2
features, labels = synthetic_data(true_w, true_b, 500)

# %%
def data_iter(batch_size, features, labels):
    order = torch.randperm(len(features))
    for i in range(0, len(features), batch_size):
        yield features[order[i : i + batch_size]], labels[order[i : i + batch_size]]


def linreg(X, w, b):
    return X @ w + b


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, lr):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad
            param.grad.zero_()


# %% track
cfg = TrainConfig(lr=0.01, num_epochs=8, batch_size=20)
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)

for epoch in range(cfg.num_epochs):
    for X, y in data_iter(cfg.batch_size, features, labels):
        l = squared_loss(linreg(X, w, b), y)
        l.mean().backward()
        sgd([w, b], cfg.lr)
    with torch.no_grad():
        train_l = squared_loss(linreg(features, w, b), labels)
        print(f"epoch {epoch + 1}, loss {float(train_l.mean()):f}")

w_error = (true_w - w.detach().reshape(-1)).abs().max().item()
b_error = (true_b - b.detach()).abs().item()
print(f"error in estimating w: {w_error:.4f}, b: {b_error:.4f}")
