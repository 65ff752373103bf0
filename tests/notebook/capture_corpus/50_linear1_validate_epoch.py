# %%
import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader

torch.manual_seed(42)
digits = load_digits()
threes = torch.tensor(digits.images[digits.target == 3], dtype=torch.float32) / 16
sevens = torch.tensor(digits.images[digits.target == 7], dtype=torch.float32) / 16
cut = 130
train_x = torch.cat([threes[:cut], sevens[:cut]]).view(-1, 8 * 8)
train_y = torch.tensor([1] * cut + [0] * cut).unsqueeze(1)
valid_x = torch.cat([threes[cut:], sevens[cut:]]).view(-1, 8 * 8)
valid_y = torch.tensor([1] * (len(threes) - cut) + [0] * (len(sevens) - cut)).unsqueeze(1)
dl = DataLoader(list(zip(train_x, train_y)), batch_size=64, shuffle=True)
valid_dl = DataLoader(list(zip(valid_x, valid_y)), batch_size=64)


def init_params(size, std=1.0):
    return (torch.randn(size) * std).requires_grad_()


def linear1(xb):
    return xb @ weights + bias


def mnist_loss(predictions, targets):
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


def calc_grad(xb, yb, model):
    preds = model(xb)
    loss = mnist_loss(preds, yb)
    loss.backward()


def train_epoch(model, lr, params):
    for xb, yb in dl:
        calc_grad(xb, yb, model)
        for p in params:
            p.data -= p.grad * lr
            p.grad.zero_()


def batch_accuracy(xb, yb):
    preds = xb.sigmoid()
    correct = (preds > 0.5) == yb
    return correct.float().mean()


def validate_epoch(model):
    accs = [batch_accuracy(model(xb), yb) for xb, yb in valid_dl]
    return round(torch.stack(accs).mean().item(), 4)


# %% track
weights = init_params((8 * 8, 1))
bias = init_params(1)
lr = 0.25
params = weights, bias
for i in range(15):
    train_epoch(linear1, lr, params)
    print(validate_epoch(linear1), end=' ')
