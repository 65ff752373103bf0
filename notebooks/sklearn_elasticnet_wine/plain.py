"""The same as train.py, without a word to any tracker: `python plain.py ALPHA L1_RATIO`."""

import sys
from pathlib import Path

import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

wine = pd.read_csv(Path(__file__).with_name("wine-quality.csv"))
train, test = train_test_split(wine, random_state=40)
train_x, test_x = train.drop(columns="quality"), test.drop(columns="quality")

alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
l1_ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5

model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42)
model.fit(train_x, train["quality"])
predicted = model.predict(test_x)

rmse = root_mean_squared_error(test["quality"], predicted)
mae = mean_absolute_error(test["quality"], predicted)
r2 = r2_score(test["quality"], predicted)
print(f"ElasticNet(alpha={alpha}, l1_ratio={l1_ratio}): rmse {rmse:.4f}, mae {mae:.4f}, r2 {r2:.4f}")
