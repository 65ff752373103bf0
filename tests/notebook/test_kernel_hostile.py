"""What goes wrong around a tracked cell is not the cell's: objects that raise, stores that cannot be written."""

import os

import pytest

from tests.notebook.kernel import kernel_in, without_checkout

OBJECTS = '''
import time

class Raises:
    """Raises whatever it is asked."""

    def _no(self, *args, **kwargs):
        raise RuntimeError("do not ask")

    __eq__ = __ne__ = __len__ = __bool__ = __iter__ = __hash__ = __getitem__ = __contains__ = _no
    __repr__ = __str__ = __format__ = __array__ = __float__ = __int__ = __index__ = __reduce_ex__ = _no
    __lt__ = __gt__ = __le__ = __ge__ = __copy__ = __deepcopy__ = __dir__ = __sizeof__ = __call__ = _no
    __getattr__ = _no
    shape = ndim = dtype = dtypes = columns = item = data = grad = size = property(_no)
    get_params = fit = predict = score = keys = items = values = param_groups = property(_no)
    __class__ = property(_no)
    __dict__ = property(_no)
    __module__ = property(_no)
    __name__ = __doc__ = property(_no)

class Interrupts(Raises):
    """Raises what no `except Exception` catches."""

    def _no(self, *args, **kwargs):
        raise SystemExit("asked")

    __eq__ = __len__ = __bool__ = __hash__ = __getattr__ = __float__ = __array__ = _no
    shape = item = data = grad = get_params = property(_no)
    __class__ = __dict__ = property(_no)

class Pretends:
    """Says yes to everything: has every attribute, is callable, has a shape."""

    shape = ()
    ndim = 0
    dtype = "float64"
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Pretends()
    def __call__(self, *args, **kwargs):
        return Pretends()
    def item(self):
        raise ZeroDivisionError

class Wrong(Pretends):
    """Answers with the wrong kinds."""

    shape = "wide"
    ndim = 1.5
    dtype = None
    columns = 3
    def __len__(self):
        return 10**12
    def get_params(self, deep=True):
        return ["no", "dict"]
    def item(self):
        return "text"

class Lazy:
    """Takes long for what nobody needs."""

    def __getattr__(self, name):
        time.sleep(0.5)
        raise AttributeError(name)
    def __len__(self):
        time.sleep(30)
        return 3
    def __eq__(self, other):
        time.sleep(30)
        return False
    def __repr__(self):
        time.sleep(30)
        return "slow"
    __hash__ = object.__hash__

class Meta(type):
    def __instancecheck__(cls, instance):
        raise RuntimeError("do not ask")
    def __getattr__(cls, name):
        raise RuntimeError("do not ask")
    def __eq__(cls, other):
        raise RuntimeError("do not ask")
    __hash__ = type.__hash__
class OfMeta(metaclass=Meta):
    pass

class Number(float):
    """A float that does not like to be one."""

    def __float__(self):
        raise RuntimeError("do not ask")
    def __eq__(self, other):
        raise RuntimeError("do not ask")
    def __repr__(self):
        raise RuntimeError("do not ask")
    __hash__ = float.__hash__

class Keys(dict):
    def items(self):
        raise RuntimeError("do not ask")
    def __len__(self):
        raise RuntimeError("do not ask")

class Model:
    """Fits, and then is not to be looked at."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self
    def score(self, X, y=None):
        return Raises()
    def get_params(self, deep=True):
        raise RuntimeError("do not ask")
    def __getattr__(self, name):
        raise RuntimeError(name)
'''


@pytest.fixture(autouse=True, scope="module")
def objects(kernel):
    kernel.ok(OBJECTS)


KINDS = ["Raises", "Interrupts", "Pretends", "Wrong", "OfMeta", "Keys", "Model"]


@pytest.mark.parametrize("kind", [*KINDS, "Lazy"])
@pytest.mark.parametrize(
    "code",
    [
        # Computed, looked at by name.
        "loss = {kind}()\nacc = sum([0.5])",
        # In a loop, under a metric's name and others.
        "for i in range(30):\n    loss = {kind}()\n    if i > 20:\n        mae = {kind}()\n    acc = sum([i])",
        # As settings, data and results in containers.
        "config = {{'a': {kind}(), 'b': [{kind}()], {kind}: 1}}\nresults = {{'loss': {kind}()}}\nX = {kind}()\nacc = sum([1])",
    ],
    ids=["name", "loop", "containers"],
)
def test_the_cell_works_whatever_its_objects_do(kernel, kind, code):
    executed = kernel.run(f"%%track\n{code.format(kind=kind)}\nacc")
    assert executed.reply["status"] == "ok", executed.traceback
    assert executed.result is not None
    assert executed.stderr.count("\n") <= 1
    assert executed.line is not None
    run = kernel.run_of(executed)
    assert run.status == "FINISHED"
    assert "acc" in run.metrics


