"""DigitDistorter as a step of a pipeline of imbalanced-learn, which resamples in fit only."""

import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skmnist import DigitDistorter

pipeline = pytest.importorskip("imblearn.pipeline")
under_sampling = pytest.importorskip("imblearn.under_sampling")

X, y = load_digits(return_X_y=True)
X, y = X[:500].astype(np.uint8), y[:500]
DISTORTER = DigitDistorter(shift=0.5, elastic=0.3, n_copies=2, random_state=0)


class Memorizer(ClassifierMixin, BaseEstimator):
    """Keep the images that each method has received."""

    def fit(self, X, y):
        self.fitted_, self.labels_, self.classes_ = X, y, np.unique(y)
        return self

    def predict(self, X):
        self.predicted_ = X
        return self.labels_[: len(X)]


def pipeline_of(last, distorter=DISTORTER):
    return pipeline.make_pipeline(clone(distorter), last)


def test_fit_sees_the_images_and_their_copies():
    last = pipeline_of(Memorizer()).fit(X, y)[-1]
    images, labels = DISTORTER.fit_resample(X, y)
    assert len(images) == 3 * len(X)
    np.testing.assert_array_equal(last.fitted_, images)
    np.testing.assert_array_equal(last.labels_, labels)


def test_predict_sees_the_images_as_they_are():
    fitted = pipeline_of(Memorizer()).fit(X, y)
    fitted.predict(X[:7])
    np.testing.assert_array_equal(fitted[-1].predicted_, X[:7])


def test_data_frames_reach_the_last_step_as_data_frames():
    names = [f"pixel{i}" for i in range(64)]
    frame = pd.DataFrame(X, columns=names)
    last = pipeline_of(Memorizer()).fit(frame, pd.Series(y))[-1]
    assert isinstance(last.fitted_, pd.DataFrame)
    assert list(last.fitted_.columns) == names
    np.testing.assert_array_equal(last.fitted_, DISTORTER.fit_resample(X, y)[0])
    model = pipeline_of(small_classifier()).fit(frame, y)
    assert list(model[-1].feature_names_in_) == names
    assert model.predict(frame).shape == (500,)


def test_copies_of_an_image_are_never_in_another_fold():
    # A nearest neighbour would find the copies: its training images are found without errors.
    nearest = pipeline_of(KNeighborsClassifier(1))
    assert nearest.fit(X, y).score(X, y) == 1
    scores = cross_val_score(nearest, X, y, cv=3, error_score="raise")
    plain = cross_val_score(KNeighborsClassifier(1), X, y, cv=3)
    assert 0.8 < scores.mean() < 1
    assert scores.mean() == pytest.approx(plain.mean(), abs=0.05)


def test_parameters_are_searched():
    grid = {"digitdistorter__n_copies": [1, 2], "digitdistorter__shift": [0, 0.5]}
    search = GridSearchCV(pipeline_of(Memorizer()), grid, cv=2, error_score="raise").fit(X, y)
    n_copies = search.best_params_["digitdistorter__n_copies"]
    assert len(search.best_estimator_[-1].fitted_) == (1 + n_copies) * len(X)


def test_samplers_of_imbalanced_learn_can_come_before():
    sampler = under_sampling.RandomUnderSampler(random_state=0)
    both = pipeline.make_pipeline(sampler, clone(DISTORTER), Memorizer()).fit(X, y)
    counts = np.bincount(both[-1].labels_)
    assert (counts == 3 * np.bincount(y).min()).all()


def test_copies_make_few_images_go_further():
    train, test = slice(0, 60), slice(60, 500)
    settings = {"hidden_layer_sizes": (64,), "max_iter": 40}
    plain = small_classifier(**settings).fit(X[train], y[train]).score(X[test], y[test])
    with_copies = pipeline_of(small_classifier(**settings), clone(DISTORTER).set_params(n_copies=9))
    assert with_copies.fit(X[train], y[train]).score(X[test], y[test]) > plain + 0.02


@pytest.mark.parametrize("images", [X, X.astype("f4"), X.astype("f8")], ids=lambda X: str(X.dtype))
def test_dtype_of_the_images_stays(images):
    assert pipeline_of(Memorizer()).fit(images, y)[-1].fitted_.dtype == images.dtype
