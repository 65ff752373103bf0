"""Settings as IPython's users set things: `%config Nbtrack`, and a profile."""

import pytest

from tests.notebook.kernel import kernel_in

NAMES = ["experiment", "git_diff", "masking", "models", "store", "system_interval", "system_use", "track"]
TRAINING = "from sklearn.linear_model import Ridge\nridge = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])"


@pytest.fixture
def fresh(tmp_path):
    """A kernel of its own for what is set for a whole process."""
    with kernel_in(tmp_path, MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING="true") as kernel:
        yield kernel


def value(kernel, name):
    return kernel.ok(f"%config Nbtrack.{name}").result


def test_each_setting_is_documented_with_its_value(kernel):
    said = kernel.ok("%config Nbtrack").stdout
    for name in NAMES:
        assert f"Nbtrack.{name}=<" in said
    assert "as `%track on` does" in said
    assert "Current: '100MB'" in said
    assert "Nbtrack" in kernel.ok("%config").stdout
    assert kernel.complete("%config Nbtrack.sys", 19)["matches"]


def test_the_magic_and_the_setting_are_one(kernel):
    kernel.ok("%track on")
    assert value(kernel, "track") == "True"
    kernel.ok("%config Nbtrack.track = False")
    assert "nbtrack tracks cells with %%track" in kernel.ok("%track status").stdout
    kernel.ok("%track models 50MB")
    assert value(kernel, "models") == "'50MB'"
    kernel.ok("%config Nbtrack.models = 'off'")
    assert "saves no models" in kernel.ok("%track").stdout
    # An earlier setting does not come back with a later one.
    kernel.ok("%track models on")
    kernel.ok("%config Nbtrack.git_diff = 5_000_000")
    assert value(kernel, "models") == "'100MB'"
    assert value(kernel, "git_diff") == "'5MB'"
    kernel.ok("%config Nbtrack.git_diff = 'on'")


def test_functions_and_settings_are_one(fresh):
    fresh.ok(
        "import nbtrack\nnbtrack.set_experiment('mine')\nnbtrack.set_system_metrics_sampling_interval(7)"
    )
    assert value(fresh, "experiment") == "'mine'"
    assert value(fresh, "system_interval") == "7.0"
    fresh.ok("%config Nbtrack.experiment = 'theirs'")
    assert fresh.run_of(fresh.ok("%%track\nacc = sum([0.5])")).experiment == "theirs"
    fresh.ok("%config Nbtrack.experiment = ''")
    assert value(fresh, "experiment") == fresh.value("nbtrack.tracking.default_experiment()")
    fresh.ok("nbtrack.disable_system_metrics_logging()")
    assert value(fresh, "system_use") == "False"


def test_system_use_is_sampled_as_set(fresh):
    fresh.ok("import time\n%config Nbtrack.system_interval = 0.2")
    sampled = fresh.run_of(fresh.ok("%%track\ntime.sleep(1)"))
    fresh.ok("%config Nbtrack.system_use = False")
    silent = fresh.run_of(fresh.ok("%%track\ntime.sleep(1)"))
    assert any(name.startswith("system/") for name in sampled.metrics)
    assert silent.metrics == {}


def test_runs_go_to_the_store_that_is_set(fresh):
    fresh.ok("%config Nbtrack.store = 'elsewhere'")
    assert fresh.ok("%config Nbtrack.store").result.endswith("elsewhere'")
    fresh.ok("%%track\nacc = sum([0.5])")
    assert fresh.value("len(__import__('nbtrack').runs(store='elsewhere'))") == "1"


def test_masking_can_be_switched_off(fresh):
    cell = "%%track\napi_key = 'sk-live-8ff02bd1aa'\nprint(api_key)"
    masked = fresh.run_of(fresh.ok(cell))
    fresh.ok("%config Nbtrack.masking = False")
    bare = fresh.run_of(fresh.ok(cell))
    assert "8ff02bd1aa" not in str(masked.source) + masked.outcome["stdout"]
    assert "8ff02bd1aa" in str(bare.source)
    assert "8ff02bd1aa" in bare.outcome["stdout"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("track = 'yes'", "'track' trait of a Nbtrack instance expected a boolean, not the str 'yes'"),
        ("models = 'large'", "'models' trait of Nbtrack: 'large' is not a size of models; write on, off, or e.g. 50MB"),
        ("models = -1", "'models' trait of a Nbtrack instance expected a unicode string, not the int -1"),
        ("system_interval = 0", "'system_interval' trait of Nbtrack: interval 0.0 is no positive number"),
        ("experiment = 'a\\0b'", "'experiment' trait of Nbtrack: experiment name 'a\\x00b'"),
        ("modles = 'off'", "Nbtrack has no setting 'modles'; did you mean 'models'?"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_words(kernel, code, said):
    before = value(kernel, "models"), value(kernel, "track")
    executed = kernel.run(f"%config Nbtrack.{code}")
    assert said in executed.stderr
    assert (value(kernel, "models"), value(kernel, "track")) == before


PROFILE = """
c = get_config()
c.InteractiveShellApp.extensions = ["nbtrack"]
c.Nbtrack.track = True
c.Nbtrack.experiment = "from the profile"
c.Nbtrack.models = "off"
c.Nbtrack.git_diff = "much"
c.Nbtrack.trakc = True
"""


def test_a_profile_sets_what_holds_from_the_start(tmp_path):
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text(PROFILE)
    with kernel_in(tmp_path, load=False) as kernel:
        first = kernel.run(TRAINING)
        run = kernel.run_of(first)
        assert run.experiment == "from the profile"
        assert run.models[0].uri == ""
        wrong_size = "'much' is not a size of changes; write on, off, or e.g. 50MB"
        assert first.stderr.splitlines() == [
            f"nbtrack: c.Nbtrack.git_diff: The 'git_diff' trait of Nbtrack: {wrong_size}",
            "nbtrack: c.Nbtrack.trakc: Nbtrack has no setting 'trakc'; did you mean 'track'?",
        ]
        kernel.ok("%track off")
        kernel.ok("%config Nbtrack.models = 'on'")
        assert value(kernel, "track") == "False"
        assert kernel.ok(TRAINING).line is None


def test_unloading_takes_the_settings_along(fresh):
    fresh.ok("%unload_ext nbtrack")
    assert "Nbtrack" not in fresh.ok("%config").stdout
    fresh.ok("%load_ext nbtrack")
    assert value(fresh, "track") == "False"
