"""The magics themselves: their manual, their options, switching on and off, loading and unloading."""

import pytest

from tests.notebook.kernel import eventually, kernel_in


@pytest.mark.parametrize("code", ["%%track?", "?%%track", "%track?"])
def test_the_manual_names_every_option(kernel, code):
    before = len(kernel.runs())
    (page,) = kernel.ok(code).reply["payload"]
    manual = page["data"]["text/plain"]
    for option in (
        *("--experiment", "--tag", "--note", "--params", "--metrics"),
        *("--only-params", "--only-metrics", "--ignore", "--no-model", "--resume"),
    ):
        assert option in manual
    for word in ("name", "%track on", "%track off", "%track status", "as it would without it"):
        assert word in manual
    assert len(kernel.runs()) == before


def test_the_front_end_knows_the_magic(kernel):
    assert "--experiment" in kernel.inspect("%%track")["data"]["text/plain"]


def tracked(
    kernel, line, body="rate = 0.5\nsteps = 3\nacc = sum([rate])\nmae = sum([0.125])\nother = sum([1, 2])"
):
    """Run a cell with these options and return its run."""
    return kernel.run_of(kernel.ok(f"%%track {line}\n{body}"))


def test_name_experiment_tags_and_note(kernel):
    run = tracked(
        kernel,
        "'my run' -e wine -t team=red --tag 'goal=find the best' -t why=\"it's = new\" --note 'two words'",
    )
    assert (run.name, run.experiment, run.note) == ("my run", "wine", "two words")
    own = {key: value for key, value in run.tags.items() if not key.startswith("nbtrack.")}
    assert own == {"team": "red", "goal": "find the best", "why": "it's = new"}


def test_without_options_runs_go_to_the_default_experiment_with_names_of_their_own(kernel):
    runs = [tracked(kernel, ""), tracked(kernel, "")]
    assert {run.experiment for run in runs} == {"default"}
    assert len({run.name for run in runs}) == 2
    assert (runs[0].params, runs[0].metrics) == ({"rate": 0.5, "steps": 3}, {"acc": 0.5, "mae": 0.125})


def test_params_and_metrics_are_added(kernel):
    run = tracked(kernel, "--params other --metrics steps,rate")
    assert run.params == {"other": 3}
    assert run.metrics == {"acc": 0.5, "mae": 0.125, "steps": 3, "rate": 0.5}


def test_only_replaces_what_is_found(kernel):
    run = tracked(kernel, "--only-params rate --only-metrics other")
    assert (run.params, run.metrics) == ({"rate": 0.5}, {"other": 3})


def test_ignored_names_are_not_kept(kernel):
    run = tracked(kernel, "--ignore 'rate, mae'")
    assert (run.params, run.metrics) == ({"steps": 3}, {"acc": 0.5})


def test_series_follow_the_options_too(kernel):
    loop = "for i in range(5):\n    loss = sum([i])\n    size = sum([i, i])\n    mae = sum([1])"
    run = tracked(kernel, "--metrics size --ignore loss", loop)
    assert set(run.metrics) == {"size", "mae"}
    assert list(run.history("size")["value"]) == [0, 2, 4, 6, 8]
    assert set(tracked(kernel, "--only-metrics size", loop).metrics) == {"size"}


def test_a_name_that_the_cell_does_not_have_is_no_harm(kernel):
    run = tracked(kernel, "--params nowhere --metrics nowhere_too --ignore not_even_here")
    assert set(run.metrics) == {"acc", "mae"}


def test_no_model_leaves_the_estimators_out(kernel):
    body = "from sklearn.linear_model import Ridge\nmodel = Ridge(alpha=0.25).fit([[1], [2]], [1, 2])"
    assert [model.estimator for model in tracked(kernel, "", body).models] == [
        "sklearn.linear_model._ridge.Ridge"
    ]
    without = tracked(kernel, "--no-model", body)
    assert without.models == []
    assert without.params == {"alpha": 0.25}


