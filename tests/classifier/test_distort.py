"""Training on images that a distorter makes anew in each epoch."""

import pickle
from functools import partial
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from helpers import LOSS_FORMULAS, byte_images, network_outputs, parameter_bytes, small_classifier
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist

DIGITS = np.arange(10)
X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:1500].astype(np.uint8), y[:1500], X[1500:].astype(np.uint8), y[1500:]
small = partial(small_classifier, hidden_layer_sizes=(8,))
# The images have 8 × 8 pixels.
SLIGHTLY = {"rotation": 5, "shift": 0.3, "elastic": 0.2, "smoothness": 2}


class Recorder:
    """A distorter that records what it is given, and returns it with noise."""

    def __init__(self, noise=3):
        self.noise, self.given, self.returned, self.seeds = noise, [], [], []

    def __deepcopy__(self, memo):  # clones of an estimator share the records
        return self

    def distort(self, X, random_state):
        rng = np.random.default_rng(random_state)
        self.given.append(X.copy())
        self.seeds.append(random_state)
        X += rng.integers(self.noise + 1, size=X.shape).astype(X.dtype)
        self.returned.append(X)
        return X


def lines(*arrays):
    """Return the rows of arrays as bytes, which identify them."""
    return [row.tobytes() for array in arrays for row in array]


def test_rows_of_these_data_can_be_told_apart():
    assert len(set(lines(X, X_val))) == 1797


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("container", [np.asarray, np.float32, np.float64, csr_array])
def test_distorter_that_changes_nothing_gives_the_same_weights(container, early_stopping):
    settings = {"shuffle": False, "early_stopping": early_stopping}
    still = small(distort=Recorder(noise=0), **settings).fit(container(X), y)
    plain = small(**settings).fit(container(X), y)
    assert parameter_bytes(still) == parameter_bytes(plain)
    assert still.loss_curve_ == plain.loss_curve_
    assert still.validation_scores_ == plain.validation_scores_


def test_every_epoch_sees_other_images():
    recorder = Recorder()
    small(distort=recorder, max_iter=4).fit(X, y)
    seen = lines(*recorder.returned)
    assert len(set(seen) | set(lines(X))) == 5 * 1500


def test_every_row_is_distorted_once_per_epoch_in_blocks_of_a_thousand():
    recorder = Recorder()
    small(distort=recorder, max_iter=3).fit(X, y)
    assert [len(block) for block in recorder.given] == [1000, 500] * 3
    epochs = [lines(*recorder.given[2 * n : 2 * n + 2]) for n in range(3)]
    for rows in epochs:
        assert sorted(rows) == sorted(lines(X))
    assert epochs[0] != epochs[1] != epochs[2]
    assert len(set(recorder.seeds)) == 6


