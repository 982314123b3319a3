"""DigitGridDisplay: the selected images, their order and their titles."""

import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier, small_transformer
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skmnist import DigitDistorter
from skmnist.displays import ActivationsDisplay, DigitGridDisplay

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
PREDICTED = np.where(np.isin(np.arange(200), [3, 50, 120]), (y + 1) % 10, y)
CONFIDENCE = np.linspace(0.5, 0.9, 200)


def titles(display):
    return [ax.get_title() for ax in display.axes_]


def shown(display):
    return np.array([ax.images[0].get_array() for ax in display.axes_]).reshape(-1, 64)


def test_mistakes_are_sorted_by_decreasing_confidence():
    display = DigitGridDisplay.from_predictions(X, y, PREDICTED, confidence=CONFIDENCE)
    rows = [120, 50, 3]
    np.testing.assert_array_equal(shown(display), X[rows])
    assert titles(display) == [f"{y[r]} → {PREDICTED[r]}  {CONFIDENCE[r]:.0%}" for r in rows]


def test_mistakes_without_confidence_keep_their_order():
    display = DigitGridDisplay.from_predictions(X, y, PREDICTED)
    np.testing.assert_array_equal(shown(display), X[[3, 50, 120]])
    assert titles(display)[0] == f"{y[3]} → {PREDICTED[3]}"


def test_select_all_shows_the_first_images_in_order():
    display = DigitGridDisplay.from_predictions(X, y, PREDICTED, select="all", n_images=7)
    np.testing.assert_array_equal(shown(display), X[:7])


def test_mistakes_have_a_bold_title_and_a_thick_frame():
    display = DigitGridDisplay.from_predictions(X, y, PREDICTED, select="all", n_images=5)
    assert [ax.title.get_fontweight() == "bold" for ax in display.axes_] == [0, 0, 0, 1, 0]
    widths = [ax.spines["top"].get_linewidth() for ax in display.axes_]
    assert widths[3] > 2 * max(widths[:3])


def test_text_reports_that_there_are_no_mistakes():
    display = DigitGridDisplay.from_predictions(X, y, y)
    assert [text.get_text() for text in display.ax_.texts] == ["no mistakes among 200 images"]
    assert display.axes_ == []


def test_confidence_is_the_probability_of_the_predicted_class():
    two = y < 2
    blurred = X[two] + np.random.default_rng(0).normal(0, 30, (two.sum(), 64))
    classifier = FixedThresholdClassifier(GaussianNB(), threshold=0.95).fit(blurred, y[two])
    display = DigitGridDisplay.from_estimator(classifier, blurred, y[two], select="all")
    shares = classifier.predict_proba(blurred)[:25]
    predicted = classifier.predict(blurred)[:25]
    np.testing.assert_array_equal(display.confidence, shares[range(25), predicted])
    assert display.confidence.min() < 0.5


def test_mistakes_are_sorted_by_predict_proba_which_is_shown():
    classifier = GaussianNB().fit(X, y)
    others, labels = load_digits(return_X_y=True)
    others, labels = others[1000:1300], labels[1000:1300]
    display = DigitGridDisplay.from_estimator(classifier, others, labels, n_images=4)
    predicted, confidence = classifier.predict(others), classifier.predict_proba(others).max(axis=1)
    mistaken = confidence[predicted != labels]
    np.testing.assert_array_equal(display.confidence, np.sort(mistaken)[::-1][:4])
    assert all(title.endswith("%") for title in titles(display))


def test_mistakes_are_sorted_by_decision_function_which_is_not_shown():
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


def test_mistakes_of_two_classes_are_sorted_by_distance_from_0():
    two = y < 2
    classifier = RidgeClassifier().fit(X[two], y[two])
    opposite = 1 - y[two]
    display = DigitGridDisplay.from_estimator(classifier, X[two], opposite, n_images=5)
    distances = np.abs(classifier.decision_function(X[two]))
    np.testing.assert_array_equal(shown(display), X[two][np.argsort(-distances)[:5]])


def test_classifier_can_have_predict_only():
    classifier = VotingClassifier([("bayes", GaussianNB())], voting="hard").fit(X, y)
    display = DigitGridDisplay.from_estimator(classifier, X, PREDICTED, n_images=1)
    mistaken = np.flatnonzero(classifier.predict(X) != PREDICTED)
    np.testing.assert_array_equal(shown(display), X[mistaken[:1]])


@pytest.mark.parametrize("given", [csr_array(X), pd.DataFrame(X), X.tolist()])
def test_images_can_be_sparse_or_a_frame_or_lists(given):
    display = DigitGridDisplay.from_predictions(given, y.tolist(), pd.Series(PREDICTED))
    np.testing.assert_array_equal(shown(display), X[[3, 50, 120]])


