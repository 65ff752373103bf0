"""Vocabulary of calls: the purpose of a call, from the name of the callee."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "AVERAGES",
    "CLOCKS",
    "COUNTING",
    "DATA_ARGUMENTS",
    "DATA_METHODS",
    "DATA_TYPES",
    "FIELDS_OF_MODELS",
    "FILLING_METHODS",
    "FIT_METHODS",
    "FOLD_CURVES",
    "FORM_CHANGING",
    "FORM_CHANGING_METHODS",
    "GIVEN_CALLS",
    "GIVEN_NAMES",
    "LEARNING_METHODS",
    "LOADING",
    "MATHS_ROOTS",
    "NAMESPACES",
    "NUMBER_FORMS",
    "NUMERIC_ROOTS",
    "OUTPUT_ARGUMENTS",
    "PARSERS",
    "REDUCTIONS",
    "REDUCTION_ENDINGS",
    "REDUCTION_ROOTS",
    "RUNNING_SETTINGS",
    "SCALAR_TYPES",
    "STEP_METHODS",
    "THRESHOLD_CURVES",
    "TRAINING_FUNCTIONS",
    "TRAINING_METHODS",
    "UNWRAPPING",
    "call_role",
    "is_scoring_function",
]

# -- what a call is for

FIT_METHODS = frozenset({"fit", "fit_transform", "fit_predict", "partial_fit", "fit_resample"})
"""Methods that fit a model."""
_SCORING_SUFFIX = re.compile(
    r"(?:^|_)(?:score|error|loss|auc|accuracy|deviance|coefficient|coef|corrcoef|divergence|perplexity)$"
)
"""How the names of scoring functions end."""
_SCORING_NAMES = frozenset(
    """
    auc accuracy rmse mse mae mape smape rmsle r2 f1 score cross_val_score silhouette_score evaluate
    pearsonr spearmanr kendalltau psnr ssim cross_entropy nll_loss mse_loss l1_loss validation_curve learning_curve
    """.split()
)
"""Scoring functions whose names do not end like that, or are short."""
_NOT_SCORING = frozenset({"make_scorer", "get_scorer", "permutation_test_score", "zero_one_score_fn"})
"""Names that end like those of scoring functions, but are not."""
THRESHOLD_CURVES = frozenset({"det_curve", "precision_recall_curve", "roc_curve"})
"""Functions whose arrays have a value a threshold: a picture, not a history."""

FOLD_CURVES = ("learning_curve", "validation_curve")
"""Functions whose arrays have a row of the folds' scores for each size or setting."""

_PLOT_ROOTS = frozenset(
    "plt ax axes axs fig sns px go alt pylab mpl matplotlib plotly hv bokeh pyplot seaborn canvas".split()
)
"""The objects that plotting methods are called on: usual names of modules, figures and axes."""
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
"""Methods that plot, whatever they are called on."""
_PLOT_PREFIX = re.compile(r"^(?:plot|draw|show|visuali[sz]e|render)(?:_|$)")
"""How functions that plot begin."""
_IO_NAMES = frozenset(
    """
    open load loads safe_load full_load unsafe_load save dump dumps savetxt loadtxt genfromtxt Path join makedirs mkdir exists urlretrieve
    urlopen get getenv remove unlink rmtree glob listdir to_csv to_json to_excel to_parquet to_pickle to_sql
    to_markdown to_html write writelines read readline readlines write_text write_bytes read_text strftime
    strptime basename dirname set_option filterwarnings simplefilter basicConfig getLogger set_printoptions
    set_style set_theme use
    """.split()
)
"""Functions that read, write, or set something up for showing."""
_CLIENTS = frozenset({"", "client", "httpx", "requests", "session"})
"""What `get` is called on to fetch something."""
_IO_PREFIX = re.compile(r"^(?:read|fetch|download|load|save|write|export)_")
"""How functions that read or write begin."""
_SHOW_NAMES = frozenset(
    """
    print display pprint info debug warning error critical log echo head tail describe value_counts
    set_postfix set_postfix_str set_description set_description_str nlargest nsmallest
    """.split()
)
"""Functions that show what they are given."""
_PASSING_NAMES = frozenset(
    """
    round float int str repr format len abs item numpy tolist cpu detach sqrt mean std sum max min exp log
    array enumerate zip sorted range list tuple dict join any all isinstance type average median asarray
    """.split()
)
"""Functions that may be applied to a value before it is shown: their result is not a new result."""

# -- what a call gives

