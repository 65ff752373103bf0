"""No secret that a tracked cell shows stands anywhere in its store, and what is none stays to the letter."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.notebook.kept import bytes_of, leaks
from tests.notebook.kernel import kernel_in
from tests.notebook.secret_forms import FORMS, INNOCENT, PREAMBLE
from tests.waiting import eventually


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    """Return all bytes of a store in which every form has been tracked."""
    with kernel_in(tmp_path_factory.mktemp("forms")) as kernel:
        kernel.ok(PREAMBLE)
        for form in FORMS:
            kernel.run(f"%%track\n{form.code}")
        eventually(lambda: not kernel.runs("status = 'RUNNING'"))
        yield bytes_of(kernel.store)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_no_piece_of_a_secret_is_in_any_file_of_the_store(stocked, form):
    for secret in form.secrets:
        # Six hexadecimal digits stand in ids and digests by chance.
        assert leaks(stocked, secret, piece=12 if re.fullmatch("[0-9a-f]+", secret) else 6) == {}


@pytest.fixture(scope="module")
def innocent(tmp_path_factory):
    with kernel_in(tmp_path_factory.mktemp("innocent")) as kernel:
        kernel.ok(PREAMBLE)
        yield kernel


@pytest.mark.parametrize("look_alike", INNOCENT, ids=lambda one: one.code[:40])
def test_what_looks_like_a_secret_and_is_none_is_kept(innocent, look_alike):
    run = innocent.run_of(innocent.run(f"%%track\n{look_alike.code}"))
    assert run.source.cell == f"%%track\n{look_alike.code}"
    assert {name: run.params.get(name) for name in look_alike.params} == look_alike.params
    assert "***" not in f"{run.source} {run.outcome} {run.params}"


# Drawn at random, as keys are; one of a word is masked whole, not by its pieces.
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


@st.composite
def _secrets(draw):
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(_LETTERS), st.sampled_from("23456789")), min_size=7, max_size=20)
    )
    return "".join(letter + digit for letter, digit in pairs)


_NAMES = st.sampled_from(
    ["password", "API_KEY", "api_key", "client_secret", "hf_token", "tok", "pw", "passwort", "db_password"]
)
_BINDINGS = st.sampled_from(
    [
        "{n} = {v!r}",
        "{n} = {a!r} + {b!r}",
        "a, {n} = 1, {v!r}",
        "{n}: str = {v!r}",
        "{n} = ''.join([{a!r}, {b!r}])",
        "{n} = f'{{{a!r}}}{b}'",
        "k = {v!r}\nclient = dict({n}=k)\n{n} = k",
        "d = {{'user': 'ann', {n!r}: {v!r}}}\n{n} = d[{n!r}]",
        "def make({n}={v!r}):\n    return {n}\n{n} = make()",
        "import types\no = types.SimpleNamespace()\nsetattr(o, {n!r}, {v!r})\n{n} = o.{n}",
        "import os\nos.environ['MY_SECRET_KEY'] = {v!r}\n{n} = os.environ['MY_SECRET_KEY']",
        "{n} = ({a!r}\n    {b!r})",
    ]
)
_SHOWINGS = st.sampled_from(
    [
        "print({n})",
        "print('as', repr({n}), 'it is')",
        "import json\nprint(json.dumps({{'x': {n}}}))",
        "print({n}[:9] + '...')",
        "raise ValueError('no entry with ' + {n})",
        "import base64\nprint(base64.b64encode(('ann:' + {n}).encode()).decode())",
        "import sys\nsys.stderr.write({n})",
        "import nbtrack\nnbtrack.log_param('said', 'it is ' + {n})",
        "import nbtrack\nnbtrack.set_tag('said', {n})\nnbtrack.log_text('see ' + {n}, 'a.txt')",
        "other = {n}\nprint(other)",
        "print('\\n'.join({n}[i:i + 8] for i in range(0, len({n}), 8)))",
        "print(f'https://ann:{{{n}}}@host/x')",
    ]
)


@pytest.fixture(scope="module")
def folder_of_kernels():
    with tempfile.TemporaryDirectory() as folder, kernel_in(Path(folder)) as kernel:
        yield kernel


def _hold(kernel, name, binding, showing, secret):
    half = len(secret) // 2
    code = f"{binding}\n{showing}".format(n=name, v=secret, a=secret[:half], b=secret[half:])
    kernel.run(f"%%track\n{code}")
    eventually(lambda: not kernel.runs("status = 'RUNNING'"))
    assert leaks(bytes_of(kernel.store), secret) == {}, code


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(_NAMES, _BINDINGS, _SHOWINGS, _secrets())
@example("password", "{n} = {v!r}", "print({n}[:9] + '...')", "a2a2a2a2a2a2a3")
def test_generated_secrets_leave_no_piece_of_theirs(folder_of_kernels, name, binding, showing, secret):
    _hold(folder_of_kernels, name, binding, showing, secret)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(_NAMES, _BINDINGS, _SHOWINGS, _secrets())
def test_a_thousand_generated_secrets_leave_no_piece(folder_of_kernels, name, binding, showing, secret):
    _hold(folder_of_kernels, name, binding, showing, secret)


def test_what_is_said_to_be_no_secret_is_kept(kernel):
    run = kernel.run_of(
        kernel.ok(
            "%%track\nimport nbtrack\napi_key = nbtrack.not_secret('lemma9form7')\nnbtrack.log_param('token', api_key)\n"
            "print(api_key)"
        )
    )
    assert run.params["token"] == "lemma9form7"
    assert "lemma9form7" in run.outcome["stdout"]
    assert "lemma9form7" in run.source.cell
    run = kernel.run_of(kernel.ok("%%track\ntoken = 'feature9of7'  # pragma: allowlist secret\nrate = 0.5"))
    assert run.params["token"] == "feature9of7"
    assert "feature9of7" in run.source.cell


def test_a_model_that_holds_a_secret_is_saved_only_when_it_is_asked_for(kernel):
    kernel.ok(
        "from sklearn.base import BaseEstimator\nclass Embedder(BaseEstimator):\n"
        "    def __init__(self, api_key=None): self.api_key = api_key\n"
        "    def fit(self, X, y=None):\n        self.n_ = 1\n        return self\n    def predict(self, X): return X"
    )
    executed = kernel.run("%%track\nmodel = Embedder(api_key='Gg4Ff6Dd8Ss1').fit([[1.0]])")
    assert "was not saved: it holds a secret" in executed.stderr
    run = kernel.run_of(executed)
    assert [model.uri for model in run.models] == [""]
