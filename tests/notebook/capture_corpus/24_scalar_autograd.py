# %%
import random

from sklearn.datasets import make_moons


class Value:
    """A number that remembers how it was made."""

    def __init__(self, data, parents=(), local=()):
        self.data, self.grad = data, 0.0
        self._parents, self._local = parents, local

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def backward(self):
        order, seen = [], set()
        stack = [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((p, False) for p in node._parents)
        self.grad = 1.0
        for node in reversed(order):
            for parent, local in zip(node._parents, node._local):
                parent.grad += local * node.grad


# %%
class Network:
    def __init__(self, n_in, n_hidden):
        self.w1 = [[Value(random.uniform(-1, 1)) for _ in range(n_in)] for _ in range(n_hidden)]
        self.b1 = [Value(0.0) for _ in range(n_hidden)]
        self.w2 = [Value(random.uniform(-1, 1)) for _ in range(n_hidden)]

    def __call__(self, x):
        hidden = [(sum(w * xi for w, xi in zip(row, x)) + b).relu() for row, b in zip(self.w1, self.b1)]
        return sum(w * h for w, h in zip(self.w2, hidden))

    def parameters(self):
        return [p for row in self.w1 for p in row] + self.b1 + self.w2


random.seed(1337)
X, y = make_moons(n_samples=40, noise=0.1, random_state=1)
y = y * 2 - 1
model = Network(2, 6)


def loss():
    scores = [model(x) for x in X]
    losses = [(1 + -int(yi) * s).relu() for yi, s in zip(y, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = 1e-4 * sum(p * p for p in model.parameters())
    accuracy = [(yi > 0) == (s.data > 0) for yi, s in zip(y, scores)]
    return data_loss + reg_loss, sum(accuracy) / len(accuracy)


# %% track
for k in range(25):
    # forward
    total_loss, acc = loss()

    # backward
    for p in model.parameters():
        p.grad = 0.0
    total_loss.backward()

    # update
    learning_rate = 0.5 - 0.4 * k / 25
    for p in model.parameters():
        p.data -= learning_rate * p.grad

    if k % 5 == 0:
        print(f"step {k} loss {total_loss.data:.4f}, accuracy {acc * 100:.1f}%")
