# %%
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

data = load_digits()
images = torch.tensor(data.images, dtype=torch.float32).reshape(-1, 64) / 16
labels = torch.tensor(data.target)
x_train, y_train = images[:1200], labels[:1200]
x_val, y_val = images[1200:1500], labels[1200:1500]
x_test, y_test = images[1500:], labels[1500:]

# %%
# Yesterday's run, plain SGD with a schedule
momentum = 0.95
gamma = 0.3
torch.manual_seed(0)
net = nn.Linear(64, 10)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2, momentum=momentum)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=gamma)
for _ in range(15):
    optimizer.zero_grad()
    F.cross_entropy(net(x_train), y_train).backward()
    optimizer.step()
    scheduler.step()
test_acc = (net(x_test).argmax(1) == y_test).float().mean().item()
swa_acc = 0.8741  # with averaged weights, from the slides

# %% track
optimizer_name = "adamw"
epochs = 8
use_scheduler = False
final_evaluation = False  # keep the test set for the end!

torch.manual_seed(4)
net = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10))

match optimizer_name:
    case "sgd":
        momentum = 0.9
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=momentum)
    case "adam":
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    case "adamw":
        weight_decay = 0.05
        optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=weight_decay)
    case other:
        raise ValueError(f"what is {other}?")

if use_scheduler:
    gamma = 0.7
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)

for epoch in range(epochs):
    perm = torch.randperm(len(x_train))
    for idx in perm.split(100):
        optimizer.zero_grad()
        F.cross_entropy(net(x_train[idx]), y_train[idx]).backward()
        optimizer.step()
    if use_scheduler:
        scheduler.step()
    with torch.no_grad():
        logits = net(x_val)
        val_loss = F.cross_entropy(logits, y_val).item()
        val_acc = (logits.argmax(1) == y_val).float().mean().item()
    print(f"epoch {epoch + 1}: val loss {val_loss:.4f}, val acc {val_acc:.4f}")

if final_evaluation:
    with torch.no_grad():
        test_acc = (net(x_test).argmax(1) == y_test).float().mean().item()
elif use_scheduler:
    swa_acc = val_acc
