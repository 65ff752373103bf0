# %%
import numpy as np


class Corridor:
    """Walk right to the goal; the left end costs."""

    def __init__(self, length):
        self.length = length

    def reset(self):
        self.position = self.length // 2
        return self.position

    def step(self, action):
        self.position += 1 if action == 1 else -1
        done = self.position in (0, self.length - 1)
        reward = 10.0 if self.position == self.length - 1 else (-5.0 if done else -0.1)
        return self.position, reward, done


env = Corridor(9)
n_states, n_actions = 9, 2

# %% track
num_episodes = 250
alpha = 0.1
gamma = 0.95
epsilon = 1.0
epsilon_decay = 0.98
min_epsilon = 0.05

rng = np.random.default_rng(0)
Q = np.zeros((n_states, n_actions))
episode_rewards = []

for episode in range(num_episodes):
    state = env.reset()
    done = False
    total_reward = 0.0
    steps = 0
    while not done and steps < 100:
        if rng.random() < epsilon:
            action = int(rng.integers(n_actions))
        else:
            action = int(np.argmax(Q[state]))
        next_state, reward, done = env.step(action)
        Q[state, action] += alpha * (reward + gamma * np.max(Q[next_state]) * (not done) - Q[state, action])
        state = next_state
        total_reward += reward
        steps += 1
    epsilon = max(min_epsilon, epsilon * epsilon_decay)
    episode_rewards.append(total_reward)
    if (episode + 1) % 50 == 0:
        print(f"episode {episode + 1}: mean reward {np.mean(episode_rewards[-50:]):.2f}, epsilon {epsilon:.2f}")

mean_last_50 = np.mean(episode_rewards[-50:])
success_rate = np.mean(np.array(episode_rewards) > 0)
