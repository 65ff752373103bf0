# %% [markdown]
# # A multilayer perceptron, concise version

# %%
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils import data

# %%
def load_data_digits(batch_size, test_size=0.25):
    X, y = load_digits(return_X_y=True)
    X_tr, X_te, y_tr, y_te = train_test_split(X / 16, y, test_size=test_size, random_state=0)
    train = data.TensorDataset(torch.tensor(X_tr, dtype=torch.float32), torch.tensor(y_tr))
    test = data.TensorDataset(torch.tensor(X_te, dtype=torch.float32), torch.tensor(y_te))
    return data.DataLoader(train, batch_size, shuffle=True), data.DataLoader(test, batch_size, shuffle=False)


class Accumulator:
    """Sums over n quantities."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def __getitem__(self, idx):
        return self.data[idx]


def accuracy(y_hat, y):
    return float((y_hat.argmax(axis=1) == y).sum())


def evaluate_accuracy(net, data_iter):
    net.eval()
    metric = Accumulator(2)
    with torch.no_grad():
        for X, y in data_iter:
            metric.add(accuracy(net(X), y), y.numel())
    return metric[0] / metric[1]


def train_epoch(net, train_iter, loss, updater):
    net.train()
    metric = Accumulator(3)
    for X, y in train_iter:
        y_hat = net(X)
        l = loss(y_hat, y)
        updater.zero_grad()
        l.mean().backward()
        updater.step()
        metric.add(l.sum(), accuracy(y_hat, y), y.numel())
    return metric[0] / metric[2], metric[1] / metric[2]


def train(net, train_iter, test_iter, loss, num_epochs, updater):
    for epoch in range(num_epochs):
        train_metrics = train_epoch(net, train_iter, loss, updater)
        test_acc = evaluate_accuracy(net, test_iter)
        train_loss, train_acc = train_metrics
        print(f"epoch {epoch + 1}, loss {train_loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    assert train_loss < 1.0, train_loss


# %% track
torch.manual_seed(42)
batch_size, lr, num_epochs = 64, 0.25, 8
num_inputs, num_hiddens, num_outputs = 64, 128, 10

net = nn.Sequential(
    nn.Flatten(),
    nn.Linear(num_inputs, num_hiddens),
    nn.ReLU(),
    nn.Dropout(0.2),
    nn.Linear(num_hiddens, num_outputs),
)


def init_weights(m):
    if type(m) == nn.Linear:
        nn.init.normal_(m.weight, std=0.05)


net.apply(init_weights)
loss = nn.CrossEntropyLoss(reduction="none")
trainer = torch.optim.SGD(net.parameters(), lr=lr, weight_decay=1e-4)

train_iter, test_iter = load_data_digits(batch_size)
train(net, train_iter, test_iter, loss, num_epochs, trainer)
