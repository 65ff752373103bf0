"""`%%prun` in a tracked cell: IPython passes its body to the profiler as text, so that no AST transformer sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.capture.source.syntax import parse

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

__all__ = ["ProfiledBody"]

_PROFILER_METHOD = "_run_with_profiler"
"""IPython's method that profiles code; if a version of IPython has no such method, the body is not watched."""


class ProfiledBody:
    """Adds hooks to the body that the profiler runs, during a tracked cell.

    Parameters
    ----------
    shell
        The IPython shell.
    transform
        Inserts the hooks into a syntax tree.
    """

    def __init__(self, shell: Any, transform: Callable[[ast.Module], ast.Module]) -> None:
        self._transform = transform
        magic = shell.magics_manager.magics["cell"].get("prun")
        self._magics: Any = getattr(magic, "__self__", None)
        self._namespace = shell.user_ns

    def begin(self) -> None:
        """Watch from now on."""
        run = getattr(self._magics, _PROFILER_METHOD, None)
        if run is None or _PROFILER_METHOD in vars(self._magics):
            self._magics = None
            return

        def watched(code: Any, opts: Any, namespace: Any) -> Any:
            return run(self._watched(code, namespace), opts, namespace)

        setattr(self._magics, _PROFILER_METHOD, watched)

    def end(self) -> None:
        """Leave the magic as it was."""
        if self._magics is not None:
            vars(self._magics).pop(_PROFILER_METHOD, None)

    def _watched(self, code: Any, namespace: Any) -> Any:
        if not isinstance(code, str) or namespace is not self._namespace:
            return code
        try:
            return compile(self._transform(parse(code)), "<string>", "exec")
        except (SyntaxError, ValueError):  # the profiler will report it
            return code
