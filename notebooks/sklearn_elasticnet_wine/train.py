"""Predict the quality of wine with an elastic net: `python train.py ALPHA L1_RATIO`."""

import sys
from pathlib import Path

import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

try:
    import mlflow
    import mlflow.sklearn
    from mlflow.models import infer_signature
except ImportError:  # without MLflow, and outside `nbtrack run`
    import nbtrack as mlflow
    from nbtrack.models import infer_signature

wine = pd.read_csv(Path(__file__).with_name("wine-quality.csv"))
train, test = train_test_split(wine, random_state=40)
train_x, test_x = train.drop(columns="quality"), test.drop(columns="quality")

alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
l1_ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5

with mlflow.start_run():
    model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42)
    model.fit(train_x, train["quality"])
    predicted = model.predict(test_x)

    rmse = root_mean_squared_error(test["quality"], predicted)
    mae = mean_absolute_error(test["quality"], predicted)
    r2 = r2_score(test["quality"], predicted)
    print(f"ElasticNet(alpha={alpha}, l1_ratio={l1_ratio}): rmse {rmse:.4f}, mae {mae:.4f}, r2 {r2:.4f}")

    mlflow.log_param("alpha", alpha)
    mlflow.log_param("l1_ratio", l1_ratio)
    mlflow.log_metric("rmse", rmse)
    mlflow.log_metric("mae", mae)
    mlflow.log_metric("r2", r2)
    mlflow.sklearn.log_model(model, name="model", signature=infer_signature(train_x, predicted))
