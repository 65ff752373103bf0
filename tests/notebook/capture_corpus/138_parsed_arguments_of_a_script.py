# %%
import argparse

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import balanced_accuracy_score, matthews_corrcoef

rng = np.random.default_rng(138)
topics = {
    "bug": "crash error traceback fails broken exception segfault wrong regression".split(),
    "feature": "please add support option would nice allow new request".split(),
    "question": "how can why does what where documentation example help".split(),
}
common = "the a of version install python when using with my file run code".split()
rows = []
for i in range(900):
    kind = rng.choice(list(topics), p=[0.5, 0.3, 0.2])
    words = list(rng.choice(common, 9)) + list(rng.choice(topics[kind], rng.integers(0, 4)))
    rows.append((" ".join(rng.permutation(words)), kind))
issues = pd.DataFrame(rows, columns=["title", "kind"])

# %%
def get_parser():
    parser = argparse.ArgumentParser(description="Sort the issues of a repository")
    parser.add_argument("--ngrams", type=int, default=1)
    parser.add_argument("--min-df", type=int, default=3)
    parser.add_argument("--alpha", type=float, default=1e-4, metavar="A")
    parser.add_argument("--loss", choices=["hinge", "log_loss", "modified_huber"], default="hinge")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--balanced", action="store_true")
    parser.add_argument("--out", default=None)
    return parser


def main(args):
    train, test = issues[:600], issues[600:]
    tfidf = TfidfVectorizer(ngram_range=(1, args.ngrams), min_df=args.min_df)
    A = tfidf.fit_transform(train["title"])
    clf = SGDClassifier(
        loss=args.loss, alpha=args.alpha, max_iter=args.epochs, tol=None, random_state=args.seed,
        class_weight="balanced" if args.balanced else None,
    )
    clf.fit(A, train["kind"])
    guess = clf.predict(tfidf.transform(test["title"]))
    if args.out:
        pd.Series(guess).to_csv(args.out)
    return {
        "balanced_accuracy": balanced_accuracy_score(test["kind"], guess),
        "mcc": matthews_corrcoef(test["kind"], guess),
        "vocabulary": len(tfidf.vocabulary_),
    }

# %% track
args = get_parser().parse_args("--ngrams 2 --loss modified_huber --epochs 12 --balanced".split())
print(args)

result = main(args)
for key, value in result.items():
    print(f"{key:>18}: {value:.4g}")
