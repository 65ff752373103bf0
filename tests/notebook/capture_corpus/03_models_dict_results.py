# %%
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)

# %% track
models = {
    "logistic": LogisticRegression(C=0.5, max_iter=2000),
    "tree": DecisionTreeClassifier(max_depth=3, random_state=42),
    "knn": KNeighborsClassifier(n_neighbors=7),
}

results = {}
for name, model in models.items():
    pipe = make_pipeline(StandardScaler(), model)
    pipe.fit(X_train, y_train)
    pred = pipe.predict(X_test)
    results[name] = {
        "accuracy": accuracy_score(y_test, pred),
        "f1": f1_score(y_test, pred),
    }
    print(f"{name:>10}: accuracy {results[name]['accuracy']:.3f}  F1 {results[name]['f1']:.3f}")

best = max(results, key=lambda key: results[key]["f1"])
print("best model:", best)
pd.DataFrame(results).T.sort_values("f1", ascending=False)
