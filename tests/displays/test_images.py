"""FeatureMapsDisplay and ActivationsDisplay: the feature maps and activations of one image."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier, small_transformer
from scipy.signal import correlate
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_xo
from skmnist.displays import ActivationsDisplay, FeatureMapsDisplay

XO = load_xo()
X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
small = partial(small_classifier, hidden_layer_sizes=(16, 7))


def drawn(ax):
    return np.asarray(ax.images[0].get_array())


def written(ax):
    return [text.get_text() for text in ax.texts]


@pytest.fixture(scope="module")
def strokes():
    transformer = ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None)
    return transformer.fit(XO.data)


@pytest.fixture(scope="module")
def pipeline():
    return make_pipeline(StandardScaler(), small()).fit(X, y)


def test_maps_are_means_of_products_with_the_names_of_the_strokes(strokes):
    display = FeatureMapsDisplay.from_estimator(strokes, XO.data[0])
    image, *maps = display.axes_
    np.testing.assert_array_equal(drawn(image), XO.images[0])
    for ax, name, kernel in zip(maps, XO.kernel_names, XO.kernels, strict=True):
        expected = correlate(XO.images[0], kernel, mode="valid") / 9
        np.testing.assert_allclose(drawn(ax), expected, atol=1e-12)
        assert ax.get_title() == name
        assert written(ax) == [f"{value:.2f}" for value in expected.ravel()]


def test_value_1_is_written_where_the_kernel_matches(strokes):
    display = FeatureMapsDisplay.from_estimator(strokes, XO.data[:1])
    crossing = display.axes_[2]
    matches = [text.get_position() for text in crossing.texts if text.get_text() == "1.00"]
    assert matches == [(3, 3)]  # the middle of the X


def test_values_are_white_on_dark_cells_and_black_on_light_cells(strokes):
    display = FeatureMapsDisplay.from_estimator(strokes, XO.data[0])
    colours = {text.get_text(): text.get_color() for text in display.axes_[2].texts}
    assert (colours["1.00"], colours["0.11"]) == ("white", "black")


def test_function_formats_the_values():
    def cut(number):
        return str(number)[:4]

    display = FeatureMapsDisplay(XO.images[0], [np.full((1, 1, 1), 7 / 9)])
    assert written(display.plot().axes_[1]) == ["0.78"]
    assert written(display.plot(values=cut).axes_[1]) == ["0.77"]


def test_values_rounded_to_0_have_no_minus_sign():
    display = FeatureMapsDisplay(XO.images[0], [np.full((1, 1, 1), -0.001)]).plot()
    assert written(display.axes_[1]) == ["0.00"]


@pytest.mark.parametrize(
    ("shape", "values", "expected"),
    [
        ((12, 12, 4), "auto", True),
        ((13, 12, 1), "auto", False),
        ((3, 3, 5), "auto", False),
        ((13, 12, 1), True, True),
        ((3, 3, 1), False, False),
    ],
)
def test_values_are_written_in_small_layers_or_as_requested(shape, values, expected):
    display = FeatureMapsDisplay(XO.images[0], [np.zeros(shape)]).plot(values=values)
    assert bool(written(display.axes_[1])) == expected


def test_text_kw_accepts_aliases(strokes):
    display = FeatureMapsDisplay.from_estimator(strokes, XO.data[0], text_kw={"size": 4, "c": "r"})
    looks = {(text.get_fontsize(), text.get_color()) for text in display.axes_[1].texts}
    assert looks == {(4, "r")}


def test_invalid_values_raise(strokes):
    with pytest.raises(
        ValueError, match=r"values must be 'auto', True, False or a function.*; got 'no'\.$"
    ):
        FeatureMapsDisplay.from_estimator(strokes, XO.data[0], values="no")


def test_earlier_steps_are_applied_but_the_image_is_shown_as_given():
    convolve = small_transformer("random", n_kernels=3, kernel_size=3)
    pipeline = make_pipeline(FunctionTransformer(np.negative), convolve).fit(X)
    display = FeatureMapsDisplay.from_estimator(pipeline, X[5], n_maps=2)
    np.testing.assert_array_equal(drawn(display.axes_[0]), X[5].reshape(8, 8))
    np.testing.assert_array_equal(display.maps[0], convolve.feature_maps(-X[5:6])[0, :, :, :2])


def test_layers_follow_from_left_to_right_with_one_scale_per_layer():
    convolve = ConvFeatureTransformer("pca", n_kernels=(3, 2), kernel_size=3, pool=(None, "max"))
    display = FeatureMapsDisplay.from_estimator(convolve.fit(X), X[:1])
    names = [ax.get_title() for ax in display.axes_]
    assert names[1:7] == [f"layer 0, map {number}" for number in range(6)]
    assert names[7:] == ["pca0+", "pca1+", "pca0-", "pca1-"]
    lefts = [ax.get_position().x0 for ax in display.axes_]
    assert lefts[0] < min(lefts[1:7]) <= max(lefts[1:7]) < min(lefts[7:])
    for axes, maps in ((display.axes_[1:7], display.maps[0]), (display.axes_[7:], display.maps[1])):
        assert {ax.images[0].get_clim() for ax in axes} == {(0, maps.max())}


def test_maps_fill_columns_from_the_top():
    display = FeatureMapsDisplay(XO.images[0], [np.zeros((3, 3, 5))]).plot()
    boxes = [ax.get_window_extent() for ax in display.axes_[1:]]
    assert boxes[0].y0 > boxes[1].y1
    assert boxes[4].y0 == boxes[0].y0
    assert boxes[4].x0 > boxes[0].x1


def test_arrow_points_at_each_layer():
    display = FeatureMapsDisplay(XO.images[0], [np.zeros((3, 3, 1)), np.zeros((2, 2, 1))]).plot()
    arrows = [text for text in display.ax_.texts if text.arrow_patch is not None]
    places = [ax.get_position() for ax in display.axes_]
    across = display.ax_.get_position()
    for before, arrow, after in zip(places, arrows, places[1:], strict=False):
        tail, head = (across.x0 + across.width * x for x in (arrow.xyann[0], arrow.xy[0]))
        assert before.x1 <= tail < head <= after.x0
    assert len(arrows) == 2


def test_row_of_a_frame_keeps_its_feature_names():
    table = pd.DataFrame(X, columns=[f"pixel{number}" for number in range(64)])
    classifier = small().fit(table, y)
    display = ActivationsDisplay.from_estimator(classifier, table.iloc[3])  # without a warning
    np.testing.assert_array_equal(display.image, X[3].reshape(8, 8))


@pytest.mark.parametrize("kind", [FeatureMapsDisplay, ActivationsDisplay])
def test_more_than_one_image_raises(kind, strokes, pipeline):
    estimator, rows = (strokes, XO.data) if kind is FeatureMapsDisplay else (pipeline, X)
    with pytest.raises(ValueError, match=r"X must be one image.*; got shape \(2, \d+\)\.$"):
        kind.from_estimator(estimator, rows[:2])


def test_activations_match_the_formula(pipeline):
    display = ActivationsDisplay.from_estimator(pipeline, X[3])
    np.testing.assert_array_equal(drawn(display.axes_[0]), X[3].reshape(8, 8))
    layer = pipeline[0].transform(X[3:4])[0]
    for W, b, activations in zip(
        pipeline[1].coefs_, pipeline[1].intercepts_, display.activations, strict=True
    ):
        layer = np.maximum(layer @ W + b, 0)
        np.testing.assert_allclose(activations, layer, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(drawn(display.axes_[1]).ravel(), display.activations[0])


def test_activations_ignore_parameters_changed_after_fit():
    classifier = small().fit(X, y)
    fitted = ActivationsDisplay.from_estimator(classifier, X[3]).activations
    classifier.set_params(activation="tanh", output_activation="sigmoid")
    changed = ActivationsDisplay.from_estimator(classifier, X[3]).activations
    for before, after in zip(fitted, changed, strict=True):
        np.testing.assert_array_equal(after, before)


def test_bar_kw_changes_the_bars(pipeline):
    display = ActivationsDisplay.from_estimator(pipeline, X[3], bar_kw={"height": 0.5})
    assert {bar.get_height() for bar in display.bars_} == {0.5}


def test_largest_bar_is_reddish_and_the_others_are_bluish(pipeline):
    bars = ActivationsDisplay.from_estimator(pipeline, X[3]).bars_
    largest = max(bars, key=lambda bar: bar.get_width())
    for bar in bars:
        red, _, blue, _ = bar.get_facecolor()
        assert (red > blue) == (bar is largest)


def test_unused_cells_of_a_layer_are_empty(pipeline):
    display = ActivationsDisplay.from_estimator(pipeline, X[3])
    cells = np.ma.filled(display.axes_[2].images[0].get_array(), np.nan).ravel()
    np.testing.assert_array_equal(cells[:7], display.activations[1])
    assert np.isnan(cells[7:]).all()
    assert len(cells) == 9


def test_outputs_are_bars_from_the_top_with_the_largest_in_bold(pipeline):
    display = ActivationsDisplay.from_estimator(pipeline, X[:1])
    chart = display.axes_[-1]
    widths = [bar.get_width() for bar in display.bars_]
    np.testing.assert_array_equal(widths, display.activations[-1])
    labels = chart.get_yticklabels()
    assert [label.get_text() for label in labels] == [str(label) for label in range(10)]
    bold = [label.get_text() for label in labels if label.get_fontweight() == "bold"]
    assert bold == [str(pipeline.predict(X[:1])[0])]
    assert chart.get_title() == f"output: {bold[0]}"
    assert chart.get_ylim() == (9.5, -0.5)


def test_single_output_is_written_as_a_number():
    classifier = small(target_encoding="ordinal").fit(X, y)
    display = ActivationsDisplay.from_estimator(classifier, X[0])
    assert display.axes_[-1].get_title() == f"output: {display.activations[-1][0]:.2f}"


def test_titles_count_the_neurons():
    layers = [np.ones(12), np.ones(1), np.arange(2)]
    display = ActivationsDisplay(XO.images[0], layers, classes=["O", "X"]).plot()
    names = [ax.get_title() for ax in display.axes_]
    assert names == ["", "hidden layer 1: 12 neurons", "hidden layer 2: 1 neuron", "output: X"]


def test_sparse_row_equals_dense_row(pipeline):
    classifier = pipeline[-1]
    dense = ActivationsDisplay.from_estimator(classifier, X[:1])
    sparse = ActivationsDisplay.from_estimator(classifier, csr_array(X[:1]))
    np.testing.assert_array_equal(sparse.image, dense.image)
    np.testing.assert_array_equal(sparse.activations[-1], dense.activations[-1])


def test_image_of_another_size_raises(pipeline):
    with pytest.raises(ValueError, match="X has 49 features"):
        ActivationsDisplay.from_estimator(pipeline, X[0, :49])
