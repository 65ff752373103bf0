# %%
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

digits = load_digits()
X, y = digits.data, digits.target
print(X.shape, y.shape)

# %% track
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=1)

pipe_lr = Pipeline([
    ("scl", StandardScaler()),
    ("pca", PCA(n_components=20)),
    ("clf", LogisticRegression(C=0.5, max_iter=500, random_state=1)),
])
pipe_lr.fit(X_train, y_train)
y_pred = pipe_lr.predict(X_test)

explained = np.sum(pipe_lr.named_steps["pca"].explained_variance_ratio_)
print("Explained variance: %.3f" % explained)
print("Test accuracy: %.3f" % accuracy_score(y_test, y_pred))
print("Macro F1: %.3f" % f1_score(y_test, y_pred, average="macro"))
n_wrong = (y_test != y_pred).sum()
print("Misclassified digits: %d" % n_wrong)
