# %%
import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(999)
digits = load_digits()
sevens = torch.tensor(digits.data[digits.target == 7], dtype=torch.float32) / 8 - 1
dataloader = DataLoader(TensorDataset(sevens), batch_size=32, shuffle=True)

nz = 10  # numbers that a picture is made from
num_epochs = 9
lr = 0.002
beta1 = 0.5  # of Adam

netG = nn.Sequential(nn.Linear(nz, 32), nn.ReLU(True), nn.Linear(32, 64), nn.Tanh())
netD = nn.Sequential(nn.Linear(64, 32), nn.LeakyReLU(0.2, inplace=True), nn.Linear(32, 1), nn.Sigmoid())

# %% track
criterion = nn.BCELoss()
fixed_noise = torch.randn(16, nz)
real_label = 1.
fake_label = 0.
optimizerD = optim.Adam(netD.parameters(), lr=lr, betas=(beta1, 0.999))
optimizerG = optim.Adam(netG.parameters(), lr=lr, betas=(beta1, 0.999))

# for the plot
img_list = []
G_losses = []
D_losses = []
iters = 0

print("Go")
for epoch in range(num_epochs):
    for i, data in enumerate(dataloader, 0):
        # (1) the judge: true pictures, then forged ones
        netD.zero_grad()
        real = data[0]
        b_size = real.size(0)
        label = torch.full((b_size,), real_label)
        output = netD(real).view(-1)
        errD_real = criterion(output, label)
        errD_real.backward()
        D_x = output.mean().item()

        noise = torch.randn(b_size, nz)
        fake = netG(noise)
        label.fill_(fake_label)
        output = netD(fake.detach()).view(-1)
        errD_fake = criterion(output, label)
        errD_fake.backward()
        D_G_z1 = output.mean().item()
        errD = errD_real + errD_fake
        optimizerD.step()

        # (2) the forger: what the judge should have taken for true
        netG.zero_grad()
        label.fill_(real_label)
        output = netD(fake).view(-1)
        errG = criterion(output, label)
        errG.backward()
        D_G_z2 = output.mean().item()
        optimizerG.step()

        if iters % 20 == 0:
            print('[%d/%d][%d/%d]\tLoss_D: %.4f\tLoss_G: %.4f\tD(x): %.4f\tD(G(z)): %.4f / %.4f'
                  % (epoch, num_epochs, i, len(dataloader), errD.item(), errG.item(), D_x, D_G_z1, D_G_z2))

        G_losses.append(errG.item())
        D_losses.append(errD.item())

        if iters % 40 == 0:  # how do the forgeries look by now?
            with torch.no_grad():
                img_list.append(netG(fixed_noise).view(-1, 8, 8))
        iters += 1

plt.figure(figsize=(10, 5))
plt.title("Judge and forger")
plt.plot(G_losses, label="G")
plt.plot(D_losses, label="D")
plt.legend()
plt.show()
