# %%
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Accumulator:
    """Sums over ``n`` variables."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def __getitem__(self, idx):
        return self.data[idx]


class Animator:
    """Would draw while the training goes on; here it keeps the points."""

    def __init__(self, xlabel=None, ylim=None, legend=()):
        self.xlabel, self.ylim, self.legend = xlabel, ylim, legend
        self.X, self.Y = [], [[] for _ in legend]

    def add(self, x, ys):
        self.X.append(x)
        for line, y in zip(self.Y, ys):
            line.append(y)


def accuracy(y_hat, y):
    """The number of right predictions."""
    return float((y_hat.argmax(axis=1) == y).sum())


def evaluate_accuracy(net, data_iter):
    metric = Accumulator(2)
    with torch.no_grad():
        for X, y in data_iter:
            metric.add(accuracy(net(X), y), y.numel())
    return metric[0] / metric[1]


torch.manual_seed(3)
digits = load_digits()
pixels = torch.tensor(digits.data, dtype=torch.float32) / 16
target = torch.tensor(digits.target)
batch_size = 64
train_iter = DataLoader(TensorDataset(pixels[:1024], target[:1024]), batch_size, shuffle=True)
test_iter = DataLoader(TensorDataset(pixels[1400:], target[1400:]), batch_size)

# %% track
net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10))
num_epochs, lr = 7, 0.3
loss = nn.CrossEntropyLoss(reduction="none")
trainer = torch.optim.SGD(net.parameters(), lr=lr)
animator = Animator(xlabel="epoch", ylim=[0.3, 0.9], legend=["train loss", "train acc", "test acc"])

for epoch in range(num_epochs):
    net.train()
    metric = Accumulator(3)  # loss, hits, examples
    for X, y in train_iter:
        y_hat = net(X)
        l = loss(y_hat, y)
        trainer.zero_grad()
        l.mean().backward()
        trainer.step()
        metric.add(l.sum(), accuracy(y_hat, y), y.numel())
    net.eval()
    test_acc = evaluate_accuracy(net, test_iter)
    animator.add(epoch + 1, (metric[0] / metric[2], metric[1] / metric[2], test_acc))

train_loss, train_acc = metric[0] / metric[2], metric[1] / metric[2]
print(f"loss {train_loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
