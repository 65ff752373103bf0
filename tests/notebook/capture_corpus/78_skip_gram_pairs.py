# %%
from dataclasses import dataclass

import numpy as np

kitchen = "tea coffee cup spoon kettle saucer".split()
harbour = "boat rope sail anchor mast oar".split()
rng = np.random.default_rng(78)
sentences = [list(rng.choice(kitchen if rng.random() < 0.5 else harbour, size=6)) for _ in range(120)]
vocab = {word: i for i, word in enumerate(kitchen + harbour)}

# %% track
@dataclass(frozen=True)
class Hyper:
    dim: int = 8
    window: int = 2
    negatives: int = 3
    lr: float = 0.08
    epochs: int = 6


def pairs(sentences, window):
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
                if j != i:
                    yield vocab[word], vocab[sentence[j]]


def cosine(a, b):
    u, v = W[vocab[a]], W[vocab[b]]
    return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))


hp = Hyper()
W = rng.normal(0, 0.1, (len(vocab), hp.dim))
C = rng.normal(0, 0.1, (len(vocab), hp.dim))
epoch_losses = []
for epoch in range(1, hp.epochs + 1):
    total, count = 0.0, 0
    for centre, context in pairs(sentences, hp.window):
        wrong = rng.integers(0, len(vocab), hp.negatives)
        targets = np.append(context, wrong)
        labels = np.zeros(len(targets))
        labels[0] = 1.0
        p = 1 / (1 + np.exp(-C[targets] @ W[centre]))
        total -= np.log(np.where(labels == 1, p, 1 - p) + 1e-10).sum()
        count += 1
        grad = p - labels
        W[centre], step = W[centre] - hp.lr * grad @ C[targets], np.outer(grad, W[centre])
        np.subtract.at(C, targets, hp.lr * step)
    epoch_losses.append(total / count)
    print("epoch", epoch, "loss", round(epoch_losses[-1], 4))

similarities = {f"{a}-{b}": cosine(a, b) for a, b in [("tea", "coffee"), ("boat", "sail"), ("tea", "anchor")]}
similarities
