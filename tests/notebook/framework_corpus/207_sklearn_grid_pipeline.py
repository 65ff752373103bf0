# %%
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
import numpy as np
import pandas as pd

rng = np.random.RandomState(21)
num, y = make_classification(n_samples=900, n_features=5, n_informative=3, n_redundant=0, flip_y=0.1, random_state=21)
loans = pd.DataFrame(num, columns=["income", "age", "debt", "history", "balance"])
loans["purpose"] = rng.choice(["car", "house", "study"], 900)
loans.loc[rng.choice(900, 60, replace=False), "income"] = np.nan
X_train, X_test, y_train, y_test = train_test_split(loans, y, test_size=0.2, random_state=21)

# %% track
numeric = ["income", "age", "debt", "history", "balance"]
prep = ColumnTransformer(
    [
        ("num", Pipeline([("impute", SimpleImputer()), ("scale", StandardScaler())]), numeric),
        ("cat", OneHotEncoder(handle_unknown="ignore"), ["purpose"]),
    ]
)
pipe = Pipeline([("prep", prep), ("clf", LogisticRegression(solver="liblinear", max_iter=500))])

param_grid = {
    "prep__num__impute__strategy": ["mean", "median"],
    "clf__C": [0.01, 0.1, 1.0, 10.0],
    "clf__penalty": ["l1", "l2"],
}
gs = GridSearchCV(pipe, param_grid, cv=5, scoring="roc_auc")
gs.fit(X_train, y_train)

print("Best parameters:", gs.best_params_)
print("Best cross-validation AUC: {:.3f}".format(gs.best_score_))
print("Test AUC: {:.3f}".format(gs.score(X_test, y_test)))
pd.DataFrame(gs.cv_results_).sort_values("rank_test_score")[["params", "mean_test_score", "std_test_score"]].head()
