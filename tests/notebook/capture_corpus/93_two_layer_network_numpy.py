# %%
import numpy as np
from sklearn.datasets import make_moons

np.random.seed(3)
X, y = make_moons(n_samples=300, noise=0.2, random_state=3)
Y = np.eye(2)[y]

# %% track
# Hyperparameters
input_size = 2
hidden_size = 10
output_size = 2
lr = 0.5
reg = 1e-3
epochs = 400

# Initialise the weights
W1 = np.random.randn(input_size, hidden_size) * 0.1
b1 = np.zeros((1, hidden_size))
W2 = np.random.randn(hidden_size, output_size) * 0.1
b2 = np.zeros((1, output_size))

losses = []
accuracies = []
for epoch in range(epochs):
    # Forward
    h = np.tanh(X @ W1 + b1)
    scores = h @ W2 + b2
    exp_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = exp_scores / exp_scores.sum(axis=1, keepdims=True)

    # Loss
    data_loss = -np.mean(np.log(probs[range(len(X)), y]))
    reg_loss = 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    loss = data_loss + reg_loss
    losses.append(loss)

    acc = np.mean(probs.argmax(axis=1) == y)
    accuracies.append(acc)
    if epoch % 50 == 0:
        print(f"epoch {epoch:4d}  loss {loss:.4f}  accuracy {acc:.3f}")

    # Backward
    dscores = (probs - Y) / len(X)
    dW2 = h.T @ dscores + reg * W2
    db2 = dscores.sum(axis=0, keepdims=True)
    dh = dscores @ W2.T * (1 - h**2)
    dW1 = X.T @ dh + reg * W1
    db1 = dh.sum(axis=0, keepdims=True)

    # Update
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2

print("final loss:", losses[-1])
print("final accuracy:", accuracies[-1])
