"""Work shared out among two worker processes ends with the bytes of one process, also when a worker is killed."""

import json
import os
import signal
import threading
import time

import numpy as np
import pytest

import imputome
from imputome import _core
from imputome.dask import _computed, _Crew, workers

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def expression():
    random = np.random.default_rng(8)
    table = random.normal(size=(90, 3)) @ random.normal(size=(3, 30)) + 0.2 * random.normal(size=(90, 30))
    return np.where(random.random(table.shape) < 0.2, np.nan, table).astype(np.float32)


def cells():
    anndata = pytest.importorskip("anndata")
    random = np.random.default_rng(5)
    levels = random.gamma(1.0, 2.0, (3, 90))[random.integers(0, 3, 200)]
    from scipy.sparse import csr_matrix

    return anndata.AnnData(csr_matrix(random.poisson(levels).astype(np.float32)))


def found(evaluation):
    return json.dumps(evaluation.found, sort_keys=True), evaluation.page


def kill_one_when_something_is_there(client, folder):
    """Kills a worker process once the first outcome lies in the folder; gives the thread that waits for it."""
    processes = client.run(os.getpid)
    killed = []

    def kill():
        while not list(folder.glob("*-????????*")) or all(f.name.startswith("common-") for f in folder.iterdir()):
            time.sleep(0.005)
        victim = next(iter(processes.values()))
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread, killed


@pytest.mark.parametrize("through_folder", [False, True])
def test_genes_of_chained_methods(client, expression, tmp_path, through_folder):
    folder = tmp_path / "shared" if through_folder else None
    for estimator in (
        imputome.MissForest(trees=8, rounds=3),
        imputome.Mice(form="faithful", block=10, rounds=5),
        imputome.Mice(form="faithful", block=10, rounds=4, sample_posterior=True),
    ):
        here = estimator.fit_transform(expression)
        with workers(client, folder=folder):
            there = estimator.fit_transform(expression)
        assert here.tobytes() == there.tobytes()
    if folder is not None:
        assert {file.name.split("-")[0] for file in folder.iterdir()} == {"missforest", "mice"}


def test_networks_of_deepimpute_with_a_worker_killed_on_the_way(client, tmp_path):
    asked = {"method": "deepimpute", "epochs": 60, "targets": 8, "hidden": 64}
    here, there = cells(), cells()
    imputome.pp.impute(here, **asked)
    folder = tmp_path / "shared"
    with workers(client, folder=folder):
        thread, killed = kill_one_when_something_is_there(client, folder)
        imputome.pp.impute(there, **asked)
    thread.join()
    assert killed
    client.wait_for_workers(2)
    assert killed[0] not in client.run(os.getpid).values()
    assert (here.layers["imputed"] != there.layers["imputed"]).nnz == 0
    assert here.layers["imputed"].data.tobytes() == there.layers["imputed"].data.tobytes()
    networks = [file for file in folder.iterdir() if file.name.startswith("deepimpute-network-")]
    assert len(networks) > 4


def test_an_evaluation_with_a_worker_killed_on_the_way(client, expression, tmp_path):
    methods = ["mean", "knn", "missforest:trees=30:rounds=3", "pmi:epochs=20:steps=20:widths=32"]
    here = imputome.tl.evaluate(expression, methods, repeats=2)
    folder = tmp_path / "shared"
    with workers(client, folder=folder):
        thread, killed = kill_one_when_something_is_there(client, folder)
        there = imputome.tl.evaluate(expression, methods, repeats=2)
    thread.join()
    assert killed
    assert found(here) == found(there)


def test_data_that_were_sent_survive_a_killed_worker(client, expression):
    """Without a folder, data lie in the workers alone."""
    estimator = imputome.MissForest(trees=150, rounds=2, block=30)
    here = estimator.fit_transform(expression)
    client.wait_for_workers(2)
    victim = next(iter(client.run(os.getpid).values()))
    with workers(client):
        timer = threading.Timer(0.3, os.kill, (victim, signal.SIGKILL))
        timer.start()
        there = estimator.fit_transform(expression)
        timer.join()
    assert here.tobytes() == there.tobytes()


def test_every_worker_may_die(client):
    asked = {"method": "deepimpute", "epochs": 60, "targets": 8, "hidden": 64}
    here, there = cells(), cells()
    imputome.pp.impute(here, **asked)
    client.wait_for_workers(2)
    victims = list(client.run(os.getpid).values())
    with workers(client):
        timers = [threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)) for victim in victims]
        for timer in timers:
            timer.start()
        imputome.pp.impute(there, **asked)
        for timer in timers:
            timer.join()
    assert here.layers["imputed"].data.tobytes() == there.layers["imputed"].data.tobytes()


