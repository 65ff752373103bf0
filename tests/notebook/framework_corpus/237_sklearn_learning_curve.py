# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import ShuffleSplit, learning_curve
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)


def plot_learning_curve(estimator, title, X, y, cv, train_sizes=np.linspace(0.1, 1.0, 5)):
    sizes, train_scores, test_scores = learning_curve(estimator, X, y, cv=cv, train_sizes=train_sizes)
    fig, ax = plt.subplots(figsize=(6, 4))
    for scores, label, color in [(train_scores, "training", "tab:red"), (test_scores, "validation", "tab:green")]:
        mean, std = scores.mean(axis=1), scores.std(axis=1)
        ax.fill_between(sizes, mean - std, mean + std, alpha=0.15, color=color)
        ax.plot(sizes, mean, "o-", color=color, label=label)
    ax.set(title=title, xlabel="examples", ylabel="score", ylim=(0.7, 1.01))
    ax.legend(loc="lower right")
    return sizes, train_scores.mean(axis=1), test_scores.mean(axis=1)


# %% track
svc = SVC(kernel="rbf", gamma=0.0005, C=2)
cv = ShuffleSplit(n_splits=6, test_size=0.25, random_state=0)
sizes, train_mean, valid_mean = plot_learning_curve(svc, "Digits, RBF SVM", X, y, cv)
gap = train_mean[-1] - valid_mean[-1]
print(f"with all {sizes[-1]} examples: train {train_mean[-1]:.3f}, validation {valid_mean[-1]:.3f} (gap {gap:.3f})")
plt.show()
