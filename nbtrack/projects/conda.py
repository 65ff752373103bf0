"""The dependencies of a conda.yaml as requirements that uv installs from a package index.

Channels are of no use there. Nothing is left out in silence: each package that has no place in an index is named.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nbtrack.errors import InvalidValueError
from nbtrack.uv import normalised

__all__ = ["Translation", "translated"]

_NAMES = {
    "blosc": "blosc",
    "cupy-core": "cupy",
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "graphviz-python": "graphviz",
    "jax-base": "jax",
    "keras-base": "keras",
    "lightgbm-base": "lightgbm",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": "opencv-python",
    "psycopg2": "psycopg2-binary",
    "py-lightgbm": "lightgbm",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "pytables": "tables",
    "python-dateutil": "python-dateutil",
    "python-graphviz": "graphviz",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "ray-core": "ray",
    "ray-default": "ray",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "torchvision-cpu": "torchvision",
}
"""Packages that have another name in an index than in conda."""
_NO_PYTHON = re.compile(
    r"cuda.*|cudatoolkit|cudnn|nccl|libcu\w+|pytorch-cuda|pytorch-mutex|cpuonly|mkl|mkl-service|openmp|libopenblas|openblas"
    r"|blas|nomkl|r|r-.+|bioconductor-.+|perl|perl-.+|openjdk|nodejs|java-.+|maven|gcc.*|gxx.*|clang.*|libgcc.*|libstdcxx.*"
    r"|compilers|c-compiler|cxx-compiler|make|cmake|git|git-lfs|curl|wget|openssl|ca-certificates|ffmpeg|graphviz|libgomp"
    r"|zlib|xz|bzip2|readline|sqlite|tk|ncurses|libffi|ld_impl_.+|_libgcc_mutex|_openmp_mutex|intel-openmp|hdf5|libpng"
    r"|jpeg|libtiff|freetype|icu|glib|qt|pyqt-impl|sysroot.*|vs20.*|vc|ucrt|tzdata|pandoc|unixodbc|libspatialindex|gdal-bin"
    r"|postgresql|mysql|redis-server|rust|go|julia|libxml2|libxslt|boost-cpp|eigen|gmp|mpfr|fftw|libblas|liblapack|libcblas"
)
"""Packages that are no Python: libraries, compilers, programs, other languages."""
_SKIPPED = frozenset({"pip", "setuptools", "wheel"})
"""What builds packages: nothing is built here."""
_SPEC = re.compile(
    r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?:\[(?P<bracket>[^\]]*)\])?\s*(?P<rest>.*)", re.DOTALL
)


class Translation(NamedTuple):
    """What a conda.yaml asks for: the Python, requirements, and in words what was left out or changed."""

    python: str | None
    requirements: list[str]
    left_out: list[str]
    notes: list[str]


def translated(dependencies: list[object]) -> Translation:
    """Translate the `dependencies` of a conda.yaml, those of its `pip:` sections as they are.

    Raises
    ------
    InvalidValueError
        When one of them is no dependency.

    Examples
    --------
    >>> found = translated(["python=3.11", "pytorch=2.3", "cudatoolkit=11", {"pip": ["six"]}])
    >>> found.python, found.requirements, found.left_out
    ('3.11', ['torch==2.3.*', 'six'], ['cudatoolkit=11'])
    """
    found = Translation(None, [], [], [])
    for entry in dependencies:
        if isinstance(entry, dict):
            found = _with_section(found, entry)
        elif isinstance(entry, str):
            found = _with_package(found, entry.split(" #")[0].strip())
        else:
            raise InvalidValueError(f"conda.yaml: {entry!r} is no dependency, such as 'numpy=1.26'")
    return found


def _with_section(found: Translation, section: dict[object, object]) -> Translation:
    for kind, lines in section.items():
        if kind != "pip" or not isinstance(lines, list | None):
            raise InvalidValueError(
                f"conda.yaml: {kind!r} is no section of dependencies; only 'pip:' with a list is"
            )
        found.requirements.extend(str(line) for line in lines or [])
    return found


def _with_package(found: Translation, text: str) -> Translation:
    match = _SPEC.fullmatch(text)
    if match is None:
        raise InvalidValueError(f"conda.yaml: {text!r} is no dependency, such as 'numpy=1.26'")
    name = match["name"].lower()
    version, build = _version(match["rest"].strip(), match["bracket"] or "")
    if name == "python":
        return found._replace(python=version.removeprefix("==").removesuffix(".*") or None)
    if name in _SKIPPED:
        return found
    if name not in _NAMES and _NO_PYTHON.fullmatch(name):
        found.left_out.append(text)
        return found
    if "|" in text:
        found.notes.append(f"{text!r} is taken as {name}{version}, for an index has no 'or'")
    if build:
        found.notes.append(f"the build {build!r} of {name} is not looked at")
    found.requirements.append(f"{normalised(_NAMES.get(name, name))}{version}")
    return found


def _version(rest: str, bracket: str) -> tuple[str, str]:
    """Return a version of conda's in the words of an index, and the build string beside it.

    Examples
    --------
    >>> _version("=1.2=py36_0", ""), _version("1.2.*", ""), _version(">=1, <2", ""), _version("=1.2|=1.3", "")
    (('==1.2', 'py36_0'), ('==1.2.*', ''), ('>=1,<2', ''), ('>=1.2', ''))
    >>> _version("=1.2", ""), _version("==1.2", ""), _version("=1.2.3", "")
    (('==1.2.*', ''), ('==1.2', ''), ('==1.2.3', ''))
    """
    for key, value in re.findall(r"(\w+)\s*=\s*['\"]?([^'\",]+(?:,[<>=!~][^'\",]+)*)", bracket):
        if key == "version":
            rest = value
    # `name 1.2 py36_0` and `name=1.2=py36_0`: the version, then a build. A blank after an operator or a comma separates nothing.
    rest = re.sub(r"\s*([<>=!~|,]+)\s*", r"\1", rest)
    match = re.fullmatch(
        r"(?P<version>(?:[<>!~]=?|={0,2})[^\s=,|]+(?:[,|](?:[<>!~]=?|={0,2})[^\s=,|]+)*)(?:[\s=]+(?P<build>\S+))?",
        rest,
    )
    if rest in ("", "*"):
        return "", ""
    if match is None:
        match = re.fullmatch(r"(?P<version>[^\s]+)(?:\s+(?P<build>\S+))?", rest)
    if match is None:
        raise InvalidValueError(f"conda.yaml: {rest!r} is no version")
    version, build = match["version"], match["build"] or ""
    if "|" in version:
        # An index has no `or`: the least of them is the bound that all keep.
        versions = re.findall(r"\d[\w.]*", version)
        return f">={min(versions, key=_numbers)}" if versions else "", build
    return ",".join(filter(None, [_clause(part, exact=bool(build)) for part in version.split(",")])), build


def _clause(text: str, *, exact: bool) -> str:
    match = re.fullmatch(r"([<>!~]=?|={0,3})(.+)", text)
    operator, version = (match[1], match[2]) if match else ("", text)
    if version == "*":
        return ""
    if operator in ("<", ">", "<=", ">="):
        version = version.removesuffix(".*").removesuffix("*")
    elif version.endswith("*") and not version.endswith(".*"):
        version = f"{version[:-1].rstrip('.')}.*"
    if operator == "=" and exact is False and re.fullmatch(r"\d+(\.\d+)?", version):
        version += ".*"  # conda's `=1.2` is any 1.2
    return f"{operator if operator not in ('', '=', '===') else '=='}{version}"


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
