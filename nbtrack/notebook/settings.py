"""Settings as IPython's users set things: `%config Nbtrack.track = True`, and `c.Nbtrack` in a profile.

No value is kept here: each is read and written where the magics and nbtrack's functions have it, so that all agree.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets
from traitlets.config.configurable import Configurable
from traitlets.config.loader import DeferredConfig, LazyConfigValue

from nbtrack import tracking
from nbtrack.capture.secrets import is_masking, set_masking
from nbtrack.entities.text import did_you_mean
from nbtrack.errors import NbtrackError
from nbtrack.limits import DIFF_LIMIT, MODEL_LIMIT, limit_text, parse_limit
from nbtrack.tracking.destination import use_experiment
from nbtrack.tracking.system_metrics import (
    disable_system_metrics_logging,
    enable_system_metrics_logging,
    is_wanted,
    sampling_interval,
    set_system_metrics_sampling_interval,
)
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from traitlets.config.loader import Config

    from nbtrack.notebook.session import Session

__all__ = ["Nbtrack"]


# The traitlets of Colab has no parameters of types.
class _Elsewhere(traitlets.TraitType):  # type: ignore[type-arg]
    """A trait whose value is kept elsewhere.

    Parameters
    ----------
    read, write
        What returns the value, and what sets it; both get the settings.
    """

    def __init__(
        self,
        read: Callable[[Nbtrack], Any],
        write: Callable[[Nbtrack, Any], None],
        *,
        help: str,  # noqa: A002 (traitlets')
        **options: Any,
    ) -> None:
        super().__init__(help=help, **options)
        self.read, self.write = read, write
        self.tag(config=True)

    def get(self, obj: Any, cls: type[Any] | None = None) -> Any:  # noqa: ARG002 (traitlets')
        """Return the value that holds now."""
        return self.read(obj)

    def set(self, obj: Any, value: Any) -> None:
        """Set the value, if it can be one."""
        checked = self._validate(obj, value)
        try:
            self.write(obj, checked)
        except NbtrackError as error:
            raise traitlets.TraitError(f"The {self.name!r} trait of Nbtrack: {error}") from None


class Bool(_Elsewhere, traitlets.Bool):  # type: ignore[type-arg]
    """Whether something is done."""


class Float(_Elsewhere, traitlets.Float):  # type: ignore[type-arg]
    """A length of time."""


class Text(_Elsewhere, traitlets.Unicode):  # type: ignore[type-arg]
    """A name or a folder."""


class Size(_Elsewhere, traitlets.Unicode):  # type: ignore[type-arg]
    """A limit of size: `on`, `off`, `50MB`, or a number of bytes."""

    def __init__(self, read: Any, write: Any, *, default: int, what: str, help: str) -> None:  # noqa: A002 (traitlets')
        super().__init__(
            lambda settings: limit_text(read(settings)),
            lambda settings, text: write(settings, parse_limit(text, default, what)),
            help=help,
            default_value="on",
        )

    def validate(self, obj: Any, value: Any) -> str:
        """Return a number of bytes as text too."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return limit_text(value)
        checked: str = super().validate(obj, value)
        return checked


class Nbtrack(Configurable):
    """What is tracked in this notebook, and what is kept of it.

    Parameters
    ----------
    session
        The state of nbtrack in the shell.
    """

    session: Session

    track = Bool(
        lambda settings: settings.session.tracks_everything,
        lambda settings, on: settings.session.track_everything(on=on),
        help="Track every cell that trains or scores something, as `%track on` does; else those with `%%track`.",
    )
    experiment = Text(
        lambda _: tracking.default_experiment(),
        lambda _, name: use_experiment(as_name(name, "experiment name") if name else ""),
        help="The experiment of runs that name none; the notebook's name where this is empty.",
    )
    store = Text(
        lambda _: str(tracking.store_in_use().path),
        lambda _, folder: _use_store(folder),
        help="The folder that runs are kept in, or the one that its `.nbtrack` is in, as `nbtrack.set_store` takes it.",
    )
    models = Size(
        lambda settings: settings.session.state.model_limit,
        lambda settings, size: setattr(settings.session.state, "model_limit", size),
        default=MODEL_LIMIT,
        what="models",
        help="The largest model that is saved unasked, as `%track models` has it: 'on' (100MB), 'off', '50MB'.",
    )
    git_diff = Size(
        lambda settings: settings.session.state.diff_limit,
        lambda settings, size: setattr(settings.session.state, "diff_limit", size),
        default=DIFF_LIMIT,
        what="changes",
        help="The most that is kept of changes that are not committed: 'on' (1MB), 'off', '5MB'.",
    )
    masking = Bool(
        lambda _: is_masking(),
        lambda _, on: set_masking(on=on),
        help="Mask secrets in all that is kept. Without it they are kept in params, code and output as they are.",
    )
    system_use = Bool(
        lambda _: is_wanted(),
        lambda _, on: (enable_system_metrics_logging if on else disable_system_metrics_logging)(),
        help="Sample the use of processors, memory, disk, network and GPUs of what takes longer than the interval.",
    )
    system_interval = Float(
        lambda _: sampling_interval(),
        lambda _, seconds: set_system_metrics_sampling_interval(seconds),
        help="Seconds between two samples of the system use, and before the first one.",
    )

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def take(self, config: Config) -> list[str]:
        """Set what a profile says, and return what could not be set: all else holds."""
        faults = []
        for name, value in dict(config.get("Nbtrack", {})).items():
            try:
                self._set(name, value)
            except traitlets.TraitError as error:
                faults.append(f"nbtrack: c.Nbtrack.{name}: {error}")
        return faults

    def update_config(self, config: Config) -> None:
        """Set what `%config` says, and nothing that an earlier one or the profile said and may have changed since."""
        for name, value in dict(config.get("Nbtrack", {})).items():
            self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        traits = self.traits(config=True)
        if name not in traits:
            raise traitlets.TraitError(f"Nbtrack has no setting {name!r}{did_you_mean(name, traits)}")
        if isinstance(value, DeferredConfig):  # from a command line
            value = value.get_value(traits[name])
        elif isinstance(value, LazyConfigValue):
            value = value.get_value(getattr(self, name))
        setattr(self, name, value)


def _use_store(folder: str) -> None:
    tracking.set_store(Path(os.path.expandvars(folder)).expanduser())
