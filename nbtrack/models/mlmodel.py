"""The file `MLmodel`: the content of a model's folder and how it is loaded (MLflow 3's storage format)."""

from __future__ import annotations

import datetime as dt
import platform
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError
from nbtrack.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FILE", "MLmodel"]

FILE = "MLmodel"
MLFLOW_FORMAT = "3.17.0"
"""The version of MLflow whose format is written."""

_OWN = (
    "flavors",
    "signature",
    "run_id",
    "model_id",
    "model_uuid",
    "utc_time_created",
    "mlflow_version",
    "model_size_bytes",
    "saved_input_example_info",
    "metadata",
    "artifact_path",
)


def _now() -> str:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(" ")


@dataclass(slots=True)
class MLmodel:
    """The content of an `MLmodel` file."""

    flavors: dict[str, dict[str, Any]] = field(default_factory=dict)
    signature: Signature | None = None
    run_id: str | None = None
    model_id: str | None = None
    artifact_path: str | None = None
    model_uuid: str = field(default_factory=lambda: uuid.uuid4().hex)
    utc_time_created: str = field(default_factory=_now)
    mlflow_version: str = MLFLOW_FORMAT
    model_size_bytes: int | None = None
    saved_input_example_info: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    rest: dict[str, Any] = field(default_factory=dict)
    """Other keys of the file, which are written back unchanged."""

    @property
    def python_version(self) -> str | None:
        """The Python that the model was made with."""
        version = self.flavors.get("python_function", {}).get("python_version")
        return None if version is None else str(version)

    @property
    def model_class(self) -> str | None:
        """The qualified name of the model's class, or `function`; None if it was not recorded."""
        classes = [conf["model_class"] for conf in self.flavors.values() if conf.get("model_class")]
        return str(classes[0]) if classes else None

    def add_python_function(self, loader_module: str, **conf: Any) -> None:
        """Set how MLflow loads the model as a function."""
        self.flavors["python_function"] = {
            "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
            "loader_module": loader_module,
            "python_version": platform.python_version(),
            **conf,
        }

    def write(self, folder: Path) -> None:
        """Write the file to a model's folder."""
        content: dict[str, Any] = {name: getattr(self, name) for name in _OWN if name != "signature"}
        if self.signature is not None:
            content["signature"] = self.signature.entry()
        optional = ("artifact_path", "metadata", "saved_input_example_info", "run_id", "model_id")
        for name in optional:
            if content[name] is None:
                del content[name]
        content |= self.rest
        (folder / FILE).write_text(_yaml(content), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> MLmodel:
        """Read the file in a model's folder.

        Raises
        ------
        ModelError
            When there is none, or it is not such a file.
        """
        import yaml

        file = folder / FILE
        try:
            text = file.read_bytes()
            # A few lines of nested aliases can expand to more than any memory ("billion laughs").
            if b"*" in text and any(
                isinstance(token, yaml.AliasToken) for token in yaml.scan(text, _loader())
            ):
                raise ModelError(
                    f"{str(file)!r} has YAML aliases, which may expand without limit: write out their values"
                )
            content = yaml.load(text, Loader=_loader())  # noqa: S506 (a safe loader)
        except (FileNotFoundError, NotADirectoryError):
            raise ModelError(f"there is no model in {str(folder)!r}: it has no file {FILE}") from None
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            raise ModelError(f"{str(file)!r} cannot be read ({error})") from error
        flavors = content.get("flavors") if isinstance(content, Mapping) else None
        if not isinstance(flavors, Mapping) or not all(
            isinstance(conf, Mapping) for conf in flavors.values()
        ):
            raise ModelError(f"{str(file)!r} has no flavors: it is not an MLmodel file")
        signature = content.get("signature")
        known: dict[str, Any] = {n: content.get(n) for n in _OWN if n not in ("flavors", "signature")}
        known = {name: value for name, value in known.items() if value is not None}
        for name in ("mlflow_version", "utc_time_created"):
            known[name] = str(known.get(name, ""))
        return cls(
            flavors={str(name): dict(conf) for name, conf in flavors.items()},
            signature=Signature.from_dict(signature) if signature else None,
            rest={name: value for name, value in content.items() if name not in _OWN},
            **known,
        )


def _yaml(content: dict[str, Any]) -> str:
    """Return a mapping as YAML."""
    try:
        return "".join(f"{line}\n" for line in _lines(content, ""))
    except _NotPlainError:
        import yaml

        return str(yaml.dump(content, Dumper=_dumper(), default_flow_style=False, allow_unicode=True))
    except RecursionError:
        raise InvalidValueError(
            "the model's entry in MLmodel contains itself, such as its metadata"
        ) from None


# Importing PyYAML takes as long as everything else when a small model is saved: the entries of most models
# are written without it.

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_./]*(?:-[A-Za-z0-9_./]+)*")
_NOT_BARE = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""Words that YAML does not read as text."""
_PRINTABLE = re.compile(r"[ -~]*")
_MAX_KEY_LENGTH = 100


class _NotPlainError(Exception):
    """A value that needs a full YAML writer."""


def _lines(content: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield the lines of a mapping as PyYAML would, except for quotes and line breaks."""
    if not all(type(key) is str and len(key) <= _MAX_KEY_LENGTH for key in content):
        raise _NotPlainError
    for key, value in sorted(content.items()):
        head = f"{indent}{_scalar(key)}:"
        if type(value) is dict and value:
            yield head
            yield from _lines(value, f"{indent}  ")
        elif type(value) is list and value:
            yield head
            yield from (f"{indent}- {_scalar(item)}" for item in value)
        else:
            yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if value is None or type(value) is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if type(value) is int:
        return str(value)
    if type(value) in (dict, list) and not value:
        return "{}" if type(value) is dict else "[]"
    if type(value) is not str or not _PRINTABLE.fullmatch(value):
        raise _NotPlainError
    if _BARE.fullmatch(value) and value.lower() not in _NOT_BARE:
        return value
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _dumper() -> Any:
    import yaml

    kind: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    # Repeated values are written twice, because aliases are refused when the file is read.
    return type("Dumper", (kind,), {"ignore_aliases": lambda _self, _value: True})


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
