"""The requirements of a model: the distributions that its pickle refers to, in exact versions.

The pickle's opcodes name every module that unpickling will import; nothing is run to find them
(https://docs.python.org/3/library/pickletools.html).
"""

from __future__ import annotations

import dis
import io
import pickletools
import platform
import sys
from types import CodeType
from typing import TYPE_CHECKING, Any

from nbtrack.installed import distributions_of, is_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["are_own", "modules_of_code", "modules_of_pickle", "requirements_of", "write_environment"]

_STRINGS = frozenset(
    {"SHORT_BINUNICODE", "BINUNICODE", "UNICODE", "BINUNICODE8", "SHORT_BINSTRING", "STRING"}
)
_PUTS = frozenset({"MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_OWN = frozenset({"nbtrack"})
_SUBIMPORT = "cloudpickle.cloudpickle.subimport"
"""The function that cloudpickle calls with the name of a module that a function refers to."""


def modules_of_pickle(data: bytes) -> set[str]:
    """Return the top-level modules that unpickling imports, and those of functions pickled by value.

    Examples
    --------
    >>> import pickle, decimal
    >>> modules_of_pickle(pickle.dumps(decimal.Decimal(1)))
    {'decimal'}
    """
    modules: set[str] = set()
    memo: dict[int, str | None] = {}
    pushed: list[str | None] = [None, None]
    """The top two items of the stack if they are text; a global is `module.name`."""
    for opcode, argument, _ in pickletools.genops(io.BytesIO(data)):
        name = opcode.name
        if name in _STRINGS:
            if pushed[-1] == _SUBIMPORT:
                modules.add(str(argument).partition(".")[0])
            pushed = [pushed[-1], str(argument)]
        elif name in _PUTS:
            memo[len(memo) if name == "MEMOIZE" else int(argument or 0)] = pushed[-1]
        elif name in _GETS:
            pushed = [pushed[-1], memo.get(int(argument or 0))]
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            module, attribute = str(argument).split(" ", 1) if name == "GLOBAL" else pushed
            modules.add((module or "").partition(".")[0])
            pushed = [None, f"{module}.{attribute}"]
        elif name not in ("FRAME", "PROTO"):
            pushed = [pushed[-1], None]
    return modules - {""}


def are_own(modules: Iterable[str]) -> bool:
    """Return whether a pickle of these modules holds code of the user's own: by value, or from a file that is no library.

    Examples
    --------
    >>> are_own({"sklearn", "numpy"}), are_own({"sklearn", "__main__"})
    (False, True)
    """
    # cloudpickle itself is only there for what is pickled by value.
    return any(module == "cloudpickle" or not is_library(module) for module in modules)


def modules_of_code(function: Any) -> set[str]:
    """Return the top-level modules that a function imports when it is called, with the functions in it."""
    code = getattr(function, "__code__", None)
    if code is None and isinstance(function, type):
        return {m for part in vars(function).values() for m in modules_of_code(part)}
    return set(_imports(code)) if isinstance(code, CodeType) else set()


def _imports(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield str(instruction.argval).partition(".")[0]
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _imports(inner)


def requirements_of(modules: Iterable[str], extra: Iterable[str] = ()) -> list[str]:
    """Return `name==version` of the distributions that modules come from, sorted.

    Parameters
    ----------
    modules
        Top-level modules; those of the standard library and of the notebook have no requirements.
    extra
        Further distributions, by the name of one of their modules.
    """
    found: dict[str, str] = {}
    for module in {*modules, *extra} - set(sys.stdlib_module_names) - _OWN - {"__main__"}:
        for distribution in distributions_of(module):
            # The part after + names a build, which package indexes do not have.
            found[distribution.name] = distribution.version.partition("+")[0]
    return sorted((f"{name}=={version}" for name, version in found.items()), key=str.lower)


def write_environment(folder: Path, requirements: Iterable[str]) -> None:
    """Write `requirements.txt`, `conda.yaml` and `python_env.yaml` as MLflow does.

    `mlflow` comes first, because MLflow's tools build environments from these files; nbtrack ignores it.
    """
    lines = ["mlflow", *requirements]
    version = platform.python_version()
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "python_env.yaml").write_text(
        f"python: {version}\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n",
        encoding="utf-8",
    )
    pinned = "".join(f"  - {line}\n" for line in lines)
    (folder / "conda.yaml").write_text(
        f"channels:\n- conda-forge\ndependencies:\n- python={version}\n- pip\n- pip:\n{pinned}name: mlflow-env\n",
        encoding="utf-8",
    )
