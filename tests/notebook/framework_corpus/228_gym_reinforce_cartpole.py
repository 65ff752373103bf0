# %%
from collections import deque

import gymnasium as gym
import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self, s_size=4, a_size=2, h_size=16):
        super().__init__()
        self.fc1 = nn.Linear(s_size, h_size)
        self.fc2 = nn.Linear(h_size, a_size)

    def forward(self, x):
        return torch.softmax(self.fc2(torch.relu(self.fc1(x))), dim=-1)

    def act(self, state):
        dist = Categorical(self(torch.as_tensor(state, dtype=torch.float32)))
        action = dist.sample()
        return action.item(), dist.log_prob(action)


def reinforce(env, policy, optimizer, n_training_episodes, max_t, gamma, print_every):
    scores = []
    window = deque(maxlen=50)
    for i_episode in range(1, n_training_episodes + 1):
        log_probs, rewards = [], []
        state, _ = env.reset(seed=i_episode)
        for _ in range(max_t):
            action, log_prob = policy.act(state)
            state, reward, terminated, truncated, _ = env.step(action)
            log_probs.append(log_prob)
            rewards.append(float(reward))
            if terminated or truncated:
                break
        returns, g = [], 0.0
        for r in reversed(rewards):
            g = r + gamma * g
            returns.insert(0, g)
        returns = torch.tensor(returns)
        returns = (returns - returns.mean()) / (returns.std() + 1e-8)
        policy_loss = -(torch.stack(log_probs) * returns).sum()
        optimizer.zero_grad()
        policy_loss.backward()
        optimizer.step()

        scores.append(sum(rewards))
        window.append(scores[-1])
        if i_episode % print_every == 0:
            print("Episode {}\tAverage score: {:.2f}".format(i_episode, np.mean(window)))
    return scores


@torch.no_grad()
def evaluate_agent(env, policy, n_eval_episodes, max_steps=300):
    totals = []
    for k in range(n_eval_episodes):
        obs, total = env.reset(seed=10_000 + k)[0], 0.0
        for _ in range(max_steps):
            obs, r, term, trunc, _ = env.step(policy.act(obs)[0])
            total += r
            if term or trunc:
                break
        totals.append(total)
    return np.mean(totals), np.std(totals)


# %% track
hyperparameters = {
    "env_id": "CartPole-v1",
    "h_size": 24,
    "n_training_episodes": 180,
    "max_t": 300,
    "gamma": 0.98,
    "lr": 1e-2,
}
torch.manual_seed(50)

env = gym.make(hyperparameters["env_id"])
policy = Policy(h_size=hyperparameters["h_size"])
scores = reinforce(
    env,
    policy,
    torch.optim.Adam(policy.parameters(), lr=hyperparameters["lr"]),
    hyperparameters["n_training_episodes"],
    hyperparameters["max_t"],
    hyperparameters["gamma"],
    print_every=60,
)
mean_reward, std_reward = evaluate_agent(env, policy, n_eval_episodes=10)
print(f"mean_reward = {mean_reward:.1f} +/- {std_reward:.1f}")
env.close()
