# %%
import matplotlib.pyplot as plt
from sklearn.datasets import load_wine

df = load_wine(as_frame=True).frame

# %% track
n_rows, n_cols = df.shape
print(f"{n_rows} rows, {n_cols} columns")
print(df.dtypes.value_counts())

memory_kb = df.memory_usage(deep=True).sum() / 1024
missing = int(df.isna().sum().sum())
duplicates = df.duplicated().sum()
print(f"{memory_kb:.1f} kB, {missing} missing cells, {duplicates} duplicates")

class_counts = df["target"].value_counts()
for cls, count in class_counts.items():
    share = count / n_rows
    print(f"class {cls}: {count} ({share:.1%})")

top = 4
df.hist(bins=30, figsize=(12, 8))
plt.tight_layout()
df.corr()["target"].abs().sort_values(ascending=False).head(top)
