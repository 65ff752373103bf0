# %%
import matplotlib.pyplot as plt
import torch
from torch import nn

torch.manual_seed(42)
x = torch.linspace(-3, 3, 200).unsqueeze(1)
y = torch.sin(x) + 0.1 * torch.randn_like(x)

# %%
class Regressor(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.hidden = nn.Linear(1, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


# %% track
model = Regressor(hidden=20)
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

epochs = 500
for epoch in range(epochs):
    # forward pass
    y_pred = model(x)
    loss = loss_fn(y_pred, y)

    # backward pass
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    if (epoch + 1) % 100 == 0:
        print(f"Epoch [{epoch + 1}/{epochs}], Loss: {loss.item():.4f}")

model.eval()
with torch.no_grad():
    predicted = model(x)
plt.scatter(x.numpy(), y.numpy(), s=5, label="data")
plt.plot(x.numpy(), predicted.numpy(), "r", lw=2, label="fit")
plt.legend()
plt.show()
