# %%
from collections import defaultdict

import gymnasium as gym
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

# %%
class CliffAgent:
    def __init__(self, env, learning_rate, initial_epsilon, epsilon_decay, final_epsilon, discount_factor=0.95, seed=0):
        self.env = env
        self.q_values = defaultdict(lambda: np.zeros(env.action_space.n))
        self.lr = learning_rate
        self.discount_factor = discount_factor
        self.epsilon = initial_epsilon
        self.epsilon_decay = epsilon_decay
        self.final_epsilon = final_epsilon
        self.rng = np.random.default_rng(seed)
        self.training_error = []

    def get_action(self, obs):
        if self.rng.random() < self.epsilon:
            return int(self.rng.integers(self.env.action_space.n))
        return int(np.argmax(self.q_values[obs]))

    def update(self, obs, action, reward, terminated, next_obs):
        future = (not terminated) * np.max(self.q_values[next_obs])
        td = reward + self.discount_factor * future - self.q_values[obs][action]
        self.q_values[obs][action] += self.lr * td
        self.training_error.append(td)

    def decay_epsilon(self):
        self.epsilon = max(self.final_epsilon, self.epsilon - self.epsilon_decay)


def play(env, agent, learn=True):
    obs, info = env.reset()
    done, total_reward, n_steps = False, 0, 0
    while not done:
        action = agent.get_action(obs)
        next_obs, reward, terminated, truncated, info = env.step(action)
        if learn:
            agent.update(obs, action, reward, terminated, next_obs)
        done = terminated or truncated
        obs = next_obs
        total_reward += reward
        n_steps += 1
    return total_reward, n_steps

# %% track
# hyperparameters
learning_rate = 0.3
n_episodes = 400
start_epsilon = 1.0
epsilon_decay = start_epsilon / (n_episodes / 2)
final_epsilon = 0.05

env = gym.make("CliffWalking-v1", max_episode_steps=200)
agent = CliffAgent(env, learning_rate, start_epsilon, epsilon_decay, final_epsilon, discount_factor=0.98)

returns, lengths = [], []
for episode in tqdm(range(n_episodes)):
    ret, length = play(env, agent)
    agent.decay_epsilon()
    returns.append(ret)
    lengths.append(length)
    if (episode + 1) % 100 == 0:
        tqdm.write(f"episode {episode + 1}: mean return of the last 100 {np.mean(returns[-100:]):.1f}, epsilon {agent.epsilon:.2f}")

rolling = 25
smooth = np.convolve(returns, np.ones(rolling), mode="valid") / rolling
plt.plot(smooth)
plt.ylim(-200, 0)
plt.close()

agent.epsilon = 0.0
test_returns = [play(env, agent, learn=False)[0] for _ in range(20)]
print(f"greedy policy: {np.mean(test_returns):.1f} +/- {np.std(test_returns):.1f}")
print("states seen", len(agent.q_values))
