"""DigitGridDisplay: which digits, in which order, with what above them."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.naive_bayes import GaussianNB

from skmnist.displays import DigitGridDisplay

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
WRONG = np.where(np.isin(np.arange(200), [3, 50, 120]), (y + 1) % 10, y)
SURE = np.linspace(0.5, 0.9, 200)


def titles(display):
    return [ax.get_title() for ax in display.axes_]


def shown(display):
    return np.array([ax.images[0].get_array() for ax in display.axes_]).reshape(-1, 64)


def test_mistakes_come_the_most_certain_first():
    display = DigitGridDisplay.from_predictions(X, y, WRONG, confidence=SURE)
    rows = [120, 50, 3]
    np.testing.assert_array_equal(shown(display), X[rows])
    assert titles(display) == [f"{y[r]} → {WRONG[r]}  {SURE[r]:.0%}" for r in rows]


def test_mistakes_of_unknown_certainty_keep_their_order():
    display = DigitGridDisplay.from_predictions(X, y, WRONG)
    np.testing.assert_array_equal(shown(display), X[[3, 50, 120]])
    assert titles(display)[0] == f"{y[3]} → {WRONG[3]}"


def test_all_are_the_first_ones_in_order():
    display = DigitGridDisplay.from_predictions(X, y, WRONG, select="all", n_images=7)
    np.testing.assert_array_equal(shown(display), X[:7])


def test_the_wrong_ones_are_bold_in_a_thick_frame():
    display = DigitGridDisplay.from_predictions(X, y, WRONG, select="all", n_images=5)
    assert [ax.title.get_fontweight() == "bold" for ax in display.axes_] == [0, 0, 0, 1, 0]
    widths = [ax.spines["top"].get_linewidth() for ax in display.axes_]
    assert widths[3] > 2 * max(widths[:3])


def test_no_mistakes_is_a_picture_that_says_so():
    display = DigitGridDisplay.from_predictions(X, y, y)
    assert [text.get_text() for text in display.ax_.texts] == ["no mistakes among 200 images"]
    assert display.axes_ == []


def test_a_classifiers_probabilities_decide_and_are_shown():
    classifier = GaussianNB().fit(X, y)
    others, labels = load_digits(return_X_y=True)
    others, labels = others[1000:1300], labels[1000:1300]
    display = DigitGridDisplay.from_estimator(classifier, others, labels, n_images=4)
    predicted, sure = classifier.predict(others), classifier.predict_proba(others).max(axis=1)
    mistaken = sure[predicted != labels]
    np.testing.assert_array_equal(display.confidence, np.sort(mistaken)[::-1][:4])
    assert all(title.endswith("%") for title in titles(display))


def test_margins_decide_the_order_but_are_not_shown_as_percentages():
    classifier = RidgeClassifier().fit(X, y)
    others, labels = load_digits(return_X_y=True)
    others, labels = others[1000:1300], labels[1000:1300]
    display = DigitGridDisplay.from_estimator(classifier, others, labels, n_images=3)
    scores = np.sort(classifier.decision_function(others), axis=1)
    margins = scores[:, -1] - scores[:, -2]
    wrong = np.flatnonzero(classifier.predict(others) != labels)
    expected = sorted(wrong, key=lambda row: -margins[row])[:3]
    np.testing.assert_array_equal(shown(display), others[expected])
    assert display.confidence is None


def test_of_two_classes_the_distance_from_0_decides():
    two = y < 2
    classifier = RidgeClassifier().fit(X[two], y[two])
    lied = 1 - y[two]
    display = DigitGridDisplay.from_estimator(classifier, X[two], lied, n_images=5)
    distances = np.abs(classifier.decision_function(X[two]))
    np.testing.assert_array_equal(shown(display), X[two][np.argsort(-distances)[:5]])


def test_a_classifier_that_only_predicts_will_do():
    classifier = VotingClassifier([("bayes", GaussianNB())], voting="hard").fit(X, y)
    display = DigitGridDisplay.from_estimator(classifier, X, WRONG, n_images=1)
    mistaken = np.flatnonzero(classifier.predict(X) != WRONG)
    np.testing.assert_array_equal(shown(display), X[mistaken[:1]])


@pytest.mark.parametrize("given", [csr_array(X), pd.DataFrame(X), X.tolist()])
def test_images_come_as_tables_of_any_kind(given):
    display = DigitGridDisplay.from_predictions(given, y.tolist(), pd.Series(WRONG))
    np.testing.assert_array_equal(shown(display), X[[3, 50, 120]])


def test_images_that_are_no_squares_need_their_shape():
    display = DigitGridDisplay.from_predictions(X, y, WRONG, image_shape=(4, 16))
    assert display.images.shape == (3, 4, 16)
    with pytest.raises(ValueError, match="60 pixels make no square image"):
        DigitGridDisplay.from_predictions(X[:, :60], y, WRONG)
    with pytest.raises(ValueError, match=r"image_shape must be .* with 64 pixels in all, got"):
        DigitGridDisplay.from_predictions(X, y, WRONG, image_shape=(8, 9))


def test_colours_are_shown_as_colours():
    colours = (X[:, :48] * 15.9).astype(np.uint8)
    display = DigitGridDisplay.from_predictions(colours, y, WRONG, image_shape=(4, 4, 3))
    first = display.axes_[0].images[0].get_array()
    np.testing.assert_allclose(np.ravel(first) * 255, colours[3])


def test_greys_of_all_images_have_one_scale():
    display = DigitGridDisplay([[[0, 1], [0, 1]], [[0, 9], [0, 9]]] * np.ones(1)).plot()
    assert {ax.images[0].get_clim() for ax in display.axes_} == {(0, 9)}


def test_only_what_is_known_is_written():
    assert titles(DigitGridDisplay(X[:1].reshape(1, 8, 8)).plot()) == [""]
    alone = DigitGridDisplay(X[:1].reshape(1, 8, 8), y_pred=["7"], confidence=[0.98]).plot()
    assert titles(alone) == ["7  98%"]


def test_long_labels_have_the_percentage_below():
    images = X[:1].reshape(1, 8, 8)
    known = {"y_true": ["trouser"], "y_pred": ["dress"], "confidence": [0.5]}
    assert titles(DigitGridDisplay(images, **known).plot()) == ["trouser → dress\n50%"]


def test_keywords_go_to_images_and_texts():
    display = DigitGridDisplay.from_predictions(X, y, WRONG)
    display.plot(im_kw={"cmap": "cividis"}, text_kw={"fontsize": 5})
    assert display.axes_[0].images[0].get_cmap().name == "cividis"
    assert display.axes_[0].title.get_fontsize() == 5


def test_bad_parameters_are_refused_by_name():
    with pytest.raises(ValueError, match=r"select.*'mistakes', 'all'.*'best'"):
        DigitGridDisplay.from_predictions(X, y, WRONG, select="best")
    with pytest.raises(ValueError, match=r"n_images.*at least 1.*0"):
        DigitGridDisplay.from_predictions(X, y, WRONG, n_images=0)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        DigitGridDisplay.from_predictions(X, y, WRONG[:5])
