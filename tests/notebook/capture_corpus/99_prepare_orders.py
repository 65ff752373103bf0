# %%
import numpy as np
import pandas as pd

rng = np.random.default_rng(99)
rows = 1200
orders = pd.DataFrame(
    {
        "order_id": np.arange(rows),
        "customer": rng.integers(0, 150, rows),
        "when": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 365 * 24, rows), unit="h"),
        "amount": np.where(rng.random(rows) < 0.04, np.nan, rng.gamma(2.0, 30.0, rows)),
        "country": rng.choice(["ch", "CH ", "de", "at"], rows),
    }
)

# %% track
n_before = len(orders)
orders = orders.drop_duplicates(subset=["customer", "when"])
n_after = len(orders)
n_dropped = n_before - n_after
print(f"{n_dropped} duplicates dropped, {n_after} rows left")

n_missing = orders["amount"].isnull().sum()
pct_missing = n_missing / n_after * 100
print(f"{n_missing} amounts missing ({pct_missing:.1f} %)")
median_amount = orders["amount"].median()
orders["amount"] = orders["amount"].fillna(median_amount)

orders["country"] = orders["country"].str.strip().str.upper()
n_countries = orders["country"].nunique()

orders["month"] = orders["when"].dt.month
orders["weekday"] = orders["when"].dt.dayofweek
orders["weekend"] = (orders["weekday"] >= 5).astype(int)
first_day = orders["when"].min()
last_day = orders["when"].max()
n_days = (last_day - first_day).days

rows_per_day = n_after / n_days
max_id = orders["order_id"].max()
total = 0
count = 0
for customer, group in orders.groupby("customer"):
    size = len(group)
    total += size
    count += 1
    if size > 15:
        print("busy customer", customer, size)
avg = total / count

chunk = 250
n_chunks = -(-n_after // chunk)
for i in range(n_chunks):
    lo = i * chunk
    hi = min(lo + chunk, n_after)
    part = orders.iloc[lo:hi]
    part_mb = part.memory_usage(deep=True).sum() / 1024**2
    print(f"part {i}: rows {lo} to {hi}, {part_mb:.2f} MB")

n_rows, n_cols = orders.shape
print(n_countries, n_days, round(rows_per_day, 2), max_id, round(avg, 2), n_rows, n_cols)
orders.head()
