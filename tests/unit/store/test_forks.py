"""A run goes on in forked and other child processes, and nothing is lost, doubled or ended by them."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@needs_fork
def test_forked_children_log_to_their_parents_run_and_do_not_end_it(store):
    """While the parent logs all the while, on a thread of its own."""
    writer = store.create_run(experiment="e")
    stop = threading.Event()
    logged = []

    def parent():
        step = 0
        while not stop.is_set():
            writer.log_metric("parent", 0.5, step)
            step += 1
            time.sleep(0)
        logged.append(step)

    def child(number):
        for step in range(500):
            writer.log_metric(f"child {number}", float(step), step)
        writer.log_param(f"p{number}", number)
        writer.finish("FAILED")

    thread = threading.Thread(target=parent)
    thread.start()
    try:
        for round_ in range(5):
            children = [
                multiprocessing.get_context("fork").Process(target=child, args=[10 * round_ + number])
                for number in range(3)
            ]
            for process in children:
                process.start()
            for process in children:
                process.join(60)
            assert [process.exitcode for process in children] == [0, 0, 0]
            assert store.run(writer.id).status == "RUNNING"
    finally:
        stop.set()
        thread.join()
    writer.finish()
    run = store.run(writer.id)
    assert run.status == "FINISHED"
    names = [f"child {10 * round_ + number}" for round_ in range(5) for number in range(3)]
    assert store.history(run.key, "parent").steps == list(range(logged[0]))
    for name in names:
        assert store.history(run.key, name).steps == list(range(500))
    assert len(store.params(run.key)) == 15
    assert store.check().problems == []


def square(writer, number):
    writer.log_metric("square", float(number**2), number)
    return number


@needs_fork
def test_a_pool_ends_its_workers_at_once_and_no_point_is_lost(store):
    writer = store.create_run(experiment="e")
    with multiprocessing.get_context("fork").Pool(3) as pool:
        assert pool.starmap(square, [(writer, number) for number in range(300)]) == list(range(300))
    writer.finish()
    key = store.run(writer.id).key
    assert store.history(key, "square").steps == list(range(300))


@needs_fork
def test_a_child_that_is_told_to_end_writes_first_and_takes_nobody_with_it(store):
    """Its own child goes on, and so does the parent of one that is told to end."""
    context = multiprocessing.get_context("fork")
    writer = store.create_run(experiment="e")
    ready = context.Barrier(3)

    def log_and_wait(name):
        writer.log_metric(name, 1.0, 0)
        ready.wait(30)
        time.sleep(60)

    def child():
        process = context.Process(target=log_and_wait, args=["grandchild"])
        writer.log_metric("child", 1.0, 0)
        process.start()
        ready.wait(30)
        process.terminate()
        process.join(30)
        writer.log_metric("child", float(process.exitcode), 1)
        time.sleep(0.3)
        writer.log_metric("child", 3.0, 2)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    process = context.Process(target=child)
    process.start()
    ready.wait(30)
    process.join(30)
    assert process.exitcode == -signal.SIGTERM
    key = store.run(writer.id).key
    assert store.history(key, "child").values == [1.0, -15.0, 3.0]
    assert store.history(key, "grandchild").values == [1.0]
    writer.finish()


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_joblib_workers_log_to_the_run(store, backend, eventually):
    joblib = pytest.importorskip("joblib")
    writer = store.create_run(experiment="e")
    work = (joblib.delayed(square)(writer, number) for number in range(200))
    assert joblib.Parallel(n_jobs=2, backend=backend)(work) == list(range(200))
    key = store.run(writer.id).key
    # loky keeps its workers, so they write in their own time: within 100 ms.
    eventually(lambda: store.metrics(key).get("square") and store.metrics(key)["square"].count == 200)
    writer.finish()
    assert store.history(key, "square").steps == list(range(200))


@needs_fork
def test_a_child_that_ends_as_a_script_does_leaves_the_parent_its_store(store, run_python):
    out, err = run_python(
        """
        import os, sys, warnings
        from nbtrack.store import open_store
        # Python from 3.12 on warns of every fork beside threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        store = open_store(sys.argv[1])
        writer = store.create_run(experiment="e", name="parent")
        for number in range(10):
            writer.log_metric("parent", 1.0, number)
            if os.fork() == 0:
                writer.log_metric("child", 1.0, number)
                assert store.run("parent").status == "RUNNING"
                sys.exit(0)
        for _ in range(10):
            assert os.wait()[1] == 0
        writer.finish()
        run = store.run("parent")
        print(run.status, [store.metrics(run.key)[name].count for name in ("parent", "child")], store.check().problems)
        """,
        store.path,
    )
    assert (out.strip(), err) == ("FINISHED [10, 10] []", "")
    assert store.check().problems == []


@needs_fork
def test_a_grandchild_works_too(store):
    writer = store.create_run(experiment="e")

    def grandchild():
        writer.log_metric("m", 2.0, 2)
        writer.finish()

    def child():
        writer.log_metric("m", 1.0, 1)
        process = multiprocessing.get_context("fork").Process(target=grandchild)
        process.start()
        process.join()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    writer.finish()
    assert store.history(store.run(writer.id).key, "m").steps == [1, 2]
