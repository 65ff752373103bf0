"""Hear when functions begin and end that others call: from Python 3.12 on the interpreter says so, of chosen code alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

__all__ = ["Entered"]

_monitoring: Any = getattr(sys, "monitoring", None)  # of Python 3.12
_NUMBERS = (4, 3)
"""The numbers of tools that no standard one has."""


class Entered:
    """Listens to the first call of each of some functions; nothing else in the process gets slower."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._listeners: dict[CodeType, tuple[Callable[[FrameType], None], Callable[[FrameType], None]]] = {}

    def listen(
        self, code: CodeType, begun: Callable[[FrameType], None], ended: Callable[[FrameType], None]
    ) -> bool:
        """Have functions called with the frame of a code that begins, and that returns; return whether they will be."""
        if self._number is None and not self._begin():
            return False
        events = _monitoring.events
        self._listeners[code] = begun, ended
        _monitoring.set_local_events(self._number, code, events.PY_START | events.PY_RETURN)
        return True

    def _begin(self) -> bool:
        free = [one for one in _NUMBERS if _monitoring is not None and _monitoring.get_tool(one) is None]
        if not free:
            return False
        self._number = free[0]
        _monitoring.use_tool_id(self._number, "nbtrack")
        events = _monitoring.events
        _monitoring.register_callback(self._number, events.PY_START, self._started)
        _monitoring.register_callback(self._number, events.PY_RETURN, self._returned)
        return True

    def _started(self, code: CodeType, _offset: int) -> Any:
        if code in self._listeners:
            self._listeners[code][0](sys._getframe(1))  # noqa: SLF001 (the frame that the event is of)

    def _returned(self, code: CodeType, _offset: int, _value: Any) -> Any:
        if code in self._listeners:
            self._listeners[code][1](sys._getframe(1))  # noqa: SLF001

    def end(self) -> None:
        """Listen no more."""
        number, self._number = self._number, None
        if number is None:
            return
        for code in self._listeners:
            _monitoring.set_local_events(number, code, 0)
        self._listeners.clear()
        _monitoring.free_tool_id(number)
