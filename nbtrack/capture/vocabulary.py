"""The words of the trade: which names speak of results, which of bookkeeping, and what calls are for."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "FIT_METHODS",
    "call_role",
    "is_best_name",
    "is_bookkeeping_name",
    "is_earlier_name",
    "is_history_attribute",
    "is_metric_name",
    "is_prediction_name",
    "is_schedule_name",
    "is_scoring_function",
    "is_size_or_time",
    "is_training_name",
    "words",
]

_METRIC_WORDS = frozenset(
    """
    acc accs accuracy accuracies aic ari auc aucs auprc auroc bce bic bleu brier cer cindex corr
    correlation correlations cost costs crossentropy davies dice dist distortion distortions elbo energy entropy
    err error errors errs evidence f1 f1s fbeta fid fitness gini hinge inertia inertias iou jaccard kappa kl
    likelihood loglik logloss loss losses mae maes map mape mcc medae metric metrics misclassified mistakes
    mrr mse mses msle ndcg nll nmi obj objective perplexity ppl precision precisions psnr purity r2 r2s recall
    recalls regret residual residuals reward rewards rmse rmses rmsle rouge rsquared rss score scores
    fn fp sensitivity silhouette silhouettes smape tn tp specificity sse ssim wcss wer winrate
    """.split()
)
"""Words that make a name speak of a result."""

_BOOKKEEPING_WORDS = frozenset(
    """
    i j k l n m p q t u v x y z xs ys ii jj kk nn idx ix index indices count counts counter num nums number
    len length size sizes dim dims ndim shape rows row cols col columns start end begin stop time times
    elapsed tic toc duration secs seconds ms now timestamp lo hi low high left right top bottom mid width
    height tmp temp dummy seed step steps epoch epochs iter iters iteration iterations batch batches total
    offset stride fig ax axes color colour cmap title label labels w b w0 w1 theta weight weights bias
    biases grad grads gradient dw db lr eta alpha beta gamma sigma mu std var params param key keys name names
    lower upper bound bounds factor scale threshold th it ep bs pos ptr patience wait eps tol xmin xmax
    ymin ymax min max sum position
    """.split()
)
"""Words that make a name speak of bookkeeping, where no metric word speaks against it."""

_PREDICTION_WORDS = frozenset(
    "pred preds prediction predictions predicted yhat hat prob probs proba logits output outputs out".split()
)
_EARLIER_WORDS = frozenset({"prev", "previous", "old", "last", "init", "initial"})
_SIZE_AND_TIME_WORDS = frozenset(
    """
    elapsed time times start end begin stop tic toc duration secs seconds minutes ms now timestamp t0 t1 width
    height size sizes len length shape rows cols columns kb mb gb megabytes memory bytes offset stride since
    """.split()
)
_TRAINING_WORDS = frozenset(
    """
    backward boost descent evaluate fit learn minimise minimize optimise optimize simulate step train tune
    validate
    """.split()
)
_HISTORY_WORDS = frozenset("cost costs curve deviance errors loss losses likelihood score scores".split())
_SCHEDULE_WORDS = frozenset("lr eta epsilon eps temperature decay step momentum".split())
_BEST_WORDS = frozenset({"best", "lowest", "highest"})

FIT_METHODS = frozenset({"fit", "fit_transform", "fit_predict", "partial_fit", "fit_resample"})

_SCORING_SUFFIX = re.compile(
    r"(?:^|_)(?:score|error|loss|auc|accuracy|deviance|coefficient|coef|corrcoef|divergence|perplexity)$"
)
_SCORING_NAMES = frozenset(
    """
    auc accuracy rmse mse mae mape smape rmsle r2 f1 score cross_val_score silhouette_score evaluate
    pearsonr spearmanr kendalltau psnr ssim cross_entropy nll_loss mse_loss l1_loss validation_curve learning_curve
    """.split()
)
_NOT_SCORING = frozenset({"make_scorer", "get_scorer", "permutation_test_score", "zero_one_score_fn"})

_PLOT_ROOTS = frozenset(
    "plt ax axes axs fig sns px go alt pylab mpl matplotlib plotly hv bokeh pyplot seaborn canvas".split()
)
_PLOT_METHODS = frozenset(
    """
    plot scatter hist hist2d bar barh imshow matshow contour contourf legend subplots subplot figure savefig
    tight_layout axhline axvline annotate colorbar boxplot violinplot heatmap pairplot lineplot scatterplot
    histplot kdeplot countplot barplot pcolormesh fill_between errorbar quiver suptitle xlabel ylabel title
    xlim ylim xticks yticks grid set_title set_xlabel set_ylabel set_xlim set_ylim twinx update_layout semilogx
    semilogy loglog stem pie step plot_surface add_subplot add_trace from_predictions from_estimator
    from_cv_results
    """.split()
)
_PLOT_PREFIX = re.compile(r"^(?:plot|draw|show|visuali[sz]e|render)(?:_|$)")
_IO_NAMES = frozenset(
    """
    open load loads save dump dumps savetxt loadtxt genfromtxt Path join makedirs mkdir exists urlretrieve
    urlopen get getenv remove unlink rmtree glob listdir to_csv to_json to_excel to_parquet to_pickle to_sql
    to_markdown to_html write writelines read readline readlines write_text write_bytes read_text strftime
    strptime basename dirname set_option filterwarnings simplefilter basicConfig getLogger set_printoptions
    set_style set_theme use
    """.split()
)
_IO_PREFIX = re.compile(r"^(?:read|fetch|download|load|save|write|export)_")
_SHOW_NAMES = frozenset(
    """
    print display pprint info debug warning error critical log echo head tail describe value_counts
    set_postfix set_postfix_str set_description set_description_str nlargest nsmallest
    """.split()
)
# What stands between a value and its showing without making another result of it.
_PASSING_NAMES = frozenset(
    """
    round float int str repr format len abs item numpy tolist cpu detach sqrt mean std sum max min exp log
    array enumerate zip sorted range list tuple dict join any all isinstance type average median asarray
    """.split()
)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of an identifier, lower-case: `valLoss_2` is `("val", "loss", "2")`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return tuple(part.lower() for part in re.split(r"[^A-Za-z0-9]+", spaced) if part)


@lru_cache(maxsize=4096)
def is_metric_name(name: str) -> bool:
    """Return whether a name speaks of a result, e.g. `val_loss`, `rmse2`, `test_acc`."""
    found = words(name)
    if not found or found[-1] in {
        "fn",
        "func",
        "function",
        "idx",
        "index",
        "name",
        "names",
        "weight",
        "rate",
        "time",
        "times",
        "seconds",
    }:
        return False
    return any(w in _METRIC_WORDS or w.rstrip("0123456789") in _METRIC_WORDS for w in found) or (
        {"log", "loss"} <= set(found) or {"r", "squared"} <= set(found) or "explained" in found
    )


@lru_cache(maxsize=4096)
def is_bookkeeping_name(name: str) -> bool:
    """Return whether a name speaks of counting, timing, sizes or a model's weights."""
    found = words(name)
    if is_metric_name(name):
        return False
    if not found or name.startswith("_"):
        return True
    strip = [w.rstrip("0123456789") or w for w in found]
    return strip[-1] in _BOOKKEEPING_WORDS or strip[0] in {
        "n",
        "num",
        "idx",
        "i",
        "x",
        "y",
        "t",
        "start",
        "len",
    }


