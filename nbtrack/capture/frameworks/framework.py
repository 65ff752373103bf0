"""What a library is asked about the trainings of a cell: the protocol of `nbtrack.frameworks`.

A package teaches nbtrack about a library by a subclass of `Framework`, under the library's import name::

    [project.entry-points."nbtrack.frameworks"]
    mylib = "mypackage.tracking:MyLib"
"""

from __future__ import annotations

import sys
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import FrameType

__all__ = ["Call", "Framework", "History", "Table", "Training", "given_to", "is_called_by", "weakly"]


def is_called_by(*modules: str) -> bool:
    """Return whether the code of one of some modules is among the callers of what is heard.

    Examples
    --------
    >>> is_called_by("xgboost.sklearn")
    False
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (there is no other way to know the caller)
    while frame is not None and frame.f_globals.get("__name__") not in modules:
        frame = frame.f_back
    return frame is not None


def given_to(module: str, name: str) -> Any:
    """Return an argument of the nearest caller of a module's own that has it; None without one.

    Examples
    --------
    >>> given_to("xgboost.training", "num_boost_round")
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (nothing that is heard is given it)
    while frame is not None and not (frame.f_globals.get("__name__") == module and name in frame.f_locals):
        frame = frame.f_back
    return None if frame is None else frame.f_locals[name]


def weakly(value: Any) -> Callable[[], Any]:
    """Return a function that returns an object while others keep it alive: a loop's models should not wait for its end.

    Examples
    --------
    >>> kept = weakly(Training())
    >>> kept() is None
    True
    """
    try:
        return weakref.ref(value)
    except TypeError:  # its class has slots; or it is None
        return lambda: value


class Call(NamedTuple):
    """A call of one of the library's methods, after it has returned.

    Attributes
    ----------
    owner
        The object whose method was called.
    args, kwargs
        The other arguments.
    result
        The value that it returned.
    """

    owner: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument that may be given by its place or its name."""
        return self.args[place] if place < len(self.args) else self.kwargs.get(name, default)


class History(NamedTuple):
    """The values of a metric over a training.

    Attributes
    ----------
    values
        One for each point.
    steps
        Their steps, which increase; None for 0, 1, 2, ...
    """

    values: Sequence[float]
    steps: Sequence[int] | None = None


class Table(NamedTuple):
    """A table of results, which is kept as an artifact.

    Attributes
    ----------
    columns
        The names of its columns.
    rows
        Its rows, as long as `columns`.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass
class Training:
    """What a library knows of one training.

    Attributes
    ----------
    about
        The objects that it is about. Where a cell has several trainings, the name of the cell's variable for one of
        them tells them apart.
    metrics
        The results, by the names that the library's users know them by.
    histories
        The results over the training.
    params
        The settings that were given, without what the library would have taken by itself.
    tables
        Tables of results.
    tags
        What else is worth keeping as text, such as where the best model is.
    logged
        Whether the cell has logged it by itself, under names of its own.
    passing
        Whether it counts only where the cell keeps what it is about: some libraries fit models of their own on the way.
    """

    about: Sequence[Any] = ()
    metrics: dict[str, float] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    logged: bool = False
    passing: bool = False


class Framework:
    """What nbtrack hears and asks of one library while a cell runs; each cell has an instance of its own.

    It imports nothing of the library, and does nothing that would change or delay the training: what it hears it
    keeps, and at the end of the cell it says what that comes to. A cell may train thousands of models: it keeps
    numbers, and models only weakly.

    Examples
    --------
    >>> class MyLib(Framework):
    ...     methods = {"mylib.training:Trainer.after_training": "trained"}
    ...
    ...     def __init__(self):
    ...         self.trainers = []
    ...
    ...     def trained(self, call):
    ...         self.trainers.append(call.owner)
    ...
    ...     def trainings(self):
    ...         for one in self.trainers:
    ...             yield Training([one], {"loss": one.loss}, {"val_loss": History(one.val_losses)})
    """

    methods: ClassVar[Mapping[str, str]] = {}
    """The library's methods to listen to, `"module:Class.method"`, with the name of the method here that gets each `Call`.

    Those that return soon are best: a method that runs the user's code would appear twice in the traceback of its errors.
    """

    in_searches: ClassVar[bool] = False
    """Whether it hears what a search, or a cross-validation, trains on its way too: hundreds of models, of which one counts."""

    def trainings(self) -> Iterable[Training]:
        """Return what is known of the cell's trainings, in their order."""
        return ()
