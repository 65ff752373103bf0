# %%
import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

cancer = load_breast_cancer()
print("Keys: {}".format(list(cancer.keys())))

# %% track
X_train, X_test, y_train, y_test = train_test_split(
    cancer.data, cancer.target, stratify=cancer.target, random_state=66)
print("X_train shape: {}".format(X_train.shape))

training_accuracy = []
test_accuracy = []
# from a stump to a bush
depth_settings = range(1, 9)

for depth in depth_settings:
    tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
    tree.fit(X_train, y_train)
    # how well it knows what it has seen
    training_accuracy.append(tree.score(X_train, y_train))
    # how well it does on the rest
    test_accuracy.append(tree.score(X_test, y_test))

plt.plot(depth_settings, training_accuracy, label="training accuracy")
plt.plot(depth_settings, test_accuracy, label="test accuracy")
plt.ylabel("Accuracy")
plt.xlabel("max_depth")
plt.legend()
