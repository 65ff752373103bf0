"""Check the parameters of a prediction against those in a model's signature."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackWarning, SchemaError
from nbtrack.models.signature import Param
from nbtrack.models.value_types import checked

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["enforce_params"]


def enforce_params(given: Mapping[str, Any] | None, known: tuple[Param, ...] | None) -> dict[str, Any]:
    """Return the parameters of a prediction, with defaults for those that are missing.

    Raises
    ------
    SchemaError
        When one has a value of another type.
    """
    given = dict(given or {})
    if not known:
        if given:
            warnings.warn(
                f"the model takes no parameters; {_list(given)} left out", NbtrackWarning, stacklevel=4
            )
        return {}
    params = {}
    for param in known:
        value = given.pop(param.name, param.default)
        params[param.name] = _param_value(value, param)
    if given:
        warnings.warn(
            f"the model knows no parameter{_s(given)} {_list(given)}; left out", NbtrackWarning, stacklevel=4
        )
    return params


def _param_value(value: Any, param: Param) -> Any:
    if value is None or param.type in ("any", "object"):
        return value
    if param.shape is not None:
        if not isinstance(value, list | tuple):
            raise SchemaError(f"parameter {param.name!r} is a {type(value).__name__}, and a list is taken")
        return [_param_value(item, Param(param.name, param.type, None)) for item in value]
    kinds: dict[str, tuple[type, ...]] = {
        "boolean": (bool,),
        "integer": (int,),
        "long": (int,),
        "float": (int, float),
        "double": (int, float),
        "string": (str,),
    }
    wanted = kinds.get(param.type)
    if param.type == "datetime":
        return checked(value, "datetime", None, f"parameter {param.name!r}")
    plain: Any = value.item() if hasattr(value, "item") else value
    if wanted is None:
        return value
    if not isinstance(plain, wanted) or (isinstance(plain, bool) and bool not in wanted):
        raise SchemaError(f"parameter {param.name!r} is {value!r}, and a {param.type} is taken")
    return float(plain) if float in wanted else plain  # type: ignore[arg-type]


def _list(names: Any) -> str:
    return ", ".join(repr(name) for name in names)


def _s(names: Any) -> str:
    return "s" if len(names) > 1 else ""
