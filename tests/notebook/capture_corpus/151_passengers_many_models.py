# %%
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(1912)
n = 891
df = pd.DataFrame({
    "Pclass": rng.choice([1, 2, 3], n, p=[0.24, 0.21, 0.55]),
    "Sex": rng.choice(["male", "female"], n, p=[0.65, 0.35]),
    "Age": np.where(rng.random(n) < 0.2, np.nan, rng.gamma(6, 5, n).round()),
    "Fare": rng.lognormal(2.9, 0.9, n).round(2),
    "Embarked": rng.choice(["S", "C", "Q"], n, p=[0.72, 0.19, 0.09]),
})
score = 2.4 * (df["Sex"] == "female") - 0.9 * (df["Pclass"] - 2) - 0.02 * df["Age"].fillna(29) - 0.4
df["Survived"] = (score + rng.logistic(size=n) > 0).astype(int)
X_train, X_valid, y_train, y_valid = train_test_split(
    df.drop(columns="Survived"), df["Survived"], test_size=0.25, stratify=df["Survived"], random_state=0
)

prep = ColumnTransformer([
    ("num", Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), ["Age", "Fare", "Pclass"]),
    ("cat", OneHotEncoder(handle_unknown="ignore"), ["Sex", "Embarked"]),
])

# %%
def fit_and_score(model):
    clf = Pipeline([("prep", prep), ("model", model)])
    clf.fit(X_train, y_train)
    pred = clf.predict(X_valid)
    prob = clf.predict_proba(X_valid)[:, 1]
    acc = accuracy_score(y_valid, pred)
    f1 = f1_score(y_valid, pred)
    return {"accuracy": acc, "f1": f1, "auc": roc_auc_score(y_valid, prob)}

# %% track
classifiers = {
    "LogReg": LogisticRegression(C=0.7, solver="liblinear"),
    "RandomForest": RandomForestClassifier(n_estimators=80, max_depth=5, random_state=1, n_jobs=1),
    "LightGBM": LGBMClassifier(n_estimators=40, learning_rate=0.07, num_leaves=8, random_state=1, n_jobs=1, verbose=-1),
}

scores = {name: fit_and_score(clf) for name, clf in classifiers.items()}
table = pd.DataFrame(scores).T.sort_values("auc", ascending=False)
best_name = table.index[0]
best_auc = table.loc[best_name, "auc"]
print(table.round(4))
print(f"\n>>> {best_name} wins with AUC {best_auc:.4f}")
