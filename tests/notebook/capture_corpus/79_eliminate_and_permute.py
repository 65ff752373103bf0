# %%
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.feature_selection import RFECV
from sklearn.inspection import permutation_importance
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.tree import DecisionTreeClassifier

X, y = make_classification(
    n_samples=400, n_features=10, n_informative=3, n_redundant=2, n_classes=4,
    n_clusters_per_class=1, class_sep=0.8, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# %% track
min_features_to_select = 1
clf = DecisionTreeClassifier(max_depth=6, random_state=2)
cv = StratifiedKFold(4)

rfecv = RFECV(estimator=clf, step=1, cv=cv, scoring="accuracy", min_features_to_select=min_features_to_select)
rfecv.fit(X_train, y_train)
print(f"Optimal number of features: {rfecv.n_features_}")

columns = ["n_features", "mean_test_score", "std_test_score"]
cv_results = pd.DataFrame({column: rfecv.cv_results_[column] for column in columns})
plt.figure()
plt.xlabel("features kept")
plt.ylabel("mean accuracy")
plt.errorbar(x=cv_results["n_features"], y=cv_results["mean_test_score"], yerr=cv_results["std_test_score"])

r = permutation_importance(rfecv, X_test, y_test, n_repeats=6, random_state=13)
for i in r.importances_mean.argsort()[::-1]:
    if r.importances_mean[i] - 2 * r.importances_std[i] > 0:
        print(f"feature {i:<4} {r.importances_mean[i]:.3f} +/- {r.importances_std[i]:.3f}")

fig, ax = plt.subplots()
ax.boxplot(r.importances.T, vert=False)
ax.set_title("what is lost when a feature is shuffled")
fig.tight_layout()
rfecv.score(X_test, y_test)
