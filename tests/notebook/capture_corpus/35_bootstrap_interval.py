# %%
import numpy as np

rng = np.random.default_rng(99)
control = rng.normal(100, 15, 80)
treated = rng.normal(108, 15, 75)

# %% track
n_boot = 2000
n_perm = 1000
confidence = 0.95

observed = treated.mean() - control.mean()

boot_diffs = []
for _ in range(n_boot):
    a = rng.choice(treated, size=len(treated), replace=True)
    b = rng.choice(control, size=len(control), replace=True)
    boot_diffs.append(a.mean() - b.mean())

tail = 100 * (1 - confidence) / 2
ci_low, ci_high = np.percentile(boot_diffs, [tail, 100 - tail])
std_error = np.std(boot_diffs)

pooled = np.concatenate([treated, control])
count = 0
for _ in range(n_perm):
    rng.shuffle(pooled)
    count += abs(pooled[:75].mean() - pooled[75:].mean()) >= abs(observed)
p_value = count / n_perm

print(f"difference {observed:.2f}, 95 % interval [{ci_low:.2f}, {ci_high:.2f}], p = {p_value:.4f}")