REDUCTION_ENDINGS = {
    "mean": "",
    "std": "_std",
    "max": "_max",
    "min": "_min",
    "sum": "_sum",
    "median": "_median",
}
"""Reductions of several scores to one, and what they add to its name."""
REDUCTION_ROOTS = frozenset({"np", "numpy", "statistics"})
"""The modules whose functions these are."""
REDUCTIONS = REDUCTION_ENDINGS.keys() | frozenset(
    "var norm average percentile quantile corrcoef item".split()
)
"""Functions and methods that sum several values up in one."""
AVERAGES = frozenset({"mean", "median"})
"""Those whose result is still a score."""
COUNTING = frozenset("len argmin argmax index time perf_counter now size numel id".split())
"""Functions and methods that count, find a position or read the time."""
CLOCKS = frozenset("time perf_counter now monotonic".split())
"""Functions that tell the time; a difference of two is a duration."""
UNWRAPPING = frozenset({"item", "numpy", "tolist", "detach", "cpu"})
"""Methods that return an array's or tensor's value in another form."""
NUMBER_FORMS = frozenset({"round", "float", "int", "abs", "str"})
"""Functions that show a number in another form."""
FILLING_METHODS = frozenset({"append", "extend", "insert", "update", "add", "appendleft", "setdefault"})
"""Methods that add something to a list, a dict or a set."""
NAMESPACES = frozenset({"dict", "SimpleNamespace", "Namespace", "namedtuple", "DotMap", "EasyDict", "Munch"})
"""Functions that create a namespace from their keyword arguments."""
SCALAR_TYPES = frozenset(
    """
    Decimal Fraction Timedelta Timestamp bool_ date datetime float16 float32 float64 int16 int32 int64 int8
    timedelta uint8
    """.split()
)
"""Types of single values that are made from literals."""
NUMERIC_ROOTS = frozenset({"np", "numpy", "torch", "jnp", "math", "pd", "tf", "statistics"})
"""Modules whose functions' arguments count as used like the result."""
FORM_CHANGING = frozenset(
    """
    abs bool dict float format frozenset int len list max min pow range reversed round set sorted str tuple
    zip Path ceil exp floor log log10 log2 sqrt arange array linspace logspace
    """.split()
)
"""Functions that only convert their arguments to another form."""
FORM_CHANGING_METHODS = frozenset(
    """
    casefold copy format get join keys items lower lstrip replace rstrip split splitlines strip title upper values
    index count
    """.split()
)
"""Methods that only convert their object to another form."""
MATHS_ROOTS = frozenset({"math", "np", "numpy"})
"""The modules that such functions are called from."""
GIVEN_CALLS = frozenset({"input", "getpass", "getenv", "os.getenv", "os.environ.get", "getpass.getpass"})
GIVEN_NAMES = frozenset({"sys.argv", "os.environ", "argv", "environ"})
"""Names of input from the command line, the environment or the keyboard."""

PARSERS = frozenset(
    """
    json.load json.loads toml.load toml.loads tomllib.load tomllib.loads tomli.load tomli.loads yaml.load yaml.safe_load
    yaml.full_load yaml.unsafe_load OmegaConf.load OmegaConf.create OmegaConf.merge omegaconf.OmegaConf.load
    omegaconf.OmegaConf.create ujson.load ujson.loads json5.load json5.loads
    """.split()
)
"""Functions that read the formats in which settings are written."""

# -- what trains, and how

TRAINING_METHODS = frozenset(
    "fit fit_transform fit_predict partial_fit compile train cv set_params learn optimize minimize".split()
)
"""Methods whose arguments configure training, whatever they are called on."""
LEARNING_METHODS = frozenset("fit forward partial_fit train predict parameters learn update".split())
"""Methods that indicate that a user's class is a model."""
TRAINING_FUNCTIONS = tuple(
    "split train fit optim minimize search cross_val cv curve make stopping study".split()
)
"""Parts of the names of functions that split, search or train."""
STEP_METHODS = frozenset({"backward", "step"})
"""Methods by which a loop trains a model itself."""
DATA_ARGUMENTS = frozenset({"X", "x", "data"})
"""Names of the arguments with data in `fit`."""
DATA_METHODS = frozenset(
    {"fit", "fit_predict", "fit_transform", "partial_fit", "predict", "predict_proba", "transform"}
)
"""Methods whose first two arguments are data."""
DATA_TYPES = frozenset(
    """
    DataFrame LazyFrame array asarray as_tensor constant from_dict from_dicts from_list from_pylist from_records
    tensor
    """.split()
)
"""What makes data of nested lists and dicts."""
LOADING = ("read_", "load", "fetch_", "make_")
"""Prefixes of functions that load or create data."""
_OUTPUT_ARGUMENTS = frozenset(
    """
    device dtype desc leave disable pin_memory num_workers download root callbacks
    error_score return_train_score copy_X out axis dim keepdim shuffle_display output_dict zero_division
    random_seed_display return_X_y as_frame max_workers disable_tqdm reduction eval_names report_to valid_names
    verbose_eval show_progress_bar study_name storage load_if_exists plot output_dir overwrite_output_dir run_name
    logging_dir logging_steps logging_strategy logging_first_step save_steps save_strategy save_total_limit
    save_dir disp as_pandas use_cpu no_cuda dataloader_pin_memory dataloader_num_workers accelerator devices default_root_dir logger
    enable_progress_bar enable_model_summary enable_checkpointing log_every_n_steps num_sanity_val_steps
    """.split()
)
"""Arguments that change how a call runs or prints, not what it learns."""
RUNNING_SETTINGS = frozenset(
    """
    allow_writing_files force_col_wise force_row_wise logging_level n_jobs nthread num_threads silent
    thread_count verbose verbose_eval verbosity
    """.split()
)
"""Those that stand in dicts of settings too, among the others of a library."""
OUTPUT_ARGUMENTS = _OUTPUT_ARGUMENTS | RUNNING_SETTINGS
"""All of them."""
FIELDS_OF_MODELS = frozenset({"architectures", "problem_type", "use_cache"})
"""Fields of a library's configs that models and trainers set by themselves."""


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
    if last == "get" and root not in _CLIENTS:
        return "pass"  # an entry of a dict
    if last in _IO_NAMES or _IO_PREFIX.search(last):
        return "io"
    if last in _PASSING_NAMES:
        return "pass"
    if is_scoring_function(last):
        return "score"
    return "other"
