"""The exceptions of nbtrack: each is also the builtin exception that a user would catch."""

from __future__ import annotations

__all__ = [
    "EnvironmentBuildError",
    "FilterError",
    "InvalidValueError",
    "MissingPackageError",
    "ModelError",
    "NbtrackError",
    "NbtrackWarning",
    "NotFoundError",
    "RunStateError",
    "SchemaError",
    "ServerError",
    "StoreError",
    "TrustError",
]


class NbtrackError(Exception):
    """The base class of all errors that nbtrack raises deliberately."""


class NbtrackWarning(UserWarning):
    """Something was not stored as requested, but nothing else was lost."""


class InvalidValueError(NbtrackError, ValueError):
    """A name or a value that cannot be stored without a change."""


class NotFoundError(NbtrackError, LookupError):
    """A run, experiment, metric or artifact that is not in the store."""


class MissingPackageError(NbtrackError, ImportError):
    """A package that is asked for and not installed; says how to install it."""


class RunStateError(NbtrackError, RuntimeError):
    """A call that the current run's state does not allow."""


class StoreError(NbtrackError, OSError):
    """A store that cannot be opened, read or written."""


class ModelError(NbtrackError, ValueError):
    """A model that cannot be saved or loaded, or a folder that is not a model."""


class EnvironmentBuildError(NbtrackError, RuntimeError):
    """An environment of a project that cannot be built; lists what cannot be had."""


class SchemaError(NbtrackError, ValueError):
    """Input that does not fit a model's signature; names the column."""


class ServerError(NbtrackError, ConnectionError):
    """A model server that cannot be started or reached, or that refuses a request."""


class TrustError(NbtrackError, PermissionError):
    """A model whose loading would run code that is not trusted."""


class FilterError(NbtrackError, ValueError):
    """An invalid filter; the message points at the position.

    Parameters
    ----------
    message
        What was wrong, in one sentence.
    text
        The whole filter as the user wrote it.
    start, end
        The span of the offending part in `text`, as character offsets.
    suggestion
        The nearest known name or operator, if there is one.

    Examples
    --------
    >>> print(FilterError("unknown field 'metric_s'", "metric_s.a < 1", 0, 8, "metrics"))
    unknown field 'metric_s'; did you mean 'metrics'?
      metric_s.a < 1
      ^^^^^^^^
    """

    def __init__(
        self, message: str, text: str = "", start: int = 0, end: int = 0, suggestion: str | None = None
    ) -> None:
        self.message = message
        self.text = text
        self.start = start
        self.end = max(end, start + 1)
        self.suggestion = suggestion
        super().__init__(message)

    def __str__(self) -> str:
        head = self.message + (f"; did you mean {self.suggestion!r}?" if self.suggestion else "")
        if not self.text:
            return head
        line_start = self.text.rfind("\n", 0, self.start) + 1
        line_end = self.text.find("\n", self.start)
        line = self.text[line_start : line_end if line_end >= 0 else None]
        # Tabs are kept, so that the caret is under its character.
        indent = "".join("\t" if c == "\t" else " " for c in line[: self.start - line_start])
        marks = "^" * max(1, min(self.end - line_start, len(line)) - (self.start - line_start))
        return f"{head}\n  {line}\n  {indent}{marks}"
