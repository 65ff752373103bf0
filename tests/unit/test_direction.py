"""Which way a metric is better is read off its name."""

import pytest

from nbtrack.direction import direction, set_direction
from nbtrack.errors import InvalidValueError

DOWN = """
rmse val_loss valLoss log_loss LOSS val/loss train_loss_epoch error_rate max_error mean_absolute_error mse2 loss_0
n_errors brier_score brier_score_loss davies_bouldin_score hamming_loss cross_entropy perplexity inertia fpr
false_positive_rate negative_log_likelihood nll WER accuracy_loss crps rmspe wmape costs rmses false_negatives
"""
UP = """
acc test_accuracy top5_acc top_5_accuracy r2 R2 R² r^2 r2_score r_squared explained_variance roc_auc ROC_AUC rocAuc f1
F1-score weighted_f1 score training_score mean_test_score precision@5 ndcg@10 recall_at_5 silhouette log_likelihood
neg_mean_squared_error neg_log_loss cohen_kappa best_val_acc mAP episode_reward aucs true_positives
"""
UNKNOWN = """
time train_time fit_time score_time std_test_score rank_test_score loss_ratio loss_std accuracy_std loss_weight
learning_rate epoch entropy temperature elapsed x 損失
"""


@pytest.mark.parametrize(
    ("names", "expected"), [(DOWN, "down"), (UP, "up"), (UNKNOWN, None)], ids=["down", "up", "unknown"]
)
def test_the_words_of_a_name_tell_the_direction(names, expected):
    wrong = {name: direction(name) for name in names.split() if direction(name) != expected}
    assert not wrong


def test_a_direction_can_be_set_and_unset():
    assert direction("temperature") is None
    set_direction("temperature", "down")
    assert direction("temperature") == "down"
    set_direction("temperature", None)
    assert direction("temperature") is None


def test_an_unknown_direction_is_refused():
    with pytest.raises(InvalidValueError, match="'left' is not known; give 'down', 'up' or None"):
        set_direction("loss", "left")
