# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import davies_bouldin_score, silhouette_score
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(95)
centres = np.array([[25, 30, 80], [32, 85, 75], [45, 55, 50], [50, 88, 18], [52, 28, 20]])
customers = pd.DataFrame(
    np.repeat(centres, 40, axis=0) + rng.normal(0, 5, (200, 3)),
    columns=["age", "income", "spending"],
)

# %% track
features = ["age", "income", "spending"]
scaler = StandardScaler()
X_scaled = scaler.fit_transform(customers[features])

n_clusters = 5
kmeans = KMeans(n_clusters=n_clusters, init="k-means++", n_init=10, random_state=42)
customers["cluster"] = kmeans.fit_predict(X_scaled)

print("Inertia:", kmeans.inertia_)
sil = silhouette_score(X_scaled, customers["cluster"])
db = davies_bouldin_score(X_scaled, customers["cluster"])
print("Silhouette score: {:.3f}".format(sil))
print("Davies-Bouldin index: {:.3f}".format(db))
print(customers["cluster"].value_counts())

colors = ["red", "blue", "green", "orange", "purple"]
for i in range(n_clusters):
    members = customers[customers["cluster"] == i]
    plt.scatter(members["income"], members["spending"], s=40, c=colors[i], label=f"Cluster {i}")
plt.xlabel("Annual income")
plt.ylabel("Spending score")
plt.legend()
plt.show()

customers.groupby("cluster")[features].mean().round(1)
