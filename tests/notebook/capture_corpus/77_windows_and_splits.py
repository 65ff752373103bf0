# %%
import numpy as np
import pandas as pd

rng = np.random.default_rng(77)
minutes = pd.DataFrame(
    {
        "power": rng.gamma(2, 120, 3000),
        "indoor": 20 + np.cumsum(rng.normal(0, 0.02, 3000)),
        "door": rng.random(3000) < 0.03,
    },
    index=pd.date_range("2022-11-01", periods=3000, freq="min"),
)

# %% track
seq_len = 30
stride = 10
horizon = 5
val_fraction, test_fraction = 0.15, 0.15

frame = minutes.astype("float32").copy()
frame["hour"] = frame.index.hour
frame.loc[frame.sample(40, random_state=0).index, "indoor"] = np.nan
n_missing = int(frame["indoor"].isna().sum())
frame["indoor"] = frame["indoor"].interpolate(limit_direction="both")

values = frame.to_numpy()
n_rows, n_features = values.shape
n_windows = (n_rows - seq_len - horizon) // stride + 1
X = np.empty((n_windows, seq_len, n_features), dtype="float32")
y = np.empty(n_windows, dtype="float32")
for k in range(n_windows):
    begin = k * stride
    end = begin + seq_len
    X[k] = values[begin:end]
    y[k] = values[end + horizon - 1, 1]

n_val, n_test = int(n_windows * val_fraction), int(n_windows * test_fraction)
n_train = n_windows - n_val - n_test
X_train, X_val, X_test = np.split(X, [n_train, n_train + n_val])
y_train, y_val, y_test = np.split(y, [n_train, n_train + n_val])

mean = X_train.mean(axis=(0, 1))
std = X_train.std(axis=(0, 1))
X_train, X_val, X_test = ((part - mean) / std for part in (X_train, X_val, X_test))

megabytes = sum(part.nbytes for part in (X_train, X_val, X_test)) / 2**20
print(f"{X_train.shape=} {X_val.shape=} {X_test.shape=}")
print(f"{n_missing} gaps filled, {megabytes:.1f} MB")
assert len(X_train) + len(X_val) + len(X_test) == n_windows
