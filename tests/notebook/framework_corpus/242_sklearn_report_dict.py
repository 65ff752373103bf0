# %%
import seaborn as sns
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import classification_report, confusion_matrix, matthews_corrcoef
from sklearn.model_selection import train_test_split

X, y = make_classification(
    n_samples=3000, n_features=10, n_informative=5, weights=[0.93], class_sep=0.9, flip_y=0.01, random_state=36
)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=36)

# %% track
fraud_pipe = Pipeline(
    steps=[
        ("smote", SMOTE(sampling_strategy=0.4, k_neighbors=5, random_state=36)),
        ("gb", GradientBoostingClassifier(n_estimators=80, max_depth=3, learning_rate=0.15, random_state=36)),
    ]
)
fraud_pipe.fit(X_train, y_train)
y_pred = fraud_pipe.predict(X_test)

report = classification_report(y_test, y_pred, target_names=["legit", "fraud"], output_dict=True)
tn, fp, fn, tp = confusion_matrix(y_test, y_pred).ravel()
print(f"fraud: precision {report['fraud']['precision']:.3f}, recall {report['fraud']['recall']:.3f}")
print(f"missed frauds: {fn}, false alarms: {fp}")
print("MCC", matthews_corrcoef(y_test, y_pred))
sns.heatmap([[tn, fp], [fn, tp]], annot=True, fmt="d", cmap="Blues");
