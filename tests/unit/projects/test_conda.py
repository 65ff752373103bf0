"""conda.yaml in the words of a package index."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.errors import InvalidValueError
from nbtrack.projects.conda import translated
from nbtrack.projects.environment_spec import tidied
from nbtrack.projects.resolving import lower_bound

NUMBERS = st.lists(st.integers(0, 99), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
NAMES = st.sampled_from(["numpy", "scikit-learn", "my_package", "a.b", "Flask"])
CLAUSES = st.tuples(st.sampled_from(["", "=", "==", ">=", "<=", ">", "<", "!="]), NUMBERS)
BUILDS = st.sampled_from(["", "=py36_0", "=py311h1234567_1", "=*_cpu"])
REQUIREMENT = re.compile(
    r"[a-z0-9]+(-[a-z0-9]+)*((==|>=|<=|>|<|!=)\d+(\.\d+)*(\.\*)?(,(==|>=|<=|>|<|!=)\d+(\.\d+)*(\.\*)?)*)?"
)


@pytest.mark.parametrize(
    ("package", "requirement"),
    [
        ("numpy", "numpy"),
        ("numpy=1.14.3", "numpy==1.14.3"),
        ("numpy=1.26", "numpy==1.26.*"),  # as conda means it
        ("numpy==1.26", "numpy==1.26"),
        ("numpy=1.26.*", "numpy==1.26.*"),
        ("numpy=1.26*", "numpy==1.26.*"),
        ("numpy 1.26.4", "numpy==1.26.4"),
        ("numpy=1.26.4=py311h64a7726_0", "numpy==1.26.4"),
        ("numpy 1.26.4 py311h64a7726_0", "numpy==1.26.4"),
        ("numpy >=1.20, <2", "numpy>=1.20,<2"),
        ("numpy>=1.20,<2.0a0", "numpy>=1.20,<2.0a0"),
        ("numpy=*", "numpy"),
        ("conda-forge::numpy=1.26.4", "numpy==1.26.4"),
        ("numpy[version='>=1.20,<2']", "numpy>=1.20,<2"),
        ("numpy=1.2|1.3", "numpy>=1.2"),
        ("pytorch=2.3.1", "torch==2.3.1"),
        ("opencv", "opencv-python"),
        ("scikit_learn", "scikit-learn"),
    ],
)
def test_a_package_of_condas_is_written_as_an_index_reads_it(package, requirement):
    assert translated([package]).requirements == [requirement]


@pytest.mark.parametrize("package", ["cudatoolkit=11.8", "r-base", "openjdk=8", "gcc_linux-64", "mkl"])
def test_what_is_no_python_package_is_named_and_left_out(package):
    found = translated([package, "six"])
    assert found.left_out == [package]
    assert found.requirements == ["six"]


def test_both_sections_count():
    found = translated(["python=3.6", "pip", "numpy=1.14.3=py36_0", {"pip": ["mlflow>=1", "-e ."]}])
    assert found.python == "3.6"
    assert found.requirements == ["numpy==1.14.3", "mlflow>=1", "-e ."]
    assert any("py36_0" in note for note in found.notes)


@pytest.mark.parametrize("dependency", [3, ["numpy"], {"npm": ["x"]}, "=1"])
def test_what_is_no_dependency_is_told(dependency):
    with pytest.raises(InvalidValueError, match=r"conda\.yaml"):
        translated([dependency])


@given(NAMES, st.lists(CLAUSES, max_size=3), st.sampled_from([",", ", ", " , "]), BUILDS)
def test_whatever_is_asked_for_becomes_a_requirement_with_the_same_versions(name, clauses, comma, build):
    build = build if len(clauses) == 1 and clauses[0][0] in ("=", "==") else ""
    first = [(operator or "=", version) for operator, version in clauses]
    text = name + comma.join(operator + version for operator, version in first) + build
    (line,) = translated([text]).requirements
    assert REQUIREMENT.fullmatch(line), line
    assert re.findall(r"\d+(?:\.\d+)*", line.partition("-learn")[2] or re.sub(r"^[a-z-]+", "", line)) == [
        version for _, version in first
    ]


@given(NAMES, st.lists(CLAUSES, min_size=1, max_size=3, unique=True), st.randoms())
def test_requirements_that_mean_the_same_are_one(name, clauses, random):
    parts = [(operator or "==") + version for operator, version in clauses]
    mixed = random.sample(parts, len(parts))
    assert tidied(name + ",".join(parts)) == tidied(f"{name.upper().replace('-', '_')} {' , '.join(mixed)} ")


@given(NAMES, NUMBERS, st.sampled_from(["==", "===", "~="]), st.sampled_from(["", "; python_version > '3'"]))
def test_a_relaxed_pin_asks_for_the_pinned_version_at_least(name, version, operator, marker):
    assert lower_bound(f"{name}{operator}{version}{marker}") == f"{name}>={version}{marker}"