def test_images_that_are_not_square_need_image_shape():
    display = DigitGridDisplay.from_predictions(X, y, PREDICTED, image_shape=(4, 16))
    assert display.images.shape == (3, 4, 16)
    with pytest.raises(
        ValueError, match=r"for images that are not square; got None for 60 pixels\.$"
    ):
        DigitGridDisplay.from_predictions(X[:, :60], y, PREDICTED)
    with pytest.raises(
        ValueError, match=r"12 pixels\. For colour images, pass image_shape=\(2, 2, 3\)\.$"
    ):
        DigitGridDisplay.from_predictions(X[:, :12], y, PREDICTED)
    with pytest.raises(
        ValueError, match=r"image_shape must be .* with the product 64; got \(8, 9\)\.$"
    ):
        DigitGridDisplay.from_predictions(X, y, PREDICTED, image_shape=(8, 9))


def test_values_of_a_series_are_taken_by_position():
    labels = {
        "y_true": pd.Series([1, 2], index=[7, 0]),
        "y_pred": pd.Series([1, 3], index=[0, 7]),
        "confidence": pd.Series([0.6, 0.9], index=[1, 0]),
    }
    display = DigitGridDisplay(X[:2].reshape(2, 8, 8), **labels).plot()
    assert titles(display) == ["1 → 1  60%", "2 → 3  90%"]


def test_labels_can_be_a_table_with_one_column():
    columns = y[:, None], PREDICTED[:, None]
    display = DigitGridDisplay.from_predictions(X, *columns, confidence=CONFIDENCE[:, None])
    np.testing.assert_array_equal(shown(display), X[[120, 50, 3]])


def test_confidence_with_one_column_per_class_raises():
    with pytest.raises(
        ValueError, match=r"confidence must have the shape.*; got shape \(200, 10\)\.$"
    ):
        DigitGridDisplay.from_predictions(X, y, PREDICTED, confidence=np.ones((200, 10)))


@pytest.mark.parametrize("kind", [str, object])
def test_strings_are_not_compared_with_numbers(kind):
    names = y.astype(str).astype(kind)
    with pytest.raises(ValueError, match="must both be strings or both be numbers"):
        DigitGridDisplay.from_predictions(X, names, PREDICTED)
    assert DigitGridDisplay.from_predictions(X, names, y.astype(str)).axes_ == []


def test_images_can_be_a_list():
    display = DigitGridDisplay([*X[:2].reshape(2, 8, 8)]).plot()
    np.testing.assert_array_equal(shown(display), X[:2])


def test_rows_of_pixels_instead_of_images_raise():
    with pytest.raises(
        ValueError,
        match=r"images must have the shape .*; got shape \(200, 64\)\. Use from_predictions",
    ):
        DigitGridDisplay(X).plot()


def test_unknown_confidence_is_not_written():
    images = X[:2].reshape(2, 8, 8)
    display = DigitGridDisplay(images, y_pred=[1, 2], confidence=[np.nan, 0.5]).plot()
    assert titles(display) == ["1", "2  50%"]


def test_images_fill_rows_from_the_top_left():
    display = DigitGridDisplay(X[:4].reshape(4, 8, 8)).plot()
    boxes = [ax.get_window_extent() for ax in display.axes_]
    assert boxes[0].y0 == boxes[1].y0 > boxes[2].y1
    assert boxes[0].x1 < boxes[1].x0


def test_large_values_are_bright():
    drawn = DigitGridDisplay(X[:1].reshape(1, 8, 8)).plot().axes_[0].images[0]
    brightness = drawn.to_rgba(drawn.get_array())[..., 0]
    np.testing.assert_allclose(brightness, X[0].reshape(8, 8) / X[0].max(), atol=0.01)


def test_images_with_one_channel_are_grey():
    display = DigitGridDisplay(X[:1].reshape(1, 8, 8, 1)).plot()
    assert display.axes_[0].images[0].get_cmap().name == "gray"
    np.testing.assert_array_equal(shown(display), X[:1])


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        ([0.0, 0.5, 0.9], [0, 0.5, 0.9]),
        ([0.0, 0.5, 1.01], [0, 0.5 / 1.01, 1]),
        ([-1.0, 0.0, 1.0], [0, 0.5, 1]),
        ([0, 51, 255], [0, 0.2, 1]),
        ([False, True, True], [0, 1, 1]),
    ],
)
def test_colours_are_bytes_or_floats_scaled_to_0_to_1_if_needed(colours, expected):
    display = DigitGridDisplay(np.array([[[colours]]])).plot()
    np.testing.assert_allclose(display.axes_[0].images[0].get_array(), [[expected]])


@pytest.mark.parametrize("kind", [DigitGridDisplay, ActivationsDisplay])
def test_image_shape_comes_from_the_step_with_kernels(kind):
    convolve = small_transformer(n_kernels=2, image_shape=(4, 5, 3))
    classifier = small_classifier(hidden_layer_sizes=(4,), max_iter=1)
    pipeline = make_pipeline(convolve, classifier).fit(X[:, :60] / 16, y)
    data = (X[:1, :60] / 16,) if kind is ActivationsDisplay else (X[:, :60] / 16, y)
    first = kind.from_estimator(pipeline, *data).axes_[0].images[0]
    assert first.get_array().shape == (4, 5, 3)


