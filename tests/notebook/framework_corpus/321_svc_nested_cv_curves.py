# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix, f1_score, matthews_corrcoef, precision_score, recall_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, learning_curve, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

# malignant is the positive class
X, y = load_breast_cancer(return_X_y=True)
y = 1 - y
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.20, stratify=y, random_state=1)

# %% track
pipe_svc = make_pipeline(StandardScaler(), PCA(n_components=8), SVC(random_state=1))

param_range = [0.01, 0.1, 1.0, 10.0]
param_grid = [{'svc__C': param_range, 'svc__kernel': ['linear']},
              {'svc__C': param_range, 'svc__gamma': [0.001, 0.01, 0.1], 'svc__kernel': ['rbf']}]
inner = StratifiedKFold(n_splits=3, shuffle=True, random_state=1)
gs = GridSearchCV(estimator=pipe_svc, param_grid=param_grid, scoring='accuracy', cv=inner, refit=True)

nested = cross_val_score(gs, X_train, y_train, scoring='accuracy', cv=5)
print('nested CV accuracy: %.3f +/- %.3f' % (np.mean(nested), np.std(nested)))

tree = GridSearchCV(DecisionTreeClassifier(random_state=0), [{'max_depth': [1, 2, 3, 5, None]}], cv=2)
print('tree, nested:       %.3f' % cross_val_score(tree, X_train, y_train, cv=5).mean())

gs = gs.fit(X_train, y_train)
print(gs.best_score_)
print(gs.best_params_)
clf = gs.best_estimator_

train_sizes, train_scores, test_scores = learning_curve(clf, X_train, y_train, train_sizes=np.linspace(0.2, 1.0, 5), cv=4)
train_mean, test_mean = train_scores.mean(axis=1), test_scores.mean(axis=1)
plt.plot(train_sizes, train_mean, color='blue', marker='o', markersize=5, label='training accuracy')
plt.plot(train_sizes, test_mean, color='green', linestyle='--', marker='s', label='validation accuracy')
plt.legend(loc='lower right')
plt.ylim([0.8, 1.03])
plt.close()

y_pred = clf.predict(X_test)
tn, fp, fn, tp = confusion_matrix(y_test, y_pred).ravel()
print('missed tumours:', fn, ' false alarms:', fp)
print('Test accuracy: %.3f' % clf.score(X_test, y_test))
print('Precision: %.3f' % precision_score(y_test, y_pred))
print('Recall: %.3f' % recall_score(y_test, y_pred))
print('F1: %.3f' % f1_score(y_test, y_pred))
print('MCC: %.3f' % matthews_corrcoef(y_test, y_pred))
