# %%
from sklearn.datasets import make_moons
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

# %% track
X, y = make_moons(n_samples=500, noise=0.30, random_state=42)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=42)

voting_clf = VotingClassifier(
    estimators=[
        ('lr', LogisticRegression(random_state=42)),
        ('rf', RandomForestClassifier(random_state=42)),
        ('svc', SVC(random_state=42))
    ]
)
voting_clf.fit(X_train, y_train)

for name, clf in voting_clf.named_estimators_.items():
    print(name, "=", clf.score(X_test, y_test))

print("hard voting:", voting_clf.score(X_test, y_test))

bag_clf = BaggingClassifier(DecisionTreeClassifier(), n_estimators=100,
                            max_samples=80, oob_score=True, random_state=42)
bag_clf.fit(X_train, y_train)
print("out of bag:", bag_clf.oob_score_)
y_pred = bag_clf.predict(X_test)
accuracy_score(y_test, y_pred)
