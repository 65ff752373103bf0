# %%
from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeRegressor

X, y = load_diabetes(return_X_y=True)


def display_scores(scores):
    print("Scores:", scores.round(2))
    print("Mean:", scores.mean())
    print("Standard deviation:", scores.std())


# %% track
tree_reg = DecisionTreeRegressor(max_depth=4, random_state=42)
scores = cross_val_score(tree_reg, X, y, scoring="neg_root_mean_squared_error", cv=8)
tree_rmse_scores = -scores
print("Mean: %.2f, standard deviation: %.2f" % (tree_rmse_scores.mean(), tree_rmse_scores.std()))