def test_resume_adds_to_the_run(kernel):
    first = tracked(kernel, "start -t team=red", "rate = 0.5\nfor i in range(3):\n    loss = sum([i])")
    again = tracked(
        kernel, f"--resume {first.id[:8]} -t more=1", "for i in range(3):\n    mse = sum([i])\nsize = 7"
    )
    assert again.id == first.id
    assert again.name == "start"
    assert again.status == "FINISHED"
    assert (again.params["rate"], again.params["size"]) == (0.5, 7)
    assert set(again.metrics) == {"loss", "mse"}
    assert (again.tags["team"], again.tags["more"]) == ("red", "1")
    assert tracked(kernel, "renamed --resume start", "size = 8").id == first.id
    assert kernel.runs("name = 'renamed'")[0].id == first.id


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-t bad", "write -t key=value"),
        ("-t =3", "write -t key=value"),
        ("-e", "expected one argument"),
        ("--nonsense", "'--nonsense' is not understood"),
        ("two names", "'names' is not understood"),
        ("it's", "No closing quotation"),
    ],
)
def test_options_that_are_wrong_are_told_and_the_cell_is_tracked(kernel, line, told):
    executed = kernel.run(f"%%track {line}\nacc = sum([0.5])\nacc")
    assert executed.result == "0.5"
    assert told in executed.stderr
    assert executed.stderr.count("\n") == 1
    assert kernel.run_of(executed).metrics == {"acc": 0.5}


@pytest.mark.parametrize("line", ["--resume nowhere", "-e '' --resume ffffffff", "-e dropped"])
def test_options_that_cannot_be_followed_are_told_and_the_cell_is_tracked(kernel, line):
    kernel.ok(
        "import nbtrack\n"
        "if not nbtrack.get_experiment_by_name('dropped'):\n"
        "    nbtrack.delete_experiment(nbtrack.create_experiment('dropped'))"
    )
    executed = kernel.run(f"%%track {line}\nacc = sum([0.5])\nacc")
    assert executed.result == "0.5"
    assert executed.stderr.startswith("nbtrack: ")
    assert executed.stderr.count("\n") == 1
    assert kernel.run_of(executed).metrics == {"acc": 0.5}


def test_track_on_tracks_what_trains_or_scores(kernel):
    count = len(kernel.runs())
    kernel.ok("from sklearn.linear_model import Ridge\nfrom sklearn.metrics import r2_score")
    said = kernel.ok("%track on").stdout
    assert "every cell that trains or scores" in said
    assert str(kernel.store) in said
    kernel.ok("data = [[1], [2], [3]]\nprint(len(data))")
    fitted = kernel.ok("model = Ridge(alpha=0.5).fit(data, [1, 2, 3])\nmodel")
    assert kernel.run_of(fitted).params == {"alpha": 0.5}
    assert "Ridge" in fitted.result
    scored = kernel.ok("r2_score([1, 2, 3], model.predict(data))")
    assert set(kernel.run_of(scored).metrics) == {"r2_score"}
    named = kernel.ok("%%track mine\nx = 1")
    assert kernel.run_of(named).name == "mine"
    assert "every cell that trains" in kernel.ok("%track status").stdout
    assert "cells with %%track" in kernel.ok("%track off").stdout
    assert "cells with %%track" in kernel.ok("%track").stdout
    assert kernel.ok("r2_score([1, 2, 3], model.predict(data))").line is None
    assert len(kernel.runs()) == count + 3


def test_track_says_what_it_does_not_know(kernel):
    said = kernel.run("%track sideways")
    assert said.stderr.startswith(
        "UsageError: %track 'sideways' is unknown; say on, off, status, models or why NAME"
    )


def test_runs_finds_and_shows(kernel):
    tracked(kernel, "findme -t kind=search")
    shown = kernel.ok("%runs tags.kind = 'search'")
    assert "findme" in shown.result
    (output,) = shown.outputs
    assert "<table" in output.data["text/html"]
    assert "<script" not in output.data["text/html"]
    assert kernel.ok("found = %runs name = 'findme'\nfound[0].metrics").result == "{'acc': 0.5, 'mae': 0.125}"
    wrong = kernel.run("%runs metrics.rmse <")
    assert wrong.stderr.startswith("UsageError: ")
    assert "^" in wrong.stderr


def test_loading_twice_changes_nothing(kernel):
    assert "already loaded" in kernel.ok("%load_ext nbtrack").stdout
    kernel.ok("import nbtrack\nnbtrack.load_ipython_extension(get_ipython())")
    before = len(kernel.runs())
    assert kernel.ok("%%track\nacc = sum([0.5])").line is not None
    assert len(kernel.runs()) == before + 1
    kernel.ok("%reload_ext nbtrack")
    assert kernel.ok("%%track\nacc = sum([0.5])").line is not None
    assert len(kernel.runs()) == before + 2


SHELL = (
    "(lambda shell: repr((shell.input_transformers_cleanup, shell.input_transformers_post, shell.ast_transformers,"
    " {name: list(found) for name, found in shell.events.callbacks.items()},"
    " sorted(shell.magics_manager.magics['line']), sorted(shell.magics_manager.magics['cell']),"
    " [name for name in vars(__import__('builtins')) if 'nbtrack' in name],"
    " getattr(shell.display_pub, '_hooks', None), getattr(shell.displayhook, '_hooks', None), __import__('sys').stdout.write)))"
    "(get_ipython())"
)


