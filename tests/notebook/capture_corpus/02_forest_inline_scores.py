# %%
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

wine = load_wine()
X_train, X_test, y_train, y_test = train_test_split(
    wine.data, wine.target, stratify=wine.target, random_state=7
)

# %% track
rf = RandomForestClassifier(n_estimators=120, max_depth=2, min_samples_leaf=6, max_features=2, random_state=1)
rf.fit(X_train, y_train)

print("Accuracy on the training set: {:.3f}".format(rf.score(X_train, y_train)))
print("Accuracy on the test set: {:.3f}".format(rf.score(X_test, y_test)))

# the three features that matter most
ranked = sorted(zip(rf.feature_importances_, wine.feature_names), reverse=True)
for importance, feature in ranked[:3]:
    print(f"{feature:>30} {importance:.3f}")
