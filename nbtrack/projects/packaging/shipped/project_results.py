"""What a packaged project keeps of its results: logged with MLflow, or with nbtrack under its name, else printed.

`nbtrack package` has put this file here. It needs no other package, and runs from Python 3.8 on.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import json
import os
import re
import runpy
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Set, Tuple

try:
    import mlflow
except ImportError:  # the results are printed then
    mlflow = None

_WORDS = "PROJECT_RESULTS_WORDS"
_handed = bool(os.environ.get("MLFLOW_RUN_ID"))
_state: Dict[str, Any] = {"given": {}, "begun": False}
_points: Dict[str, List[Tuple[int, float]]] = {}
_counts: Dict[int, int] = Counter()
_lines: List[Tuple[Any, Tuple[Any, ...]]] = []
_NUMBER = r"([-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf))"
_MARKUP = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07")
_FLAVOURS = {one: one for one in ("sklearn", "xgboost", "lightgbm", "keras")}
_FLAVOURS["torch"] = "pytorch"
_turned: Set[str] = set()
_last: Dict[str, Any] = {}
_MANY = 1000


def begin(
    parser: argparse.ArgumentParser, names: Mapping[str, str], arguments: Sequence[Any] = ()
) -> argparse.Namespace:
    """Read the command line, which the code then finds as it was, and go to the project's folder, where its data is.

    A word of the arguments may be a pair: a text, and the name of the parameter whose value stands behind it; or the
    text is there only where the value is a third part.
    """
    global mlflow  # noqa: PLW0603 (of this module)
    # A process that another has started to work for it, which reads the code again: the other was given what counts, and
    # keeps what comes of it.
    _state["works"] = sys._getframe(1).f_globals["__name__"] == "__mp_main__"  # noqa: SLF001
    mlflow = None if _state["works"] else mlflow
    words = json.loads(os.environ[_WORDS]) if _state["works"] else sys.argv[1:]
    os.environ[_WORDS] = json.dumps(words)
    given = parser.parse_args(words)
    sys.argv[1:] = [one for word in arguments for one in _said(word, given)]
    sys.exit = _exit  # type: ignore[assignment]
    atexit.register(_print)
    os.chdir(Path(__file__).resolve().parent)
    _state["given"] = {names.get(name, name): value for name, value in vars(given).items()}
    return given


def need(*names: str) -> None:
    """Stop where a variable is not set that stands for a secret: they were not kept."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing and not {"-h", "--help"} & set(sys.argv):
        several = "variables" if len(missing) > 1 else "variable"
        sys.exit(
            f"{Path(sys.argv[0]).name}: set the environment {several} {' and '.join(missing)} first: "
            "the code had a secret there, which was not kept"
        )


def secret(name: str) -> str:
    """Return what stands for a secret."""
    return os.environ.get(name, "")


def number(text: str) -> float:
    """Return a whole number where the text is one, else another number."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def boolean(text: str) -> bool:
    """Return True or False for the usual words."""
    words = {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }
    if text.lower() not in words:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return words[text.lower()]


def literal(text: str) -> Any:
    """Return what a Python literal stands for: None, a number, a list."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise argparse.ArgumentTypeError(f"{text!r} is no Python literal; a text goes in quotes") from None


# -- while it runs


def log(name: str, value: Any, step: int | None = None) -> None:
    """Keep a point of a metric, or one of each number of a dict or a named tuple."""
    value = value._asdict() if isinstance(value, tuple) and hasattr(value, "_asdict") else value
    if isinstance(value, dict):
        for key, inner in value.items():
            if _as_number(inner) is not None:
                log(f"{name}.{key}", inner, step)
        return
    number = _as_number(value)
    if number is None:
        _last[name] = value
        return
    points = _points.setdefault(name, [])
    step = len(points) if step is None else step
    points.append((step, number))
    if mlflow is not None:
        _begin()
        mlflow.log_metric(name, number, step=step)


def tick(loop: int) -> None:
    """Count an iteration of a loop of which not every one has a value."""
    _counts[loop] += 1