def test_unloading_leaves_nothing(tmp_path):
    with kernel_in(tmp_path, load=False) as kernel:
        kernel.ok("import matplotlib.pyplot")
        before = kernel.value(SHELL)
        kernel.ok("%load_ext nbtrack")
        assert kernel.value(SHELL) != before
        kernel.ok("%%track\nfor i in range(3):\n    loss = sum([i])")
        kernel.run("%%track\n1 / 0")
        kernel.ok("%unload_ext nbtrack")
        assert kernel.value(SHELL) == before
        gone = kernel.run("%%track\nx = 1")
        assert "`%%track` not found" in gone.stderr
        assert "`%runs` not found" in kernel.run("%runs").stderr
        kernel.ok("%load_ext nbtrack")
        assert kernel.ok("%%track\nacc = sum([0.5])").line is not None
        assert len(kernel.runs()) == 3


def test_cells_before_the_extension_are_known_to_the_code_of_a_run(tmp_path):
    with kernel_in(tmp_path, load=False) as kernel:
        kernel.ok("import math\nunused = 1")
        kernel.ok("base = math.sqrt(16)")
        kernel.ok("%load_ext nbtrack")
        run = kernel.run_of(kernel.ok("%%track\nacc = sum([base, 0.5])"))
        assert "base = math.sqrt(16)" in str(run.source)
        assert run.metrics == {"acc": 4.5}
        names = {}
        exec(compile(str(run.source), "script", "exec"), names)
        assert names["acc"] == 4.5


def test_a_terminal_asks_for_the_rest_of_a_tracked_cell(kernel):
    kernel.ok("check = get_ipython().check_complete")
    assert kernel.value("check('%%track\\n')[0]") == "'incomplete'"
    assert kernel.value("check('%%track base\\na = 1\\n')[0]") == "'incomplete'"
    assert kernel.value("check('%%track base\\na = 1\\n\\n')[0]") == "'complete'"
    assert kernel.value("check('a = 1\\n')[0]") == "'complete'"


def test_what_can_be_understood_of_the_line_is_heeded(kernel):
    executed = kernel.run("%%track my run -t team=red -t wrong -e mine\nacc = sum([0.5])")
    assert "'run' is not understood" in executed.stderr
    assert "-t 'wrong' is no tag" in executed.stderr
    run = kernel.run_of(executed)
    assert (run.name, run.experiment, run.tags["team"]) == ("my", "mine", "red")


def test_the_lines_variables_are_filled_in(kernel):
    kernel.ok("lr, parts = 0.5, ['a', 'b']")
    run = kernel.run_of(kernel.ok("%%track 'run $lr {parts[1]}'\nacc = sum([0.5])"))
    assert run.name == "run 0.5 b"


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("%%track --help\nacc = sum([0.5])", "%%track?"),
        ("%track --help", "%%track?"),
        ("%track models -h", "%%track?"),
        ("%runs --help", "%runs?"),
        ("%runs -h", "%runs?"),
        ("%runs --panel --help", "%runs?"),
        ("%serve --help", "%serve?"),
        ("%serve best -p 5001 -h", "%serve?"),
    ],
)
def test_help_is_shown_and_nothing_else_is_done(kernel, code, same):
    before = len(kernel.runs())
    executed = kernel.ok(code)
    assert executed.outputs == []
    assert executed.reply["payload"] == kernel.ok(same).reply["payload"] != []
    assert len(kernel.runs()) == before


def test_a_filter_may_speak_of_help(kernel):
    assert "tags.note" in kernel.run("%runs tags.note = 'see --help' and").stderr
    assert kernel.ok("%runs note = 'see --help or -h'").reply["payload"] == []


def test_a_deleted_experiment_begins_anew(kernel):
    first = kernel.run_of(kernel.ok("%%track -e gone\nacc = sum([0.5])"))
    kernel.ok("import nbtrack\nnbtrack.delete_experiment('gone')")
    executed = kernel.run("%%track -e gone\nacc = sum([0.25])")
    assert "'gone' begins anew" in executed.stderr
    second = kernel.run_of(executed)
    assert [run.id for run in kernel.runs("experiment = 'gone'")] == [second.id]
    first.restore()
    assert {run.id for run in kernel.runs("experiment = 'gone'")} == {first.id, second.id}


