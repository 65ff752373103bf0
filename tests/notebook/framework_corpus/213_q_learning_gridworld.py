# %%
import numpy as np

GRID = [
    "S..#.",
    ".#...",
    "...#.",
    ".#..G",
]
N_ROWS, N_COLS = len(GRID), len(GRID[0])
MOVES = [(-1, 0), (0, 1), (1, 0), (0, -1)]


class Maze:
    """Walls (#) and the border block; a step costs 1, the goal brings 20."""

    def reset(self):
        self.pos = (0, 0)
        return 0

    def step(self, action):
        r, c = self.pos[0] + MOVES[action][0], self.pos[1] + MOVES[action][1]
        if 0 <= r < N_ROWS and 0 <= c < N_COLS and GRID[r][c] != "#":
            self.pos = (r, c)
        done = GRID[self.pos[0]][self.pos[1]] == "G"
        return self.pos[0] * N_COLS + self.pos[1], (20 if done else -1), done


# %%
def choose(q, s, eps, rng):
    if rng.random() < eps:
        return int(rng.integers(4))
    return int(q[s].argmax())


def run_greedy(env, q, limit=50):
    s, total = env.reset(), 0
    for t in range(limit):
        s, r, done = env.step(int(q[s].argmax()))
        total += r
        if done:
            break
    return total, t + 1


# %% track
n_episodes = 400
alpha = 0.2
gamma = 0.95
eps, eps_min, eps_decay = 1.0, 0.05, 0.985

rng = np.random.default_rng(11)
env = Maze()
q = np.zeros((N_ROWS * N_COLS, 4))
returns, lengths = [], []

for ep in range(n_episodes):
    s, done, G, t = env.reset(), False, 0, 0
    while not done and t < 200:
        a = choose(q, s, eps, rng)
        s2, r, done = env.step(a)
        target = r + gamma * q[s2].max() * (not done)
        q[s, a] += alpha * (target - q[s, a])
        s, G, t = s2, G + r, t + 1
    eps = max(eps_min, eps * eps_decay)
    returns.append(G)
    lengths.append(t)
    if (ep + 1) % 100 == 0:
        print(f"ep {ep + 1}: mean return of last 100 = {np.mean(returns[-100:]):.2f}, eps = {eps:.3f}")

greedy_return, greedy_steps = run_greedy(env, q)
print(f"greedy policy: return {greedy_return} in {greedy_steps} steps")