def test_step_with_kernels_after_PCA_does_not_give_the_image_shape():
    convolve = small_transformer(n_kernels=2, kernel_size=3)
    pipeline = make_pipeline(PCA(25, random_state=0), convolve, GaussianNB()).fit(X, y)
    display = DigitGridDisplay.from_estimator(pipeline, X, y, select="all")
    assert display.images.shape == (25, 8, 8)


def test_images_with_three_channels_are_shown_in_colour():
    colours = (X[:, :48] * 15.9).astype(np.uint8)
    display = DigitGridDisplay.from_predictions(colours, y, PREDICTED, image_shape=(4, 4, 3))
    first = display.axes_[0].images[0].get_array()
    np.testing.assert_allclose(np.ravel(first) * 255, colours[3])


def test_all_images_share_one_grey_scale():
    display = DigitGridDisplay([[[0, 1], [0, 1]], [[0, 9], [0, 9]]] * np.ones(1)).plot()
    assert {ax.images[0].get_clim() for ax in display.axes_} == {(0, 9)}


def test_titles_contain_the_given_labels_only():
    assert titles(DigitGridDisplay(X[:1].reshape(1, 8, 8)).plot()) == [""]
    alone = DigitGridDisplay(X[:1].reshape(1, 8, 8), y_pred=["7"], confidence=[0.98]).plot()
    assert titles(alone) == ["7  98%"]


def test_confidence_is_below_long_labels():
    images = X[:1].reshape(1, 8, 8)
    labels = {"y_true": ["trouser"], "y_pred": ["dress"], "confidence": [0.5]}
    assert titles(DigitGridDisplay(images, **labels).plot()) == ["trouser → dress\n50%"]


def test_keywords_change_images_and_texts():
    display = DigitGridDisplay.from_predictions(X, y, PREDICTED)
    display.plot(im_kw={"cmap": "cividis"}, text_kw={"fontsize": 5})
    assert display.axes_[0].images[0].get_cmap().name == "cividis"
    assert display.axes_[0].title.get_fontsize() == 5
    again = DigitGridDisplay.from_predictions(X, y, PREDICTED, text_kw={"size": 4})
    assert again.axes_[0].title.get_fontsize() == 4
    bayes = GaussianNB().fit(X, y)
    again = DigitGridDisplay.from_estimator(bayes, X, PREDICTED, im_kw={"cmap": "cividis"})
    assert again.axes_[0].images[0].get_cmap().name == "cividis"
    nothing = DigitGridDisplay.from_predictions(X, y, y, text_kw={"horizontalalignment": "left"})
    assert nothing.ax_.texts[0].get_ha() == "left"


def test_invalid_parameters_are_named_in_the_error():
    with pytest.raises(ValueError, match=r"select.*'mistakes', 'all'.*'best'"):
        DigitGridDisplay.from_predictions(X, y, PREDICTED, select="best")
    with pytest.raises(ValueError, match=r"n_images.*at least 1.*0"):
        DigitGridDisplay.from_predictions(X, y, PREDICTED, n_images=0)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        DigitGridDisplay.from_predictions(X, y, PREDICTED[:5])


def test_distorter_is_shown_by_an_image_and_its_copies():
    image = load_digits().data[0]
    distorter = DigitDistorter(random_state=0)
    display = DigitGridDisplay.from_distorter(distorter, image, n_copies=3, random_state=1)
    copies = distorter.distort(np.stack([image] * 3), random_state=1)
    np.testing.assert_array_equal(display.images.reshape(4, -1), [image, *copies])
    assert [ax.get_title() for ax in display.axes_] == ["original", "", "", ""]


def test_distorter_determines_the_shape_of_the_image():
    distorter = DigitDistorter(image_shape=(2, 32), random_state=0)
    display = DigitGridDisplay.from_distorter(distorter, load_digits().data[:1], n_copies=1)
    assert display.images.shape == (2, 2, 32)


def test_distorter_gets_one_image_and_at_least_one_copy():
    X = load_digits().data
    with pytest.raises(ValueError, match=r"X must be one image .* got shape \(2, 64\)"):
        DigitGridDisplay.from_distorter(DigitDistorter(), X[:2])
    with pytest.raises(ValueError, match="n_copies must be an integer of at least 1; got 0"):
        DigitGridDisplay.from_distorter(DigitDistorter(), X[0], n_copies=0)


@pytest.mark.parametrize("given", [None, DigitDistorter, small_classifier()])
def test_distorter_must_have_a_method_distort(given):
    with pytest.raises((TypeError, ValueError), match="distorter must be an object with a method"):
        DigitGridDisplay.from_distorter(given, load_digits().data[0])