def test_a_run_that_is_not_there_cannot_be_resumed_and_the_cell_is_a_new_run(kernel):
    executed = kernel.run("%%track --resume nowhere -e other\nacc = sum([0.5])")
    assert "there is no run 'nowhere'" in executed.stderr
    assert "tracked as a new run" in executed.stderr
    assert kernel.run_of(executed).experiment == "other"


def test_options_are_no_change_of_the_code(kernel):
    one = kernel.run_of(kernel.ok("%%track one\nacc = sum([0.5])"))
    two = kernel.run_of(kernel.ok("%%track two -t team=red --note 'again'\nacc = sum([0.5])"))
    assert one.diff(two).code == ""
    assert two.source.cell.startswith("%%track two")


def test_scores_of_folds_are_told_by_their_mean(kernel):
    code = (
        "%%track -e folds\nimport numpy as np\nfrom sklearn.dummy import DummyClassifier\n"
        "from sklearn.model_selection import cross_val_score\n"
        "X, y = np.zeros((9, 1)), np.array({y})\n"
        "scores = cross_val_score(DummyClassifier(), X, y, cv=[(np.arange(9), np.arange(k, k + 3)) for k in (0, 3, 6)])"
    )
    # Always the commoner label: folds of 1, 1 and 0; then of 2/3 each.
    first = kernel.ok(code.format(y="[1, 1, 1, 1, 1, 1, 0, 0, 0]"), cell_id="folds")
    assert "scores 0.66667 (mean of 3)" in first.line.text
    second = kernel.ok(code.format(y="[1, 1, 0, 1, 1, 0, 1, 1, 0]"), cell_id="folds")
    assert "scores 0.66667 (mean of 3) (= best)" in second.line.text


def test_secrets_are_hidden_wherever_the_cell_shows_them(kernel):
    executed = kernel.run(
        "%%track -t token=hf_abcdefghijklmnopqrstuvwxyz12345678\npassword = 'hunter22hunter'\nprint('in with', password)\n"
        "def connect(url, api_key=None):\n    raise ConnectionError('cannot reach ' + url + ' as ' + password)\n"
        "connect('postgresql://bob:s3cretpw@db/x', api_key='sk-abcdefghijklmnopqrstuvwxyz123456')"
    )
    assert executed.reply["ename"] == "ConnectionError"
    assert "hunter22hunter" in executed.stdout, "what the user sees is as without"
    run = kernel.run_of(executed)
    kept = f"{run.traceback} {run.source} {run.outcome} {run.tags} {run.params}"
    for secret in ("s3cretpw", "sk-abcdef", "hf_abcdef", "hunter22"):
        assert secret not in kept
    assert "cannot reach postgresql://***@db/x as ***" in run.traceback


def test_a_run_is_flagged_once_a_cell_that_it_depends_on_is_changed(kernel):
    kernel.ok("def f(x):\n    return x * 2", cell_id="f")
    kernel.ok("def g(x):\n    return x * 3", cell_id="g")
    run = kernel.run_of(kernel.ok("%%track\nacc = f(0.25)", cell_id="run"))
    assert not run.source.stale
    kernel.ok("def g(x):\n    return x * 4", cell_id="g")
    kernel.ok("# a word\ndef f(x):\n    return x * 2", cell_id="f")
    assert not run.source.stale, "neither another cell nor a comment matters"
    kernel.ok("def f(x):\n    return x + 1", cell_id="f")
    eventually(lambda: run.source.stale)


def test_without_cell_ids_many_runs_are_flagged_once_a_name_is_bound_otherwise(kernel):
    kernel.ok("rate = 2\ndef f(x):\n    return x * rate")
    runs = [kernel.run_of(kernel.ok("%%track\nacc = f(0.25)")) for _ in range(12)]
    kernel.ok("unrelated = 3")
    kernel.ok("rate = 2\n\ndef f(x):\n    return x * rate  # the same")
    later = kernel.run_of(kernel.ok("%%track\nacc = f(0.25)"))
    assert not any(run.source.stale for run in [*runs, later])
    kernel.ok("rate = 3")
    eventually(lambda: all(run.source.stale for run in [*runs, later]))


def test_what_a_cell_fits_is_saved_as_a_model(kernel):
    kernel.ok("from sklearn.linear_model import Ridge\nimport numpy as np\nX, y = np.eye(4), np.arange(4.0)")
    run = kernel.run_of(kernel.ok("%%track\nridge = Ridge(alpha=0.5).fit(X, y)\nr2 = ridge.score(X, y)"))
    assert run.models[0].uri == f"runs:/{run.id}/model"
    kernel.ok("import nbtrack")
    loaded = f"nbtrack.load_model('runs:/{run.id}/model').predict(X).tolist()"
    assert kernel.value(loaded) == kernel.value("ridge.predict(X).tolist()")
    kernel.ok("%track models off")
    try:
        assert kernel.run_of(kernel.ok("%%track\nridge = Ridge().fit(X, y)")).models[0].uri == ""
    finally:
        kernel.ok("%track models on")


