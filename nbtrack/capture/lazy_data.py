"""Data that is not there yet, or has names for its dimensions: xarray's and Dask's objects.

Nothing is imported, loaded or computed for a description. What has it is told: dimensions, sizes, types, chunks,
partitions, names of attributes; content is fingerprinted where it is in memory, or where Dask names the work that makes it.
"""

from __future__ import annotations

import math
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.fingerprint import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Lazy", "is_lazy", "lazy"]

_MAX_NAMES = 200
"""How many variables and names of attributes are told."""
_MAX_STEPS = 200
"""How many steps of a Dask frame's plan are looked at."""
_KNOWN = frozenset({"FromPandas", "FromMap", "FromGraph", "FromArray", "FromScalars"})
"""Sources of a plan that know their partitions; others may read files to tell them."""


class Lazy(NamedTuple):
    """A description."""

    kind: str
    shape: tuple[int, ...]
    dtypes: dict[str, str]
    content: Fingerprint


def is_lazy(value: Any) -> bool:
    """Return whether it would have to be computed or loaded to know what is in it."""
    library = type(value).__module__.partition(".")[0]
    if library == "xarray":
        return not _in_memory(getattr(value, "variable", value))
    return library == "dask"


def lazy(value: Any) -> Lazy | None:
    """Describe one of xarray's or Dask's objects, or return None for any other."""
    for module, names, describe in (
        ("xarray", ("DataArray", "Dataset"), _labelled),
        ("dask.array", ("Array",), _array),
        ("dask.dataframe", ("DataFrame", "Series", "Index"), _frame),
        ("dask.bag", ("Bag",), _bag),
    ):
        library = sys.modules.get(module)
        known = tuple(k for k in (getattr(library, name, None) for name in names) if isinstance(k, type))
        if known and isinstance(value, known):
            return describe(value)
    return None


# xarray


def _labelled(value: Any) -> Lazy:
    sizes = dict(value.sizes)
    kind = f"{type(value).__name__} ({', '.join(f'{name}: {size}' for name, size in sizes.items())})"
    coordinates = set(value.coords)
    dtypes: dict[str, str] = {}
    content = Fingerprint()
    content.note(type(value).__name__, list(sizes.items()))
    for name, one in islice(_variables(value).items(), _MAX_NAMES):
        about = [f"{one.dtype} ({', '.join(map(str, one.dims))})"]
        about += ["coordinate"] if name in coordinates else []
        about += [f"chunks of {_sizes(map(max, one.chunks))}"] if one.chunks else []
        dtypes[_unused(str(name), dtypes)] = ", ".join(about)
        content.note(str(name), about)
        _take(content, one)
    if value.attrs:
        dtypes[_unused("attrs", dtypes)] = ", ".join(map(str, islice(value.attrs, _MAX_NAMES)))
    return Lazy(kind, tuple(map(int, sizes.values())), dtypes, content)


def _variables(value: Any) -> Mapping[Any, Any]:
    """Return the variables and coordinates; the one of an array under its name, or none."""
    if hasattr(value, "data_vars"):
        return dict(value.variables)
    own = value.name if getattr(value, "name", None) is not None else ""
    return {own: value.variable} | {
        name: one.variable for name, one in getattr(value, "coords", {}).items() if name != own
    }


def _held(variable: Any) -> Any:
    """Return what a variable holds; asking for its values would load them."""
    held: Any = getattr(variable, "_data", None)
    return held.array if type(held).__name__ == "PandasIndexingAdapter" else held


def _in_memory(variable: Any) -> bool:
    return type(_held(variable)).__module__.partition(".")[0] in {"numpy", "pandas"}


def _take(content: Fingerprint, variable: Any) -> None:
    """Add a variable's content as far as it costs nothing."""
    held = _held(variable)
    library = type(held).__module__.partition(".")[0]
    if library == "numpy":
        content.array(held)
    elif library == "pandas":
        content.series(held)
    elif library == "dask":
        content.note(held.name)
    else:  # in a file that was opened, or of another library
        content.sampled = True


# Dask


def _array(value: Any) -> Lazy:
    content = Fingerprint()
    content.note("dask", value.name)
    known = not any(map(math.isnan, value.shape))
    kind = f"dask Array, {_count(value.npartitions, 'chunk')}"
    kind += f" of {_sizes(value.chunksize)}" if known and value.shape else ""
    return Lazy(kind, tuple(map(int, value.shape)) if known else (), {"": str(value.dtype)}, content)


def _frame(value: Any) -> Lazy:
    plan = getattr(value, "expr", None)
    content = Fingerprint()
    content.note("dask", value._name)  # noqa: SLF001 - no other name is the same for the same work
    names, types = [str(getattr(value, "name", ""))], [getattr(value, "dtype", "")]
    if type(value).__name__ == "DataFrame":
        names, types = list(value.columns), value.dtypes.tolist()
    dtypes: dict[str, str] = {}
    for name, dtype in zip(names, types, strict=True):
        dtypes[_unused(str(name), dtypes)] = str(dtype)
    kind = f"dask {type(value).__name__}"
    if _knows_its_partitions(plan):
        kind += f", {_count(value.npartitions, 'partition')}"
        kind += " of known divisions" if value.known_divisions else ""
    return Lazy(kind, (), dtypes, content)


def _knows_its_partitions(plan: Any) -> bool:
    """Return whether to ask for partitions would neither read files nor compute: a shuffle's are computed."""
    if plan is None or "divisions" in vars(plan):
        return True  # they have been asked for already
    for number, step in enumerate(plan.walk()):
        above = {kind.__name__ for kind in type(step).__mro__}
        if number >= _MAX_STEPS or not (
            above & _KNOWN or ("Blockwise" in above and "IO" not in above) or not _has_partitions(step)
        ):
            return False
    return True


def _has_partitions(step: Any) -> bool:
    return hasattr(type(step), "divisions")


def _bag(value: Any) -> Lazy:
    content = Fingerprint()
    content.note("dask", value.name)
    return Lazy(f"dask Bag, {_count(value.npartitions, 'partition')}", (), {}, content)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _sizes(sizes: Iterable[int]) -> str:
    return " x ".join(map(str, sizes))


def _unused(name: str, taken: dict[str, str]) -> str:
    again, unused = 0, name
    while unused in taken:
        again += 1
        unused = f"{name}.{again}"
    return unused
