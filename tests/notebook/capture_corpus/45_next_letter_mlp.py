# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

words = """basil thyme sage mint dill fennel chervil lovage parsley oregano marjoram rosemary tarragon savory
sorrel borage hyssop lavender chicory caraway cumin coriander angelica anise burnet camomile catmint chive
comfrey costmary cress feverfew garlic ginger horehound horseradish juniper lemongrass licorice mallow mustard
myrtle nettle nigella pennyroyal purslane rampion rue safflower saffron sassafras skirret spearmint tansy
valerian vervain woodruff wormwood yarrow""".split()
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
itos = {i: s for s, i in stoi.items()}
vocab_size = len(itos)
block_size = 3


def build_dataset(words):
    X, Y = [], []
    for w in words:
        context = [0] * block_size
        for ch in w + ".":
            X.append(context)
            Y.append(stoi[ch])
            context = context[1:] + [stoi[ch]]
    return torch.tensor(X), torch.tensor(Y)


n1 = int(0.85 * len(words))
Xtr, Ytr = build_dataset(words[:n1])
Xdev, Ydev = build_dataset(words[n1:])

# %% track
n_embd = 6
n_hidden = 40
g = torch.Generator().manual_seed(2147483647)
C = torch.randn((vocab_size, n_embd), generator=g)
W1 = torch.randn((n_embd * block_size, n_hidden), generator=g) * 0.2
b1 = torch.zeros(n_hidden)
W2 = torch.randn((n_hidden, vocab_size), generator=g) * 0.01
b2 = torch.zeros(vocab_size)
parameters = [C, W1, b1, W2, b2]
print(sum(p.nelement() for p in parameters))
for p in parameters:
    p.requires_grad = True

max_steps = 1200
batch_size = 32
lossi = []

for i in range(max_steps):
    ix = torch.randint(0, Xtr.shape[0], (batch_size,), generator=g)
    Xb, Yb = Xtr[ix], Ytr[ix]

    emb = C[Xb]
    h = torch.tanh(emb.view(emb.shape[0], -1) @ W1 + b1)
    logits = h @ W2 + b2
    loss = F.cross_entropy(logits, Yb)

    for p in parameters:
        p.grad = None
    loss.backward()

    lr = 0.2 if i < 800 else 0.02
    for p in parameters:
        p.data += -lr * p.grad

    if i % 300 == 0:
        print(f"{i:7d}/{max_steps:7d}: {loss.item():.4f}")
    lossi.append(loss.log10().item())

plt.plot(torch.tensor(lossi).view(-1, 40).mean(1))


@torch.no_grad()
def split_loss(split):
    x, y = {"train": (Xtr, Ytr), "val": (Xdev, Ydev)}[split]
    h = torch.tanh(C[x].view(x.shape[0], -1) @ W1 + b1)
    loss = F.cross_entropy(h @ W2 + b2, y)
    print(split, loss.item())


split_loss("train")
split_loss("val")