@pytest.mark.parametrize(
    "given", ["X=X, y=y", "*[X, y]", "*data", "**{'X': X, 'y': y}", "X, **rest", "X=X, **rest"]
)
def test_however_a_model_is_given_its_data_it_has_a_signature(kernel, given):
    kernel.ok(
        "import nbtrack, pandas as pd\nfrom sklearn.linear_model import LinearRegression\n"
        "X, y = pd.DataFrame({'acid': [0.1, 0.2, 0.4]}), [1.0, 2.0, 3.0]\ndata, rest = (X, y), {'y': y}"
    )
    run = kernel.run_of(kernel.ok(f"%%track\nmodel = LinearRegression().fit({given})"))
    assert "name='acid'" in kernel.value(f"nbtrack.load_model('runs:/{run.id}/model').signature")


def test_a_model_of_texts_takes_the_texts_that_the_cell_fitted_it_on(kernel):
    kernel.ok(
        "import nbtrack, pandas as pd\nfrom sklearn.feature_extraction.text import CountVectorizer\n"
        "from sklearn.naive_bayes import MultinomialNB\nfrom sklearn.pipeline import make_pipeline\n"
        "df = pd.DataFrame({'text': ['red wine', 'white wine', 'port', 'rose'] * 5, 'label': [0, 1, 0, 1] * 5})"
    )
    run = kernel.run_of(
        kernel.ok(
            "%%track\nclf = make_pipeline(CountVectorizer(), MultinomialNB()).fit(df['text'], df['label'])"
        )
    )
    kernel.ok(f"model = nbtrack.load_model('runs:/{run.id}/model')")
    native = kernel.value("clf.predict(df['text']).tolist()")
    assert kernel.value("model.predict(df['text']).tolist()") == native
    assert kernel.value("model.predict(df[['text']]).tolist()") == native
    assert kernel.value("len(model.predict(model.input_example))") == "5"


def test_a_forecaster_is_saved_without_a_signature_and_one_line_says_so(kernel):
    kernel.ok(
        "import nbtrack, numpy as np\nclass Naive:\n    def fit(self, y):\n        self.last_ = y[-1]\n        return self\n"
        "    def get_params(self, deep=True):\n        return {}\n"
        "    def predict(self, horizon=3):\n        return np.full(3, self.last_)\n"
    )
    executed = kernel.run("%%track\nnaive = Naive().fit(np.arange(9.0))")
    [said] = executed.stderr.splitlines()
    assert "without a signature" in said
    run = kernel.run_of(executed)
    assert kernel.value(f"nbtrack.load_model('runs:/{run.id}/model').signature") == "None"


def test_a_model_that_the_cell_logs_itself_is_not_saved_again(kernel):
    kernel.ok(
        "import nbtrack, numpy as np\nfrom sklearn.linear_model import Lasso, Ridge\nX, y = np.eye(4), np.arange(4.0)"
    )
    run = kernel.run_of(
        kernel.ok(
            "%%track\nridge, lasso = Ridge().fit(X, y), Lasso().fit(X, y)\n"
            "info = nbtrack.log_model(ridge, metadata={'made': 'by hand'}, registered_model_name='mine')"
        )
    )
    for uri in ("info.model_uri", "f'models:/{info.model_id}'", "'models:/mine/latest'"):
        assert kernel.value(f"nbtrack.load_model({uri}).metadata.metadata['made']") == "'by hand'"
    assert sorted(model.uri for model in run.models) == [f"runs:/{run.id}/lasso", f"runs:/{run.id}/model"]


def test_the_first_line_says_where_runs_are_kept_if_not_beside_the_notebook(tmp_path):
    (tmp_path / "notebooks").mkdir()
    with kernel_in(tmp_path / "notebooks", NBTRACK_STORE=str(tmp_path / "kept")) as kernel:
        assert f"runs are kept in {tmp_path / 'kept'}" in kernel.ok("%%track\nrate = 0.5").line.text
        assert "runs are kept" not in kernel.ok("%%track\nrate = 0.6").line.text
    (tmp_path / "beside").mkdir()
    with kernel_in(tmp_path / "beside") as kernel:
        assert "runs are kept" not in kernel.ok("%%track\nrate = 0.5").line.text
