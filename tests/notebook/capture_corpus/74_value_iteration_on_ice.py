# %%
import numpy as np

MAP = ["S...", ".O.O", "...O", "O..G"]
ROWS, COLS = len(MAP), len(MAP[0])
ACTIONS = {"left": (0, -1), "down": (1, 0), "right": (0, 1), "up": (-1, 0)}


def move(state, step):
    row = min(max(state[0] + step[0], 0), ROWS - 1)
    col = min(max(state[1] + step[1], 0), COLS - 1)
    return row, col


def outcomes(state, action, slip):
    """Where one may end up, with which probability, and what it is worth."""
    steps = list(ACTIONS.values())
    i = list(ACTIONS).index(action)
    for turn, p in ((0, 1 - slip), (1, slip / 2), (-1, slip / 2)):
        target = move(state, steps[(i + turn) % 4])
        yield target, p, float(MAP[target[0]][target[1]] == "G")


# %% track
settings = dict(gamma=0.95, theta=1e-8, slip=0.3)

V = np.zeros((ROWS, COLS))
deltas = []
sweep = 0
while True:
    delta = 0
    for row in range(ROWS):
        for col in range(COLS):
            if MAP[row][col] in "OG":
                continue
            v = V[row, col]
            V[row, col] = max(
                sum(p * (r + settings["gamma"] * V[s]) for s, p, r in outcomes((row, col), a, settings["slip"]))
                for a in ACTIONS
            )
            delta = max(delta, abs(v - V[row, col]))
    sweep += 1
    deltas.append(delta)
    if delta < settings["theta"]:
        break


def greedy(state):
    value = lambda a: sum(p * (r + settings["gamma"] * V[s]) for s, p, r in outcomes(state, a, settings["slip"]))
    return max(ACTIONS, key=value)


policy = {(r, c): greedy((r, c)) for r in range(ROWS) for c in range(COLS) if MAP[r][c] not in "OG"}
start_value = V[0, 0]

# does it arrive?
rng = np.random.default_rng(0)
episodes = 300
arrived = 0
lengths = []
for _ in range(episodes):
    state, steps = (0, 0), 0
    while MAP[state[0]][state[1]] not in "OG":
        targets, ps, _r = zip(*outcomes(state, policy[state], settings["slip"]))
        state = targets[rng.choice(3, p=ps)]
        steps += 1
    arrived += MAP[state[0]][state[1]] == "G"
    lengths.append(steps)

print(f"{sweep} sweeps, value of the start {start_value:.4f}")
print(f"arrives in {arrived / episodes:.1%} of {episodes} walks, after {np.mean(lengths):.1f} steps")
