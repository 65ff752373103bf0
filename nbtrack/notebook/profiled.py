"""`%%prun` in a tracked cell: IPython hands its body to the profiler as text, past the transformers of syntax trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.capture.source.syntax import parse

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

__all__ = ["ProfiledBody"]

_RUNS = "_run_with_profiler"
"""The method of IPython's magics that profiles code; where it is called otherwise, the body is not watched."""


class ProfiledBody:
    """Lets the profiler run a body with hooks in it, while a tracked cell runs.

    Parameters
    ----------
    shell
        The IPython shell.
    transform
        Puts the hooks into a syntax tree.
    """

    def __init__(self, shell: Any, transform: Callable[[ast.Module], ast.Module]) -> None:
        self._transform = transform
        magic = shell.magics_manager.magics["cell"].get("prun")
        self._magics: Any = getattr(magic, "__self__", None)
        self._namespace = shell.user_ns

    def begin(self) -> None:
        """Watch from now on."""
        run = getattr(self._magics, _RUNS, None)
        if run is None or _RUNS in vars(self._magics):
            self._magics = None
            return

        def watched(code: Any, opts: Any, namespace: Any) -> Any:
            return run(self._watched(code, namespace), opts, namespace)

        setattr(self._magics, _RUNS, watched)

    def end(self) -> None:
        """Leave the magic as it was."""
        if self._magics is not None:
            vars(self._magics).pop(_RUNS, None)

    def _watched(self, code: Any, namespace: Any) -> Any:
        if not isinstance(code, str) or namespace is not self._namespace:
            return code
        try:
            return compile(self._transform(parse(code)), "<string>", "exec")
        except (SyntaxError, ValueError):  # as the profiler will say itself
            return code
