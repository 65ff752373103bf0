# %%
import matplotlib.pyplot as plt
import numpy as np


class Bandit:
    """A k-armed testbed: many problems played side by side."""

    def __init__(self, k_arm=10, n_problems=200, epsilon=0.0, initial=0.0, step_size=None, seed=0):
        self.rng = np.random.default_rng(seed)
        self.k, self.n_problems, self.epsilon = k_arm, n_problems, epsilon
        self.step_size = step_size
        self.q_true = self.rng.normal(size=(n_problems, k_arm))
        self.q = np.full((n_problems, k_arm), initial)
        self.count = np.zeros((n_problems, k_arm))
        self.best = self.q_true.argmax(axis=1)

    def step(self):
        greedy = (self.q + 1e-6 * self.rng.random(self.q.shape)).argmax(axis=1)
        explore = self.rng.random(self.n_problems) < self.epsilon
        action = np.where(explore, self.rng.integers(0, self.k, self.n_problems), greedy)
        rows = np.arange(self.n_problems)
        reward = self.rng.normal(self.q_true[rows, action], 1.0)
        self.count[rows, action] += 1
        rate = self.step_size or 1 / self.count[rows, action]
        self.q[rows, action] += rate * (reward - self.q[rows, action])
        return reward.mean(), (action == self.best).mean()


# %% track
runs = 200
time = 300
epsilons = [0, 0.1, 0.01]
bandits = [Bandit(epsilon=eps, n_problems=runs) for eps in epsilons]

rewards = np.zeros((len(bandits), time))
best_action_counts = np.zeros(rewards.shape)
for i, bandit in enumerate(bandits):
    for t in range(time):
        rewards[i, t], best_action_counts[i, t] = bandit.step()

plt.figure(figsize=(10, 20))
plt.subplot(2, 1, 1)
for eps, average in zip(epsilons, rewards):
    plt.plot(average, label='$\\epsilon = %.02f$' % (eps))
    print('epsilon = %.02f: average reward over the last 100 steps %.3f' % (eps, average[-100:].mean()))
plt.xlabel('steps')
plt.ylabel('average reward')
plt.legend()

plt.subplot(2, 1, 2)
for eps, counts in zip(epsilons, best_action_counts):
    plt.plot(counts, label='$\\epsilon = %.02f$' % (eps))
plt.ylabel('% optimal action')
plt.show()