@pytest.mark.parametrize(("n_rows", "batch_size"), [(100, "auto"), (1500, 1200), (127, 1)])
def test_blocks_of_few_rows_or_large_batches(n_rows, batch_size):
    recorder = Recorder()
    small(distort=recorder, batch_size=batch_size, max_iter=2).fit(X[:n_rows], y[:n_rows])
    size = min(n_rows, 1200) if batch_size != 1200 else 750
    assert [len(block) for block in recorder.given] == [size] * (2 * n_rows // size)


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_loss_curve_is_the_loss_on_distorted_images(loss):
    # The training loss of a full batch is computed before the step.
    few, labels, recorder = X[:100].astype(float), y[:100], Recorder()
    settings = {"loss": loss, "output_activation": "identity", "schedule_iter": 4}
    three = small(max_iter=3, distort=Recorder(), **settings).fit(few, labels)
    four = small(max_iter=4, distort=recorder, **settings).fit(few, labels)

    def loss_on(images):
        outputs = network_outputs(three, images)
        return LOSS_FORMULAS[loss](outputs, np.eye(10)[labels]).sum(axis=1).mean()

    assert four.loss_curve_[3] == pytest.approx(loss_on(recorder.returned[3]), rel=1e-9)
    assert four.loss_curve_[3] != pytest.approx(loss_on(few), rel=1e-3)


def test_rows_of_weight_zero_are_not_distorted():
    recorder, weights = Recorder(), np.arange(1500) % 3
    model = small(distort=recorder, class_weight={7: 0}, max_iter=2)
    model.fit(X, y, sample_weight=weights)
    trained = (weights > 0) & (y != 7)
    assert sorted(lines(*recorder.given)) == sorted(lines(X[trained]) * 2)


def test_rows_that_are_held_out_are_not_distorted():
    recorder = Recorder()
    model = small(distort=recorder, early_stopping=True, max_iter=5).fit(X, y)
    trained = set(lines(*recorder.given))
    held_out = np.array([line not in trained for line in lines(X)])
    assert 140 <= held_out.sum() <= 160
    best = model.validation_scores_[model.best_iter_ - 1]
    assert model.score(X[held_out], y[held_out]) == pytest.approx(best)
    plain = small(early_stopping=True, max_iter=5).fit(X, y)
    assert model.validation_scores_ != plain.validation_scores_


@pytest.mark.parametrize("early_stopping", [False, True])
def test_validation_images_are_not_distorted(early_stopping):
    recorder = Recorder()
    model = small(distort=recorder, early_stopping=early_stopping)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert set(lines(*recorder.given)) == set(lines(X))
    score = model.validation_scores_[model.best_iter_ - 1 if early_stopping else -1]
    assert score == pytest.approx(model.score(X_val, y_val))


@pytest.mark.parametrize(
    ("container", "dtype"),
    [
        (np.asarray, np.uint8),
        (np.float32, np.float32),
        (lambda X: X.astype(">i2"), ">i2"),
        (pd.DataFrame, np.uint8),
        (csr_array, np.uint8),
        (lambda X: csr_array(X.astype(float)), np.float64),
    ],
)
def test_distorter_gets_dense_rows_of_the_dtype_of_X(container, dtype):
    recorder, data = Recorder(), container(X)
    model = small(distort=recorder).fit(data, y)
    assert {(type(block), block.dtype) for block in recorder.given} == {
        (np.ndarray, np.dtype(dtype))
    }
    assert model.coefs_[0].dtype == (np.float64 if dtype is np.float64 else np.float32)
    dense = small(distort=Recorder()).fit(X.astype(dtype), y)
    assert parameter_bytes(model) == parameter_bytes(dense)


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_distorter_that_changes_its_argument_does_not_change_X(container):
    data = container(X.copy())
    small(distort=Recorder()).fit(data, y)
    np.testing.assert_array_equal(data if container is np.asarray else data.toarray(), X)


RESUMED = {
    "sgd": {},
    "adam, dropout": {"solver": "adam", "dropout": 0.2, "input_dropout": 0.1},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 3},
    "full batch": {"batch_size": 1500, "class_weight": "balanced"},
    "in order": {"shuffle": False},
}


@pytest.mark.parametrize("name", RESUMED)
def test_resumed_training_equals_an_uninterrupted_one(name):
    distorter = DigitDistorter(**SLIGHTLY)
    settings = {"schedule_iter": 6, "max_iter": 6, "warm_start": True, **RESUMED[name]}
    whole = small(distort=distorter, **settings).fit(X, y)
    model = small(distort=clone(distorter), **settings).set_params(max_iter=1).fit(X, y)
    for n in (2, 5, 6):
        model = pickle.loads(pickle.dumps(model)).set_params(max_iter=n).fit(X, y)
    assert parameter_bytes(model) == parameter_bytes(whole)
    assert model.loss_curve_ == whole.loss_curve_
    assert model.validation_scores_ == whole.validation_scores_


def test_random_state_of_the_classifier_determines_the_distortions():
    def fit(seed, **parameters):
        distorter = DigitDistorter(**SLIGHTLY, **parameters)
        return parameter_bytes(small(distort=distorter, random_state=seed).fit(X, y))

    assert fit(0) == fit(0, random_state=5) == fit(0, n_jobs=2)
    assert fit(0) != fit(1)


def test_training_without_distortions_can_be_resumed_with_them():
    recorder = Recorder()
    model = small(warm_start=True, max_iter=2).fit(X, y)
    model.set_params(max_iter=3, distort=recorder).fit(X, y)
    assert sum(map(len, recorder.given)) == 1500
    assert model.n_iter_ == len(model.loss_curve_) == 3
    model.set_params(max_iter=4, distort=None).fit(X, y)
    assert sum(map(len, recorder.given)) == 1500


def test_partial_fit_distorts_the_rows_of_every_call():
    recorder = Recorder()
    model, plain = small(distort=recorder), small()
    for _ in range(3):
        for start in range(0, 1500, 50):
            rows = slice(start, start + 50)
            model.partial_fit(X[rows], y[rows], classes=DIGITS)
            plain.partial_fit(X[rows], y[rows], classes=DIGITS)
            assert sorted(lines(recorder.given[-1])) == sorted(lines(X[rows]))
    assert len(set(recorder.seeds)) == len(recorder.seeds) == model.n_iter_ == 90
    assert parameter_bytes(model) != parameter_bytes(plain)


