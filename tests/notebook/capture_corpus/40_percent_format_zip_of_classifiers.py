# %%
import numpy as np
from sklearn.datasets import load_wine
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

wine = load_wine()
two = wine.target != 2
X, y = wine.data[two][:, [2, 3]], wine.target[two]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=1, stratify=y)

# %% track
clf1 = LogisticRegression(C=0.004, random_state=1)
clf2 = DecisionTreeClassifier(max_depth=1, criterion='entropy', random_state=1)
clf3 = KNeighborsClassifier(n_neighbors=1)

pipe1 = Pipeline([['sc', StandardScaler()], ['clf', clf1]])
pipe3 = Pipeline([['sc', StandardScaler()], ['clf', clf3]])
vote = VotingClassifier([('lr', pipe1), ('tree', clf2), ('knn', pipe3)], voting='soft')

clf_labels = ['Logistic regression', 'Decision tree', 'KNN', 'Soft vote']

print('10-fold cross validation:\n')
for clf, label in zip([pipe1, clf2, pipe3, vote], clf_labels):
    scores = cross_val_score(estimator=clf, X=X_train, y=y_train, cv=10, scoring='roc_auc')
    print("ROC AUC: %0.2f (+/- %0.2f) [%s]" % (scores.mean(), scores.std(), label))
