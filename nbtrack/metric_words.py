"""The words of metrics' names, and which way each is better.

`direction` goes by them to find the better of two values, `capture` to tell a result from other numbers. A word that
is added here is known to both.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["DOWN", "PHRASES", "UNDECIDED", "UP", "Direction"]

Direction = Literal["down", "up"]

DOWN = frozenset(
    """
    aic bce bic brier cer cost costs crossentropy crps davies deviance distortion distortions ece eer err error
    errors errs fid fnr fpr hinge inertia inertias kl logloss loss losses lpips mae maes mape mase medae
    misclassification misclassified mistakes mse mses msle nll perplexity pinball ppl regret residual residuals
    rmse rmses rmsle rmspe rss smape sse wape wcss wer wmape
    """.split()
)
"""Words of metrics that are better when lower."""

UP = frozenset(
    """
    acc accs accuracies accuracy ami ap ari auc aucs auprc auroc bleu calinski cindex completeness corr
    correlation correlations dice elbo explained f1 f1s f2 fbeta fitness fmeasure fowlkes homogeneity iou jaccard
    kappa likelihood loglik loglikelihood map matthews mcc meteor mrr ndcg nmi pearson pearsonr precision
    precisions psnr purity r2 r2s recall recalls return returns reward rewards rouge rsquared score scores
    sensitivity silhouette silhouettes spearman spearmanr specificity ssim tnr tpr vmeasure winrate
    """.split()
)
"""Words of metrics that are better when higher."""

UNDECIDED = frozenset("dist energy entropy evidence fn fp gini metric metrics obj objective tn tp".split())
"""Words of metrics that do not say which way is better."""

PHRASES: tuple[tuple[tuple[str, ...], Direction], ...] = (
    (("explained", "variance"), "up"),
    (("cross", "entropy"), "down"),
    (("r", "squared"), "up"),
    (("r", "2"), "up"),
    (("v", "measure"), "up"),
    (("f", "measure"), "up"),
    (("f", "score"), "up"),
    (("f", "beta"), "up"),
    (("c", "index"), "up"),
    (("hit", "rate"), "up"),
    (("win", "rate"), "up"),
    (("true", "positive"), "up"),
    (("true", "positives"), "up"),
    (("true", "negative"), "up"),
    (("true", "negatives"), "up"),
    (("false", "positive"), "down"),
    (("false", "positives"), "down"),
    (("false", "negative"), "down"),
    (("false", "negatives"), "down"),
    (("coefficient", "of", "determination"), "up"),
)
"""Phrases that mean something else than their words, and which way is better."""