def test_stream_can_be_pickled_between_two_calls():
    whole, model = (small(distort=DigitDistorter(**SLIGHTLY)) for _ in range(2))
    for start in range(0, 1500, 500):
        rows = slice(start, start + 500)
        whole.partial_fit(X[rows], y[rows], classes=DIGITS)
        model = pickle.loads(pickle.dumps(model)).partial_fit(X[rows], y[rows], classes=DIGITS)
    assert parameter_bytes(model) == parameter_bytes(whole)
    assert model.loss_curve_ == whole.loss_curve_


class Watch:
    """A scorer that writes the images that it gets into the list of a recorder."""

    def __init__(self, events):
        self.events = events

    def __call__(self, model, X, y):
        self.events.append(("scored", X.copy()))
        return model.score(X, y)


class Watched(DigitDistorter):
    """A DigitDistorter that writes the images that it gets into a list of its class."""

    events: ClassVar = []

    def distort(self, X, random_state=None):
        self.events.append((self.rotation, X.copy()))
        return super().distort(X, random_state)


@pytest.fixture
def watched():
    Watched.events.clear()
    return small(distort=Watched(**SLIGHTLY), max_iter=2)


def assert_folds_are_separate(events, splits):
    """Check that each fold distorts its training rows only, and scores its test rows as they are.

    Return the ``rotation`` that each fold was trained with.
    """
    events, rotations = iter(events), []
    for train, test in splits:
        distorted, (what, X_seen) = [], next(events)
        while what != "scored":
            rotations.append(what)
            distorted += lines(X_seen)
            what, X_seen = next(events)
        assert sorted(distorted) == sorted(lines(X[train]) * 2)  # in two epochs
        np.testing.assert_array_equal(X_seen, X[test])
    return rotations


SPLITS = [(np.arange(0, 900), np.arange(900, 1500)), (np.arange(500, 1500), np.arange(0, 500))]


def test_cross_validation_distorts_training_rows_only(watched):
    scores = cross_val_score(watched, X, y, cv=SPLITS, scoring=Watch(Watched.events))
    assert_folds_are_separate(Watched.events, SPLITS)
    assert len(scores) == 2


def test_grid_search_over_a_parameter_of_the_distorter(watched):
    rotations = [0, 90]
    grid = {"distort__rotation": rotations}
    search = GridSearchCV(watched, grid, cv=SPLITS, scoring=Watch(Watched.events), n_jobs=None)
    search.fit(X, y)
    used = assert_folds_are_separate(Watched.events, SPLITS * 2)
    assert list(dict.fromkeys(used)) == rotations
    refitted = [images for _, images in Watched.events[-4:]]
    assert sorted(lines(*refitted)) == sorted(lines(X) * 2)
    # Images that are turned by up to 90 degrees are harder to learn.
    assert search.best_params_ == {"distort__rotation": 0}
    assert search.best_estimator_.distort.rotation == 0
    assert watched.distort.rotation == 5


def test_parameters_of_the_distorter_can_be_read_and_set():
    distorter = DigitDistorter(**SLIGHTLY)
    model = small(distort=distorter)
    assert model.get_params()["distort"] is distorter
    assert model.get_params()["distort__rotation"] == 5
    copy = clone(model).set_params(distort__rotation=7, distort__fill=1)
    assert (copy.distort.rotation, copy.distort.fill) == (7, 1)
    assert (distorter.rotation, distorter.fill) == (5, 0)
    assert copy.set_params(distort=None).get_params()["distort"] is None
    assert MLPDigitClassifier().distort is None
    assert "rotation=5" in repr(model)


def test_distortions_make_a_network_more_accurate():
    images, labels = load_mnist(return_X_y=True)
    test_images, test_labels = load_mnist(subset="test", return_X_y=True)
    scores = {}
    for distorter in (None, DigitDistorter()):
        model = small(hidden_layer_sizes=(64,), max_iter=60, distort=distorter)
        model.fit(images[:500], labels[:500])
        scores[distorter] = model.score(test_images[:3000], test_labels[:3000])
    plain, distorted = scores.values()
    assert distorted > plain + 0.02


def test_faint_pixels_of_distorted_images_are_not_scaled_up():
    images, labels = byte_images(60, 64), np.arange(60) % 3  # a third of the columns is faint
    model = small_classifier(distort=DigitDistorter(), max_iter=9).fit(images, labels)
    assert max(model.loss_curve_) < 2
