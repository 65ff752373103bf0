# %%
from sklearn.datasets import make_moons
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

X, y = make_moons(n_samples=500, noise=0.30, random_state=42)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=42)

# %% track
log_clf = LogisticRegression()
tree_clf = DecisionTreeClassifier(max_leaf_nodes=12, random_state=42)
svm_clf = SVC(C=5, gamma=0.8)
voting_clf = VotingClassifier(
    estimators=[("lr", log_clf), ("tree", tree_clf), ("svc", svm_clf)],
    voting="hard",
)

for clf in (log_clf, tree_clf, svm_clf, voting_clf):
    clf.fit(X_train, y_train)
    print(clf.__class__.__name__, accuracy_score(y_test, clf.predict(X_test)))
