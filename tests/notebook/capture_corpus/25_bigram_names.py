# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

words = """ada bela cora dina elsa fina gesa hanna ida jana karla lena mara nora ona
paula rosa sara tina ulla vera wanda yara zita anton bruno carl dario emil franz georg
hugo ivan jakob konrad lukas martin nils otto paul rainer stefan tobias ulrich viktor""".split()
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
xs, ys = [], []
for w in words:
    chs = ["."] + list(w) + ["."]
    for ch1, ch2 in zip(chs, chs[1:]):
        xs.append(stoi[ch1])
        ys.append(stoi[ch2])
xs, ys = torch.tensor(xs), torch.tensor(ys)
num = xs.nelement()
vocab_size = len(stoi)

# %% track
g = torch.Generator().manual_seed(2024)
W = torch.randn((vocab_size, vocab_size), generator=g, requires_grad=True)
lossi = []

for k in range(120):
    # forward pass
    xenc = F.one_hot(xs, num_classes=vocab_size).float()
    logits = xenc @ W
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdim=True)
    loss = -probs[torch.arange(num), ys].log().mean() + 0.01 * (W**2).mean()

    # backward pass
    W.grad = None
    loss.backward()
    lr = 20 if k < 80 else 5
    W.data += -lr * W.grad

    if k % 20 == 0:
        print(f"{k:4d}: {loss.item():.4f}")
    lossi.append(loss.log10().item())

print(loss.item())
plt.plot(lossi)
