"""What is written into `MLmodel` without PyYAML is what PyYAML reads."""

import itertools
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.errors import InvalidValueError, ModelError
from nbtrack.models import mlmodel

TEXTS = st.one_of(
    st.text(),
    st.text("'\"-:#&*!|>%@`{}[],?~ .eE0123456789abyn_/\\", max_size=12),
    st.sampled_from(
        [
            *(
                "",
                "null",
                "Null",
                "~",
                "yes",
                "No",
                "on",
                "OFF",
                "true",
                "y",
                "n",
                "1",
                "1.5",
                "1e5",
                "0x1f",
                "0o7",
            ),
            *(
                "inf",
                ".inf",
                ".nan",
                "nan",
                "2026-11-25",
                "12:30",
                "1_000",
                "-",
                "- a",
                "a: b",
                "a #b",
                "<<",
                "=",
            ),
            *("é", "a\nb", "a\tb", " a", "a ", "it's", "---", "...", "m-0123", "a-", "a--b", "x:y"),
        ]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_it_is_read_as_it_was(content):
    assert yaml.safe_load(mlmodel._yaml(content)) == content


@pytest.mark.parametrize(
    "content", [{"a": {"b": {"c": "d"}, "e": [1, "x", None]}, "f": {}, "g": [], "h": True, "i": "3.17.0"}]
)
def test_it_looks_as_pyyaml_writes_it(content):
    lines = mlmodel._yaml(content).splitlines()
    assert [line.replace("'", "") for line in lines] == yaml.dump(content).splitlines()


def test_most_models_are_saved_without_pyyaml(tmp_path):
    program = (
        "import sys, nbtrack\nfrom sklearn.linear_model import Ridge\nimport numpy as np\n"
        "model = Ridge().fit(np.eye(3), np.arange(3.0))\n"
        "nbtrack.save_model(model, 'model', input_example=np.eye(3)[:1])\nprint('yaml' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["False"]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in itertools.pairwise("abcdefghi")
)


@pytest.mark.parametrize("more", [BOMB, "metadata: &m [*m]\n", "a: &a {b: 1}\nc: {<<: *a}\n"])
def test_aliases_are_refused(tmp_path, more):
    (tmp_path / "MLmodel").write_text(f"flavors: {{}}\n{more}")
    with pytest.raises(ModelError, match="has YAML aliases, which may expand without limit"):
        mlmodel.MLmodel.read(tmp_path)


def test_a_star_that_is_no_alias_is_read(tmp_path):
    (tmp_path / "MLmodel").write_text("flavors: {}\nmetadata: {note: '*x', more: 2 *x}  # *x\n")
    assert mlmodel.MLmodel.read(tmp_path).metadata == {"note": "*x", "more": "2 *x"}


def test_what_stands_twice_is_written_twice_and_read_again(tmp_path):
    twice = {"long: \n": ["é"]}
    mlmodel.MLmodel(metadata={"a": twice, "b": [twice, twice]}).write(tmp_path)
    assert mlmodel.MLmodel.read(tmp_path).metadata == {"a": twice, "b": [twice, twice]}


@pytest.mark.parametrize("plain", [True, False])
def test_what_contains_itself_is_told(tmp_path, plain):
    within = {} if plain else {"é: \n": 1}
    within["again"] = within
    with pytest.raises(InvalidValueError, match="contains itself"):
        mlmodel.MLmodel(metadata=within).write(tmp_path)
