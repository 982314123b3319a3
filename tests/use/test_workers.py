"""Fit both estimators in other processes: read-only arrays, classes defined in a notebook."""

import operator
import subprocess
import sys

import numpy as np
import pytest
from helpers import small_classifier
from joblib import Parallel, delayed
from sklearn.datasets import load_digits

from skmnist import ConvFeatureTransformer

X, y = load_digits(return_X_y=True)
X = X.astype(np.uint8)


@pytest.fixture(scope="module")
def workers():
    with Parallel(n_jobs=2, max_nbytes=1000) as workers:  # larger arrays become memory maps
        yield workers


def test_workers_get_read_only_arrays(workers):
    look = operator.attrgetter("flags.writeable", "__class__.__name__")
    assert workers([delayed(look)(X)]) == [(False, "memmap")]


def test_both_estimators_learn_from_read_only_arrays(workers):
    def tasks():
        yield small_classifier().fit, (X, y)
        yield small_classifier().partial_fit, (X, y, range(10))
        yield ConvFeatureTransformer(random_state=0).fit, (X, y)

    def arrays(estimator):
        return getattr(estimator, "coefs_", None) or estimator.kernels_

    there = workers([delayed(method)(*given) for method, given in tasks()])
    here = [method(*given) for method, given in tasks()]
    for found, expected in zip(there, here, strict=True):
        for one, other in zip(arrays(found), arrays(expected), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_both_estimators_predict_read_only_arrays(workers):
    convolve = ConvFeatureTransformer(random_state=0).fit(X, y)
    classifier = small_classifier().fit(X, y)
    for method in (convolve.transform, classifier.predict, classifier.predict_proba):
        [there] = workers([delayed(method)(X)])
        np.testing.assert_allclose(there, method(X), atol=1e-5)


def test_training_of_a_worker_can_be_resumed(workers):
    # Large arrays of a result are returned as memory maps too.
    [model] = workers([delayed(small_classifier().partial_fit)(X, y, range(10))])
    [again] = workers([delayed(model.partial_fit)(X, y)])
    straight = small_classifier().partial_fit(X, y, range(10)).partial_fit(X, y)
    assert again.n_iter_ == 2
    for one, other in zip(again.coefs_, straight.coefs_, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


IN_A_NOTEBOOK = """
from joblib import Parallel, delayed
from sklearn.datasets import load_digits
from skmnist import ConvFeatureTransformer, MLPDigitClassifier

class Patient(MLPDigitClassifier):
    def fit(self, X, y):
        return super().fit(X, y, sample_weight=[2] * len(y))

class Strokes(ConvFeatureTransformer):
    def transform(self, X):
        return super().transform(X) * 2

if __name__ == "__main__":
    X, y = (part[:100] for part in load_digits(return_X_y=True))
    ours = Patient(hidden_layer_sizes=(8,), max_iter=2, random_state=0), Strokes("strokes")
    patient, strokes = Parallel(n_jobs=2)(delayed(each.fit)(X, y) for each in ours)
    print(type(patient).__name__, patient.n_iter_, len(strokes.transform(X)))
"""


def test_classes_defined_in_a_notebook_can_be_sent_to_workers(tmp_path):
    script = tmp_path / "notebook.py"
    script.write_text(IN_A_NOTEBOOK)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["Patient", "2", "100"]
