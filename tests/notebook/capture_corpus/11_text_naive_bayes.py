# %%
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

rng = np.random.default_rng(11)
topics = {
    "sea": "boat wave sail harbour captain storm net fish tide anchor the a of and".split(),
    "sky": "plane cloud wing pilot storm tower star wind tide runway the a of and".split(),
}
texts, labels = [], []
for label, words in topics.items():
    for _ in range(150):
        texts.append(" ".join(rng.choice(words, size=5)))
        labels.append(label)

# %% track
start = time.time()
docs_train, docs_test, y_train, y_test = train_test_split(texts, labels, test_size=0.4, random_state=8)

vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
X_train = vectorizer.fit_transform(docs_train)
X_test = vectorizer.transform(docs_test)
n_words = len(vectorizer.vocabulary_)
print("vocabulary:", n_words, "terms")

nb = MultinomialNB(alpha=0.3)
nb.fit(X_train, y_train)
y_pred = nb.predict(X_test)
elapsed = time.time() - start
print(f"done in {elapsed:.2f} s")
accuracy_score(y_test, y_pred)