def test_tasks_wait_for_workers_and_ctrl_c_is_heard_meanwhile(expression):
    with (
        distributed.LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        workers(client),
    ):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            imputome.MissForest(trees=2).fit(expression)
        assert time.monotonic() - began < 5
        signal.signal(signal.SIGINT, before)
        threading.Timer(1.0, cluster.scale, (1,)).start()
        there = imputome.MissForest(trees=2, rounds=1).fit_transform(expression)
    assert there.tobytes() == imputome.MissForest(trees=2, rounds=1).fit_transform(expression).tobytes()


def test_damaged_outcomes_are_computed_again(client, expression, tmp_path):
    here = imputome.tl.evaluate(expression, ["mean", "knn"], repeats=1)
    for damage in (b"", b"short", b"x" * 100):
        with workers(client, folder=tmp_path):
            there = imputome.tl.evaluate(expression, ["mean", "knn"], repeats=1)
        assert found(here) == found(there)
        next(tmp_path.glob("evaluation-*")).write_bytes(damage)


def test_what_is_there_is_not_computed_again(client, expression, tmp_path):
    class StopError(Exception):
        pass

    class StoppedAfterTwo(_Crew):
        def carry_out(self, part, common, tasks):
            for count, outcome in enumerate(item for item in super().carry_out(part, common, tasks) if item):
                if count == 2:
                    raise StopError
                yield outcome

    methods = ["mean", "knn", "svd"]
    here = imputome.tl.evaluate(expression, methods, repeats=2)
    from imputome._progress import shared_out

    with pytest.raises(ValueError, match="StopError"), shared_out(StoppedAfterTwo(client, tmp_path)):
        imputome.tl.evaluate(expression, methods, repeats=2)
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir() if file.name.startswith("evaluation")}
    assert len(before) >= 2
    with workers(client, folder=tmp_path):
        there = imputome.tl.evaluate(expression, methods, repeats=2)
    after = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir() if file.name.startswith("evaluation")}
    assert found(here) == found(there)
    assert len(after) == 2 * 2 * 3
    assert before.items() <= after.items()


def test_cohorts_with_transfer(client, expression):
    random = np.random.default_rng(2)
    assay = (np.nan_to_num(expression) @ random.normal(size=(30, 12))).astype(np.float32)
    estimator = imputome.TdImpute(epochs=3, hidden=16, networks=1)
    source = imputome.TdImpute(epochs=3, hidden=16, networks=1).fit(expression[:40], companion=assay[:40])
    cohorts = {
        "a": {"X": expression[40:65], "companion": assay[40:65]},
        "b": {"X": expression[65:], "companion": assay[65:]},
    }
    with workers(client):
        there = imputome.dask.fit_cohorts(estimator, cohorts, start=source)
    here = imputome.dask.fit_cohorts(estimator, cohorts, start=source)
    assert list(there) == ["a", "b"]
    for name, cohort in cohorts.items():
        alone = imputome.TdImpute(epochs=3, hidden=16, networks=1).fit(**cohort, start=source).transform(**cohort)
        assert alone.tobytes() == here[name].transform(**cohort).tobytes()
        assert alone.tobytes() == there[name].transform(**cohort).tobytes()


def test_a_method_that_fails_on_a_worker_is_told_of_as_at_home(client, expression):
    here = imputome.tl.evaluate(expression, ["mean", "deepimpute"], repeats=1)
    with workers(client):
        there = imputome.tl.evaluate(expression, ["mean", "deepimpute"], repeats=1)
    assert found(here) == found(there)
    assert "reads counts" in json.dumps(there.found["runtime"])


def test_an_evaluation_of_cells(client):
    asked = {"methods": ["nonzero-mean", "deepimpute:epochs=10:targets=16"], "repeats": 2}
    here = imputome.tl.evaluate(cells(), **asked)
    with workers(client):
        there = imputome.tl.evaluate(cells(), **asked)
    # What methods took of time is told of there.
    both = [{name: part for name, part in judged.found.items() if name != "costs"} for judged in (here, there)]
    assert json.dumps(both[0], sort_keys=True) == json.dumps(both[1], sort_keys=True)


def test_what_is_no_client_is_refused(client):
    closed = distributed.Client(client.cluster)
    closed.close()
    with pytest.raises(ValueError, match="the client is closed"), workers(closed):
        pass
    with pytest.raises(TypeError, match="through a distributed.Client, found 'tcp"), workers("tcp://127.0.0.1:8786"):
        pass


def test_workers_of_another_version_are_refused():
    with pytest.raises(RuntimeError, match=f"this worker has imputome {_core.__version__}, and the program has 0.0.1"):
        _computed("0.0.1", "mice/gene", b"", b"", None, "")
    with pytest.raises(ValueError, match="no part"):
        _computed(_core.__version__, "mice/genes", b"", b"", None, "")