def step(loop: int) -> int:
    """Return the number of a loop's iteration."""
    return _counts[loop] - 1


def turn(name: str, namespace: Mapping[str, Any]) -> None:
    """Keep what a running sum has come to, before a loop begins it anew."""
    if name in _turned:
        log(name, namespace.get(name))
    _turned.add(name)


def score(name: str, value: Any, step: int | None = None) -> Any:
    """Keep a number that is shown or printed, or each of a short array, and return it."""
    one = _as_number(value)
    if one is None and getattr(value, "size", 0) == 1:
        one = _as_number(value.item())
    if one is not None:
        log(name, one, step)
    elif getattr(value, "ndim", 0) == 1 and 2 <= len(value) <= _MANY:
        for part in value:
            log(name, part)
    return value


# -- what it prints


class _Reader:
    """Stands for the standard output, and reads the lines that go there."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._rest = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            _read(line)
        self._stream.write(text)
        return len(text)

    def end(self) -> Any:
        _read(self._rest)
        return self._stream


def listen(template: str, *names: Any) -> None:
    """Keep the numbers of the lines that are printed like this one, with `{}` for each; None is for one that is no score."""
    parts = re.split(r"(?<!\{)\{\}(?!\})", template)
    texts = [re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts]
    # Numbers have another width each time.
    pattern = _NUMBER.join(re.sub(r"(\\ )+", r"\\s*", text) for text in texts)
    _lines.append((re.compile(pattern, re.IGNORECASE), names))
    if not isinstance(sys.stdout, _Reader):
        sys.stdout = _Reader(sys.stdout)


def _read(line: str) -> None:
    text = _MARKUP.sub("", line.rpartition("\r")[2]).strip()
    for pattern, names in _lines:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        numbers = [float(one.replace(",", "").replace("\u2212", "-")) for one in match.groups()]
        for place, name in enumerate(names):
            if name is not None and name.endswith("/"):
                whole = numbers[place + 1]
                log(name[:-1], numbers[place] / whole if whole else float("nan"))
            elif name is not None:
                log(name, numbers[place])
        return


# -- at its end


def rest(name: str, value: Any) -> None:
    """Keep what a name holds in the end, where a loop gave it no number."""
    if name not in _points:
        keep(name, value)


def keep(name: str, value: Any) -> None:
    """Keep a number, or a list of numbers as a history."""
    if _as_number(value) is not None:
        log(name, value)
        return
    if getattr(value, "ndim", 0) == 2 and hasattr(value, "mean"):
        value = value.mean(axis=1)  # a curve, of which each row has the scores of folds
    value = value.tolist() if hasattr(value, "tolist") else value
    if hasattr(value, "__iter__") and not isinstance(value, (str, dict)):
        numbers = [_as_number(one) for one in value]
        if None not in numbers:
            for one in numbers:
                log(name, one)


def part(value: Any, path: str) -> Any:
    """Return what is under a dotted path in dicts, histories, frames and lists."""
    if not path:
        return value
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [row.get(path) for row in value]
    words = path.split(".")
    if words[0] != "history" and isinstance(getattr(value, "history", None), dict):
        value = value.history
    for end in range(len(words), 0, -1):
        key, rest = ".".join(words[:end]), ".".join(words[end:])
        if hasattr(value, "_fields"):
            if hasattr(value, key):
                return part(getattr(value, key), rest)
        elif isinstance(value, dict):
            same = [known for known in value if str(known) == key]
            if same:
                return part(value[same[0]], rest)
        elif hasattr(value, "columns") or hasattr(value, "index"):
            if key in value:
                return part(value[key], rest)
        elif (isinstance(value, (list, tuple)) and key.isdigit()) or (
            hasattr(value, "ndim") and key.isdigit()
        ):
            return part(value[int(key)], rest)
        elif hasattr(value, key):
            return part(getattr(value, key), rest)
    return None


def carried(name: str, attribute: str, *models: Any) -> None:
    """Keep what a fitted model has, such as its `loss_curve_`."""
    for one in models:
        if hasattr(one, attribute.partition(".")[0]):
            keep(name, part(one, attribute))
            return


def model(name: str, value: Any) -> None:
    """Save a model, in the flavour of its library."""
    if mlflow is None or value is None:
        return
    _begin()
    found = (_FLAVOURS.get(kind.__module__.partition(".")[0]) for kind in type(value).__mro__)
    flavour = next(filter(None, found), None)
    try:
        if hasattr(mlflow, "log_model"):  # nbtrack's
            mlflow.log_model(value, name)
        elif flavour is not None:
            # MLflow's own form for scikit-learn refuses the trees that it has itself just fitted.
            options = {"serialization_format": "cloudpickle"} if flavour == "sklearn" else {}
            import_module(f"mlflow.{flavour}").log_model(value, name=name, **options)
    except Exception as error:  # noqa: BLE001  its results are worth more than the model
        print(f"the model {name} is not saved: {error}", file=sys.stderr)


def _said(word: Any, given: argparse.Namespace) -> List[str]:
    if isinstance(word, str):
        return [word]
    text, name, *there = word
    value = getattr(given, name)
    return [text] * (value is there[0]) if there else [text + str(value)]


_leave = sys.exit


def _exit(code: Any = None) -> None:
    """End the program, as a script may before it gets to its end."""
    _state["failed"] = code not in (None, 0)
    _leave(code)


def _print() -> None:
    if mlflow is None and not _state.get("failed") and not hasattr(sys, "last_type"):
        end()


def end() -> None:
    """Print the results where nothing logs them, and end the run."""
    if _state.get("ended") or _state["works"]:
        return
    _state["ended"] = True
    if isinstance(sys.stdout, _Reader):
        sys.stdout = sys.stdout.end()
    for name, value in _last.items():
        # A loop gave it lists alone: the last counts, as with any name.
        rest(name, value)
    if mlflow is not None:
        _begin()
        mlflow.end_run()
        return
    for name, points in _points.items():
        print(name, repr(points[-1][1]), *([f"({len(points)} points)"] if len(points) > 1 else []))


def _begin() -> None:
    if _state["begun"]:
        return
    _state["begun"] = True
    if mlflow.active_run() is None:
        mlflow.start_run()
    if not _handed:  # else who runs the project has logged them
        mlflow.log_params(_state["given"])


def _as_number(value: Any) -> float | None:
    if isinstance(value, (bool, str, bytes)) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        plain = value.item()
        return float(plain) if isinstance(plain, (int, float)) and not isinstance(plain, bool) else None
    data = getattr(value, "data", None) if hasattr(value, "grad") else None
    return float(data) if isinstance(data, float) else None


# -- what notebooks have and scripts have not


def cd(folder: str) -> None:
    """Change the working folder."""
    os.chdir(Path(folder).expanduser())


def shell(command: str) -> int:
    """Run a command of the shell."""
    sys.stdout.flush()
    return subprocess.run(command, shell=True, check=False).returncode


def run(script: str, words: Sequence[str], namespace: Dict[str, Any], *, around: bool = False) -> None:
    """Run a script, and take over the names that it leaves; it sees those that are there if it is run around them."""
    before, sys.argv = sys.argv, [script, *words]
    try:
        found = runpy.run_path(script, dict(namespace) if around else None, "__main__")
    finally:
        sys.argv = before
    namespace.update({name: value for name, value in found.items() if not name.startswith("__")})


def lines(command: str) -> List[str]:
    """Return the lines that a command of the shell prints."""
    done = subprocess.run(command, shell=True, check=False, stdout=subprocess.PIPE, universal_newlines=True)
    return done.stdout.splitlines()


def setenv(name: str, value: str) -> None:
    """Set a variable of the environment."""
    os.environ[name] = value


def display(*values: Any, **_: Any) -> None:
    """Print what a notebook would show."""
    for value in values:
        print(value)
