"""LossCurveDisplay: the curves, the accepted estimators and the best epoch."""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import small_classifier
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist.displays import LossCurveDisplay

X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
SMALL = {"hidden_layer_sizes": (16,), "max_iter": 4, "random_state": 0}
small = partial(small_classifier, **SMALL)


@pytest.fixture(scope="module")
def validated():
    return small().fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])


def labels(display):
    return [line.get_label() for line in display.lines_]


def test_both_curves_start_at_epoch_1(validated):
    training, validation, _ = LossCurveDisplay.from_estimator(validated).lines_
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(training.get_ydata(), validated.loss_curve_)
    np.testing.assert_array_equal(validation.get_ydata(), validated.validation_loss_curve_)


def test_best_epoch_has_the_best_validation_score(validated):
    *_, best = LossCurveDisplay.from_estimator(validated).lines_
    expected = int(np.argmax(validated.validation_scores_)) + 1
    assert best.get_label() == f"best epoch: {expected}"
    assert set(best.get_xdata()) == {expected}


def test_without_validation_there_is_only_the_training_curve():
    classifier = small().fit(X, y)
    assert labels(LossCurveDisplay.from_estimator(classifier)) == ["training"]


def test_lines_differ_in_style(validated):
    styles = [line.get_linestyle() for line in LossCurveDisplay.from_estimator(validated).lines_]
    assert len(set(styles)) == 3


def test_pipeline_shows_its_last_step(validated):
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, y)
    display = LossCurveDisplay.from_estimator(pipeline)
    assert display.loss_curve == pipeline[-1].loss_curve_


def test_MLPClassifier_has_a_loss_curve():
    with pytest.warns(ConvergenceWarning):
        classifier = MLPClassifier(**SMALL, early_stopping=True).fit(X, y)
    display = LossCurveDisplay.from_estimator(classifier)
    assert display.loss_curve == classifier.loss_curve_
    assert labels(display) == ["training"]


def test_name_is_in_the_legend_and_axes_are_labelled(validated):
    display = LossCurveDisplay.from_estimator(validated, name="MLP")
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == labels(display)
    assert texts[:2] == ["MLP, training", "MLP, validation"]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("Epoch", "Loss")


def test_keywords_and_their_aliases_change_both_curves(validated):
    training, validation, _ = LossCurveDisplay.from_estimator(validated, lw=3, c="black").lines_
    assert training.get_linewidth() == validation.get_linewidth() == 3
    assert training.get_color() == validation.get_color() == "black"


def test_two_classifiers_on_the_same_axes_have_different_colours(validated):
    one = LossCurveDisplay.from_estimator(validated, name="one")
    two = LossCurveDisplay.from_estimator(validated, name="two", ax=one.ax_)
    [first], [second] = ({line.get_color() for line in each.lines_} for each in (one, two))
    assert first != second
    assert {line.get_color() for line in one.plot(one.ax_).lines_} == {first}
    assert set(labels(two)) < {text.get_text() for text in one.ax_.get_legend().get_texts()}


def test_label_replaces_the_name(validated):
    display = LossCurveDisplay.from_estimator(validated, name="MLP", label="me")
    assert labels(display)[:2] == ["me, training", "me, validation"]


@pytest.mark.parametrize("ticks", [{"xscale": "log"}, {"xticks": [1, 2]}])
def test_ticks_set_before_are_kept(ticks):
    ax = plt.figure().subplots()
    ax.set(**ticks)
    locator = ax.xaxis.get_major_locator()
    assert LossCurveDisplay([3, 2, 1]).plot(ax).ax_.xaxis.get_major_locator() is locator


def test_ticks_are_at_integer_epochs():
    ticks = LossCurveDisplay([2, 1]).plot().ax_.get_xticks()
    np.testing.assert_array_equal(ticks, np.round(ticks))


def test_dots_mark_few_epochs():
    assert LossCurveDisplay([0.5]).plot().lines_[0].get_marker() == "o"
    assert LossCurveDisplay([0.5] * 100).plot().lines_[0].get_marker() == ""
