# %%
import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

digits = load_digits()
images = torch.tensor(digits.data, dtype=torch.float32) / 16

# %%
class VAE(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.fc1 = nn.Linear(64, 32)
        self.fc21 = nn.Linear(32, latent)
        self.fc22 = nn.Linear(32, latent)
        self.fc3 = nn.Linear(latent, 32)
        self.fc4 = nn.Linear(32, 64)

    def forward(self, x):
        h1 = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h1), self.fc22(h1)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x, reduction='sum')
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


def train(epoch):
    model.train()
    train_loss = 0
    for batch_idx, (data,) in enumerate(train_loader):
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
        if batch_idx % args.log_interval == 0:
            print('Train Epoch: {} [{:3.0f}%]\tLoss: {:.6f}'.format(
                epoch, 100. * batch_idx / len(train_loader), loss.item() / len(data)))
    print('====> Epoch: {} Average loss: {:.4f}'.format(epoch, train_loss / len(train_loader.dataset)))


def test(epoch):
    model.eval()
    test_loss = 0
    with torch.no_grad():
        for (data,) in test_loader:
            recon_batch, mu, logvar = model(data)
            test_loss += loss_function(recon_batch, data, mu, logvar).item()
    test_loss /= len(test_loader.dataset)
    print('====> Test set loss: {:.4f}'.format(test_loss))


# %% track
parser = argparse.ArgumentParser(description='VAE on digits')
parser.add_argument('--batch-size', type=int, default=48, metavar='N', help='pictures in a batch')
parser.add_argument('--epochs', type=int, default=5, metavar='N', help='passes over the data')
parser.add_argument('--latent', type=int, default=4)
parser.add_argument('--lr', type=float, default=2e-3)
parser.add_argument('--seed', type=int, default=1, metavar='S', help='random seed')
parser.add_argument('--log-interval', type=int, default=10, metavar='N', help='batches between two lines of log')
args = parser.parse_args([])
torch.manual_seed(args.seed)

train_loader = DataLoader(TensorDataset(images[:1200]), batch_size=args.batch_size, shuffle=True)
test_loader = DataLoader(TensorDataset(images[1200:]), batch_size=args.batch_size, shuffle=False)
model = VAE(args.latent)
optimizer = optim.Adam(model.parameters(), lr=args.lr)

for epoch in range(1, args.epochs + 1):
    train(epoch)
    test(epoch)