@pytest.mark.parametrize("kind", KINDS)
def test_objects_of_earlier_cells_may_be_as_bad(kernel, kind):
    kernel.ok(f"given = {kind}()\nparts = [given]\nnamed = {{'x': given}}")
    executed = kernel.run(
        "%%track\nused = [id(given), id(parts), id(named)]\nmodel = Model().fit(given)\nacc = len(used) / 4\nacc"
    )
    assert executed.result == "0.75"
    assert executed.stderr.count("\n") <= 1
    assert kernel.run_of(executed).metrics["acc"] == 0.75
    kernel.ok("del given, parts, named")


@pytest.mark.parametrize("kind", ["Raises", "Pretends", "Wrong", "Number"])
def test_scores_may_be_anything(kernel, kind):
    made = "Number(0.25)" if kind == "Number" else f"{kind}()"
    executed = kernel.run(
        "%%track\n"
        f"def accuracy_score(a, b):\n    return {made}\n"
        "kept = [accuracy_score(1, 2) for _ in range(3)]\n"
        "for i in range(3):\n    one = accuracy_score(1, 2)\n"
        "shown = id(accuracy_score(1, 2))\n"
        "acc = sum([0.5])\nacc"
    )
    assert executed.result == "0.5"
    assert executed.stderr.count("\n") <= 1
    assert kernel.run_of(executed).metrics["acc"] == 0.5


def test_a_float_that_cannot_be_one(kernel):
    executed = kernel.run(
        "%%track\nfor i in range(30):\n    loss = Number(i)\nrate = Number(0.5)\nacc = sum([0.5])\nacc"
    )
    assert executed.result == "0.5"
    assert executed.stderr.count("\n") <= 1
    assert kernel.run_of(executed).metrics["acc"] == 0.5


def test_warnings_as_errors_are_for_the_users_own_code(kernel):
    kernel.ok("import warnings\nwarnings.simplefilter('error')")
    try:
        for _ in range(2):
            executed = kernel.run("%%track --resume nowhere\nacc = sum([0.5])\nacc")
            assert executed.result == "0.5"
            assert executed.stderr.startswith("nbtrack: there is no run 'nowhere'")
            assert executed.stderr.count("\n") == 1
        raised = kernel.run("%%track\nloss = sum([1])\nwarnings.warn('mine')")
        assert raised.reply["ename"] == "UserWarning"
        assert kernel.run_of(raised).status == "FAILED"
    finally:
        kernel.ok("warnings.resetwarnings()")
    assert kernel.run_of(kernel.ok("%%track\nacc = sum([0.5])")).metrics == {"acc": 0.5}


@pytest.mark.parametrize(
    "shadow",
    ["print = len", "sum = None", "list = str = dict = None", "id = None", "float = int = isinstance = None"],
)
def test_builtins_may_be_shadowed(kernel, shadow):
    names = shadow.rpartition(" = ")[0].replace(" = ", ", ")
    try:
        executed = kernel.ok(
            f"%%track\nfrom builtins import sum as total\n{shadow}\nfor i in (1, 2, 3):\n    loss = total([i])\nloss"
        )
    finally:
        kernel.ok(f"del {names}")
    assert executed.result == "3"
    assert kernel.run_of(executed).summary("loss").count == 3


STORES = {
    "a file": "file",
    "below a file": "file/.nbtrack",
    "a folder that cannot be made": "/proc/nbtrack/.nbtrack",
    "an address": "postgres://somewhere/runs",
    "no database": "spoilt/.nbtrack",
}


@pytest.mark.skipif(os.name == "nt", reason="needs /proc")
def test_a_store_that_cannot_be_written_is_told_once_a_cell(tmp_path):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "spoilt" / ".nbtrack").mkdir(parents=True)
    (tmp_path / "spoilt" / ".nbtrack" / "nbtrack.db").write_bytes(b"this is no database at all" * 100)
    with kernel_in(tmp_path) as kernel:
        kernel.ok("import os")
        for what, place in STORES.items():
            kernel.ok(f"os.environ['NBTRACK_STORE'] = {place!r}")
            for _ in range(2):
                executed = kernel.run(
                    "%%track\nprint('runs')\nfor i in range(20):\n    loss = sum([i])\nloss"
                )
                assert (executed.stdout, executed.result) == ("runs\n", "19"), what
                assert executed.stderr.count("NbtrackWarning") == 1, (what, executed.stderr)
                assert executed.stderr.count("\n") == 1, (what, executed.stderr)
                assert executed.line is None
            failed = kernel.run("%%track\n1 / 0")
            assert failed.reply["ename"] == "ZeroDivisionError"
            assert "nbtrack" not in without_checkout(failed.traceback)
        kernel.ok(f"os.environ['NBTRACK_STORE'] = {str(kernel.store)!r}")
        assert kernel.run_of(kernel.ok("%%track\nacc = sum([0.5])")).metrics == {"acc": 0.5}
