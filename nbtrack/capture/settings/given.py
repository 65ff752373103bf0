"""Values that were given to the code from outside: parsed arguments, and the arguments of a script's entry functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving
from nbtrack.capture.settings.setting import Setting, fields_of, flatten, is_settings
from nbtrack.fields import same

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Given"]


class Given:
    """The values that were given, under the names that a person would log them by.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> given = Given()
    >>> args = SimpleNamespace(lr=0.1, layers=[64, 32])
    >>> given.take(args)
    >>> [(one.name, one.value) for one in given.settings()]
    [('lr', 0.1), ('layers.0', 64), ('layers.1', 32)]
    """

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._passed: dict[str, Any] = {}
        """Those that a function was called with."""
        self._holders: list[Any] = []

    def add(self, name: str, value: Any) -> None:
        """Take one value; of a config, whose fields have names of their own, each field."""
        fields = fields_of(value)
        if fields is None:
            plain = _plain(value)
            if is_settings(plain) and self._is_one(name, plain):
                self._values.setdefault(name, plain)
        elif not any(value is holder for holder in self._holders):
            self.take(value, fields)

    def _is_one(self, name: str, value: Any) -> bool:
        """Return whether functions were called with one value under a name: several are no setting of the whole."""
        passed = self._passed.setdefault(name, value)
        if same(passed, value):
            return True
        if self._values.get(name) is passed:
            del self._values[name]
        return False

    def take(self, holder: Any, fields: Mapping[str, Any] | None = None) -> None:
        """Take each field of a namespace or config."""
        self._holders.append(holder)
        found = fields_of(holder) if fields is None else fields
        for name, value in (found or {}).items():
            plain = _plain(value)
            if not name.startswith("_") and is_settings(plain):
                self._values[name] = plain

    def settings(self) -> list[Setting]:
        """Return all of them."""
        return [
            Setting(key, leaf) for name, value in self._values.items() for key, leaf in flatten(name, value)
        ]

    def joined(self, settings: list[Setting], namespace: Mapping[str, Any], *, short: bool) -> list[Setting]:
        """Return settings together with these, each value once.

        Parameters
        ----------
        settings
            Those of the code's names: `args.lr`, where the code has `args`.
        namespace
            The names' values.
        short
            Whether a value has its own name rather than that of what it was given in: `lr`, not `args.lr`.
        """
        own = self.settings()
        if not self._holders:
            return [*settings, *own]
        held = {one.name for one in settings if self._is_held(one.name, namespace)}
        if not short:
            ends = {name.partition(".")[2] for name in held}
            return [*settings, *(one for one in own if one.name not in ends)]
        known = {one.name for one in own}
        found = [
            one._replace(name=one.name.partition(".")[2]) if one.name in held else one for one in settings
        ]
        return [*(one for one in found if one.name not in known), *own]

    def _is_held(self, name: str, namespace: Mapping[str, Any]) -> bool:
        root, dot, _ = name.partition(".")
        value = namespace.get(root) if dot else None
        return value is not None and any(value is holder for holder in self._holders)


@forgiving()
def _plain(value: Any) -> Any:
    """Return a value with paths as text."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if type(value) in (list, tuple):
        return [os.fspath(one) if isinstance(one, os.PathLike) else one for one in value]
    return value
