# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

rng = np.random.default_rng(98)
birds = pd.concat(
    [
        pd.DataFrame({"species": name, "bill": rng.normal(bill, 2.5, 60), "mass": rng.normal(mass, 350, 60)})
        for name, bill, mass in [("north", 39, 3700), ("east", 49, 3750), ("south", 47, 5100)]
    ],
    ignore_index=True,
)

# %% track
SMALL_SIZE = 8
MEDIUM_SIZE = 11
plt.rc("font", size=SMALL_SIZE)
plt.rc("axes", titlesize=MEDIUM_SIZE)

fig, axs = plt.subplots(2, 2, figsize=(10, 8))
fig.subplots_adjust(hspace=0.4, wspace=0.3)
bins = 20
alpha = 0.5
colors = {"north": "tab:blue", "east": "tab:orange", "south": "tab:green"}

for species, group in birds.groupby("species"):
    axs[0, 0].scatter(group["bill"], group["mass"], s=15, alpha=alpha, color=colors[species], label=species)
    axs[0, 1].hist(group["mass"], bins=bins, alpha=alpha, color=colors[species])
    mean_mass = group["mass"].mean()
    axs[0, 1].axvline(mean_mass, color=colors[species], linestyle="--")
axs[0, 0].legend(loc="upper left")
axs[0, 0].set_xlabel("bill (mm)")
axs[0, 0].set_ylabel("mass (g)")

axs[1, 0].boxplot([birds.loc[birds["species"] == s, "bill"] for s in colors])
axs[1, 0].set_xticklabels(list(colors))

counts = birds["species"].value_counts()
bar_width = 0.6
axs[1, 1].bar(counts.index, counts.values, width=bar_width, color="grey")
for i, count in enumerate(counts):
    axs[1, 1].text(i, count + 1, str(count), ha="center")
axs[1, 1].set_ylim(0, counts.max() + 10)

fig.suptitle("Birds of three coasts", fontsize=MEDIUM_SIZE + 3)
plt.savefig("birds.png", dpi=60)
plt.show()
