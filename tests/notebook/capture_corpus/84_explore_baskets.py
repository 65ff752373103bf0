# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

rng = np.random.default_rng(84)
size = 900
sales = pd.DataFrame(
    {
        "shop": rng.choice(["Aare", "Limmat", "Rhein"], size, p=[0.5, 0.3, 0.2]),
        "weekday": rng.choice(["Mo", "Tu", "We", "Th", "Fr", "Sa"], size),
        "items": rng.poisson(5, size) + 1,
        "member": rng.random(size) < 0.35,
    }
)
sales["total"] = (sales["items"] * rng.lognormal(1.2, 0.5, size)).round(2)

# %% track
pd.set_option("display.max_columns", 20)
display_rows = 3
print(sales.shape)
print(sales.sample(display_rows, random_state=1))

q1, q3 = sales["total"].quantile([0.25, 0.75])
iqr = q3 - q1
low, high = q1 - 1.5 * iqr, q3 + 1.5 * iqr
outliers = sales[(sales["total"] < low) | (sales["total"] > high)]
print(len(outliers), "receipts out of the ordinary, that is", f"{len(outliers) / len(sales):.1%}")

for column in ["shop", "weekday", "member"]:
    n_unique = sales[column].nunique()
    most = sales[column].mode()[0]
    print(f"{column}: {n_unique} values, most often {most}")
    grouped = sales.groupby(column)["total"].agg(["count", "mean", "median"])
    print(grouped.round(2))

mean_total = sales["total"].mean()
median_total = sales["total"].median()
skew = sales["total"].skew()
member_share = sales["member"].mean()
corr = sales[["items", "total"]].corr().iloc[0, 1]
print(mean_total, median_total, skew, member_share, corr)

sales["per_item"] = sales["total"] / sales["items"]
sales["big"] = pd.cut(sales["items"], bins=[0, 3, 7, 99], labels=["small", "medium", "large"])
ax = sales.boxplot(column="total", by="shop", figsize=(6, 4), grid=False)
ax.axhline(high, color="r", lw=0.5)
pd.pivot_table(sales, values="total", index="shop", columns="big", aggfunc="sum", observed=False)
