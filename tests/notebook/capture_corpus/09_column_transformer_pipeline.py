# %%
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(5)
size = 600
passengers = pd.DataFrame(
    {
        "age": np.where(rng.random(size) < 0.1, np.nan, rng.normal(38, 13, size)),
        "fare": rng.gamma(2.0, 20.0, size),
        "class": rng.choice(["first", "second", "third"], size, p=[0.2, 0.3, 0.5]),
        "port": np.where(rng.random(size) < 0.1, np.nan, rng.integers(1, 4, size)),
    }
)
luck = 0.02 * passengers["fare"] - 0.8 * (passengers["class"] == "third") + rng.normal(0, 0.7, size)
passengers["survived"] = (luck > luck.median()).astype(int)

# %% track
numeric_features = ["age", "fare"]
categorical_features = ["class", "port"]
X = passengers[numeric_features + categorical_features]
y = passengers["survived"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)

numeric_transformer = Pipeline(
    steps=[("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())]
)
categorical_transformer = Pipeline(
    steps=[
        ("imputer", SimpleImputer(strategy="most_frequent")),
        ("encoder", OneHotEncoder(handle_unknown="ignore")),
    ]
)
preprocessor = ColumnTransformer(
    transformers=[
        ("num", numeric_transformer, numeric_features),
        ("cat", categorical_transformer, categorical_features),
    ]
)
clf = Pipeline(
    steps=[
        ("preprocessor", preprocessor),
        ("classifier", GradientBoostingClassifier(n_estimators=60, learning_rate=0.08, max_depth=2, random_state=0)),
    ]
)
clf.fit(X_train, y_train)
print(f"model score: {clf.score(X_test, y_test):.3f}")
roc_auc_score(y_test, clf.predict_proba(X_test)[:, 1])
