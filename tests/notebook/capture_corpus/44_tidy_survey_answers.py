# %%
import re

import pandas as pd

answers = pd.DataFrame(
    {
        "name": ["  Ada L. ", "grace h", "KATHERINE J.", "grace h", None, "Mary S."],
        "town": ["Zürich ", "bern", "Bern", "bern", "Basel-Stadt", "zurich"],
        "hours": ["about 12", "7,5 h", "20", "7,5 h", "n/a", "31.5h"],
    }
)

# %% track
threshold = 3
max_len = 12

df = answers.drop_duplicates().dropna(subset=["name"]).reset_index(drop=True)
n_before, n_after = len(answers), len(df)
dropped = n_before - n_after
print("dropped", dropped, "of", n_before)

df["name"] = df["name"].str.strip().str.title().str.slice(0, max_len)
df["town"] = df["town"].str.strip().str.lower().replace({"zurich": "zürich"})

pattern = re.compile(r"(\d+(?:[.,]\d+)?)")
hours = []
bad = 0
for i, text in enumerate(df["hours"]):
    found = pattern.search(text)
    if found is None:
        bad += 1
        hours.append(None)
        continue
    value = float(found.group(1).replace(",", "."))
    hours.append(value)
df["hours"] = hours

longest = max(len(name) for name in df["name"])
vowels = sum(letter in "aeiou" for name in df["name"] for letter in name.lower())
initials = "".join(name[0] for name in df["name"])
common = df["town"].value_counts()
common = common[common >= threshold]
print(f"{longest=} {vowels=} {initials=} {bad=}")
df.head()