def is_prediction_name(name: str) -> bool:
    """Return whether a name speaks of a model's output, e.g. `y_pred`, `probs`."""
    return any(w in _PREDICTION_WORDS for w in words(name))


def is_best_name(name: str) -> bool:
    """Return whether a name keeps the best value so far, e.g. `best_val_loss`."""
    return any(w in _BEST_WORDS for w in words(name))


def is_earlier_name(name: str) -> bool:
    """Return whether a name keeps an earlier value of another, e.g. `prev_loss`."""
    return bool(words(name)) and words(name)[0] in _EARLIER_WORDS


def is_size_or_time(name: str) -> bool:
    """Return whether a name is of how large or how long something is."""
    found = words(name)
    if is_metric_name(name) or not found:
        return False
    return found[-1] in _SIZE_AND_TIME_WORDS or not {"elapsed", "time", "duration"}.isdisjoint(found)


def is_history_attribute(name: str) -> bool:
    """Return whether a library's fitted attribute is a history, e.g. `loss_curve_`, `train_score_`."""
    return not _HISTORY_WORDS.isdisjoint(words(name))


def is_training_name(name: str) -> bool:
    """Return whether a function or method of this name trains something, e.g. `train_epoch`."""
    return not _TRAINING_WORDS.isdisjoint(words(name))


def is_schedule_name(name: str) -> bool:
    """Return whether a name is of a setting that a loop may change by plan, e.g. `lr`."""
    return not _SCHEDULE_WORDS.isdisjoint(words(name)) or words(name)[-2:] == ("learning", "rate")


def is_scoring_function(name: str) -> bool:
    """Return whether a function or method of this name returns a score, e.g. `r2_score`."""
    return name not in _NOT_SCORING and (
        name in _SCORING_NAMES
        or _SCORING_SUFFIX.search(name) is not None
        or name.startswith("cross_val_score")
    )


@lru_cache(maxsize=4096)
def call_role(dotted: str) -> str:
    """Return what a call is for: `plot`, `io`, `show`, `score`, `fit`, `pass` or `other`.

    Parameters
    ----------
    dotted
        The callee as written, e.g. `plt.plot`, `model.fit`, `print`.
    """
    root, _, last = dotted.rpartition(".")
    root = root.split(".")[0]
    if root in _PLOT_ROOTS or root.rstrip("0123456789") in {"ax", "fig"} or _PLOT_PREFIX.search(last):
        return "plot"
    if root and last in _PLOT_METHODS:
        return "plot"
    if last in FIT_METHODS:
        return "fit"
    if last in _SHOW_NAMES:
        return "show"
    if last in _IO_NAMES or _IO_PREFIX.search(last):
        return "io"
    if last in _PASSING_NAMES:
        return "pass"
    if is_scoring_function(last):
        return "score"
    return "other"
