# %%
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

X, y = load_breast_cancer(return_X_y=True)
X = X[:, :10]


def report_cv(clf, label, cv):
    scores = cross_val_score(clf, X, y, scoring="accuracy", cv=cv)
    print("Accuracy: %0.3f (+/- %0.3f) [%s]" % (scores.mean(), scores.std() * 2, label))


def report_f1(clf, cv):
    s = cross_val_score(clf, X, y, scoring="f1", cv=cv)
    print(f"f1 = {s.mean():.3f} ± {s.std():.3f}")

# %% track
folds = StratifiedKFold(n_splits=6, shuffle=True, random_state=9)

clf1 = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))
clf2 = DecisionTreeClassifier(max_depth=3, random_state=1)
clf3 = GaussianNB()

print("6-fold cross validation, 569 rows:\n")
for clf, label in zip([clf1, clf2, clf3], ["Logistic Regression", "Decision Tree", "Naive Bayes"]):
    report_cv(clf, label, folds)

print()
print("logistic regression once more, repeated 2 times")
report_f1(clf1, RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0))
