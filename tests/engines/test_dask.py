"""Searches and arrays on workers of Dask, which are processes of their own."""

import itertools
import os
import signal
from functools import partial

import joblib
import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline

from skmnist.datasets import load_mnist

da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")

X, y = load_mnist(subset="train", return_X_y=True)
X, y = X[:600], y[:600]
FOLDS = list(StratifiedKFold(3).split(X, y))


network = partial(small_classifier, hidden_layer_sizes=(64,))


def search_over_both_steps():
    pipeline = Pipeline([("features", small_transformer("pca")), ("digits", network())])
    grid = {"features__n_kernels": [2, 8], "digits__dropout": [0.0, 0.2]}
    return GridSearchCV(pipeline, grid, cv=FOLDS, error_score="raise")


def scores(search):
    return {name: each for name, each in search.cv_results_.items() if "test_score" in name}


@pytest.fixture(scope="module")
def local():
    return search_over_both_steps().set_params(n_jobs=1).fit(X, y)


def expect_same_search(found, local):
    np.testing.assert_equal(scores(found), scores(local))
    assert found.best_params_ == local.best_params_
    outputs = [each.best_estimator_.decision_function(X) for each in (found, local)]
    np.testing.assert_array_equal(*outputs)


def test_search_on_workers_equals_a_local_search(client, local):
    with distributed.get_task_stream(client) as done, joblib.parallel_config(backend="dask"):
        found = search_over_both_steps().fit(X, y)
    expect_same_search(found, local)
    fits = [task["worker"] for task in done.data if "fit_and_score" in task["key"]]
    assert len(fits) == 4 * 3
    assert set(fits) == set(client.ncores())


@pytest.fixture
def kept_copies(client):
    """Stop Dask from removing copies of data, so that no data are on a single worker only."""
    client.amm.stop()
    yield
    client.amm.start()


def killed_in_fifth_fit(network, fits):
    """Return a network whose fifth fit kills its worker before the result is reported."""

    class Killed(type(network)):
        def fit(self, X, y):
            super().fit(X, y)
            with open(fits, "ab") as file:
                file.write(b"x")
                file.flush()
                if file.tell() == 5:
                    os.kill(os.getpid(), signal.SIGKILL)
            return self

    return Killed(**network.get_params())


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.usefixtures("kept_copies")
def test_search_succeeds_when_a_worker_is_killed(client, local, tmp_path):
    search = search_over_both_steps()
    digits = killed_in_fifth_fit(search.estimator["digits"], tmp_path / "fits")
    workers = list(client.ncores())
    copied = {"scatter": [X, y, *itertools.chain(*FOLDS)]}
    with joblib.parallel_config(backend="dask", **copied):
        found = search.set_params(estimator__digits=digits).fit(X, y)
    expect_same_search(found, local)
    events = [event for worker in workers for _, event in client.get_events(worker)]
    [lost] = [event for event in events if event["action"] == "remove-worker"]
    assert lost["processing-tasks"]
    assert not lost["expected"]
    client.wait_for_workers(2, timeout=60)  # Dask starts another worker


def in_blocks(array):
    return da.from_array(array, chunks=(250, *array.shape[1:]))


@pytest.mark.parametrize("scheduler", ["workers", "threads"])
def test_features_and_predictions_are_computed_in_blocks(client, scheduler):
    transformer = small_transformer("pca").fit(X, y)
    classifier = network().fit(transformer.transform(X), y)
    pipeline = make_pipeline(transformer, classifier)
    n_columns = len(transformer.get_feature_names_out())
    features = in_blocks(X).map_blocks(
        transformer.transform,
        chunks=(in_blocks(X).chunks[0], n_columns),
        meta=np.empty((0, n_columns), np.float32),
    )
    predicted = in_blocks(X).map_blocks(pipeline.predict, drop_axis=1, meta=y[:0])
    assert features.chunks == ((250, 250, 100), (n_columns,))
    where = {"scheduler": client if scheduler == "workers" else "threads"}
    np.testing.assert_array_equal(features.compute(**where), transformer.transform(X))
    np.testing.assert_array_equal(predicted.compute(**where), pipeline.predict(X))


def test_training_on_a_worker_is_bit_identical_to_local_training(client):
    trained = client.submit(network().fit, X, y).result()
    here = network().fit(X, y)
    for found, expected in zip(trained.coefs_, here.coefs_, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_fit_on_a_dask_array_equals_fit_on_the_array():
    from_blocks = network().fit(in_blocks(X), in_blocks(y))
    predicted = from_blocks.predict(in_blocks(X))
    assert isinstance(predicted, np.ndarray)
    np.testing.assert_array_equal(predicted, network().fit(X, y).predict(X))
